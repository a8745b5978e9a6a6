package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// StopsignalWrongForServer reports images that start nginx, Apache, PHP-FPM or systemd
// with a stop signal on which these do not shut down gracefully.
//
// # Why it matters
//
// On SIGTERM, which `docker stop` sends by default, nginx, Apache and PHP-FPM close open
// requests at once. systemd does not shut down on it, so Docker kills it after 10 seconds.
//
// The rule is off by default, because the file does not show whether open requests must be
// finished.
//
// # How to fix it
//
// Set the signal of the server: SIGQUIT for nginx and PHP-FPM, SIGWINCH for Apache,
// SIGRTMIN+3 for systemd.
//
//	STOPSIGNAL SIGQUIT
//
// # Exceptions
//
// It does not report:
//
//   - base images that set the signal, such as the official ones, or whose signal is not
//     known
//   - servers that an init such as tini or dumb-init starts
//   - a signal that is written with a variable
var StopsignalWrongForServer = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "stopsignal-wrong-for-server",
		Title:    "Stop signal does not shut the server down gracefully",
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
	if !ok || (len(c.in.Words) > 0 && isInit(baseName(c.in.Words[0].Text))) {
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
			Message: fmt.Sprintf("%s shuts down gracefully only on %s, but docker stop sends SIGTERM; set STOPSIGNAL %s", c.program, signal, signal),
			Fixes: []lint.Fix{{
				Title: "set STOPSIGNAL " + signal, Applicability: lint.Unsafe, MaxEffect: lint.EffectConfig,
				Edits: []lint.FileEdit{lint.Insert(c.in.Span.End, p.Doc.Newline()+sameCase("STOPSIGNAL", p.Doc.Text(c.in.KeywordSpan))+" "+signal)},
			}},
		})
		return
	}
	now, known := p.Doc.Expand(set, set.Args)
	if !known || set.Err != nil || bare(now) == signal || canonicalSignal(bare(now)) == signal {
		return
	}
	if isSignalNumber(bare(now), signal) {
		return
	}
	f := lint.Finding{
		Variant: server, Span: set.ArgsSpan,
		Message: fmt.Sprintf("%s shuts down gracefully only on %s, not on %s; set STOPSIGNAL %s", c.program, signal, quoteShort(bare(now)), signal),
		Related: []lint.Related{{Span: c.at.Span, Message: "the server is started here"}},
	}
	f.Fixes = []lint.Fix{{
		Title: "set STOPSIGNAL " + signal, Applicability: lint.Unsafe, MaxEffect: lint.EffectConfig,
		Edits: []lint.FileEdit{lint.Replace(set.ArgsSpan, signal)},
	}}
	p.Report(f)
}

// gracefulSignal returns the signal on which a server finishes its work (nginx's and
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

// setsOwnSignal reports whether a base sets the signal, or may do so.
func setsOwnSignal(i facts.Image) bool {
	signal, known := i.Table().StopSignal()
	return !known || signal != ""
}

func isSignalNumber(now, signal string) bool {
	return (now == "3" && signal == "SIGQUIT") || (now == "28" && signal == "SIGWINCH") || (now == "37" && signal == "SIGRTMIN+3")
}
