package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// StopsignalWrongForServer finds images that start nginx, Apache, PHP-FPM or
// systemd without the signal on which these end gracefully: SIGTERM cuts the
// requests that are open, and systemd does not listen to it at all.
//
// Silent on the official images, which set it, and behind tini and its like. Off
// by default: whether open requests must be finished is a decision that the file
// does not show.
var StopsignalWrongForServer = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "stopsignal-wrong-for-server",
		Title:    "The server is stopped without grace",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{"nginx", "apache", "php-fpm", "systemd"},
		Aliases: []lint.Alias{
			{Name: "tally/prefer-nginx-sigquit", Variants: []string{"nginx"}},
			{Name: "tally/prefer-systemd-sigrtmin-plus-3", Variants: []string{"systemd"}},
		},
	},
	Check: checkStopsignalWrongForServer,
}

func checkStopsignalWrongForServer(p *facts.Pass[*facts.Dockerfile]) {
	c, ok := startOf(p.Doc)
	if !ok || len(c.in.Words) > 0 && isInit(baseName(c.in.Words[0].Text)) {
		return
	}
	server, signal := gracefulSignal(c)
	if server == "" {
		return
	}
	set := c.stage.Last("stopsignal")
	if set == nil {
		if setsOwnSignal(c.stage.Base()) || p.Doc.StageOf(c.in) != c.stage {
			return
		}
		p.Report(lint.Finding{
			Variant: server, Span: c.at.Span,
			Message: fmt.Sprintf("%s ends gracefully on %s only, and docker stop sends SIGTERM; set STOPSIGNAL %s", c.program, signal, signal),
			Fixes: []lint.Fix{{
				Title: "set STOPSIGNAL " + signal, Applicability: lint.Unsafe, MaxEffect: lint.EffectConfig,
				Edits: []lint.FileEdit{lint.Insert(c.in.Span.End, p.Doc.Newline()+sameCase("STOPSIGNAL", p.Doc.Text(c.in.KeywordSpan))+" "+signal)},
			}},
		})
		return
	}
	now, known := p.Doc.Expand(set, set.Args)
	if !known || set.Err != nil || bare(now) == signal || canonicalSignal(bare(now)) == signal || isSignalNumber(bare(now), signal) {
		return
	}
	f := lint.Finding{
		Variant: server, Span: set.ArgsSpan,
		Message: fmt.Sprintf("%s ends gracefully on %s only, not on %s", c.program, signal, quoteShort(bare(now))),
		Related: []lint.Related{{Span: c.at.Span, Message: "it is started here"}},
	}
	f.Fixes = []lint.Fix{{
		Title: "set STOPSIGNAL " + signal, Applicability: lint.Unsafe, MaxEffect: lint.EffectConfig,
		Edits: []lint.FileEdit{lint.Replace(set.ArgsSpan, signal)},
	}}
	p.Report(f)
}

// gracefulSignal is the signal on which a server finishes its work (nginx's and
// Apache's manuals on stopping; php-fpm(8); systemd(1), "Signals").
func gracefulSignal(c startCommand) (server, signal string) {
	switch c.program {
	case "nginx", "openresty":
		return "nginx", "SIGQUIT"
	case "httpd", "httpd-foreground", "apache2", "apache2ctl", "apachectl", "apache2-foreground":
		return "apache", "SIGWINCH"
	case "php-fpm":
		return "php-fpm", "SIGQUIT"
	case "systemd":
		return "systemd", "SIGRTMIN+3"
	case "init":
		if c.at.Text == "/sbin/init" || c.at.Text == "/usr/sbin/init" {
			return "systemd", "SIGRTMIN+3"
		}
	}
	if strings.HasPrefix(c.program, "php-fpm") {
		return "php-fpm", "SIGQUIT"
	}
	return "", ""
}

// setsOwnSignal tells whether a base sets the signal, or may do so.
func setsOwnSignal(i facts.Image) bool {
	signal, known := i.Table().StopSignal()
	return !known || signal != ""
}

func isInit(program string) bool {
	switch program {
	case "tini", "dumb-init", "catatonit", "tini-static":
		return true
	}
	return false
}

func isSignalNumber(now, signal string) bool {
	return now == "3" && signal == "SIGQUIT" || now == "28" && signal == "SIGWINCH" || now == "37" && signal == "SIGRTMIN+3"
}
