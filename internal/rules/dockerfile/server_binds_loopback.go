package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ServerBindsLoopback reports start commands whose server listens on 127.0.0.1, either
// because the command says so or by default: uvicorn, hypercorn, flask, daphne, granian,
// gunicorn, vite and next.
//
// # Why it matters
//
// 127.0.0.1 is the container's own loopback address. Other containers cannot connect to
// the server, and neither can clients of a published port: they get "connection refused"
// or "connection reset".
//
// # How to fix it
//
// Listen on all addresses of the container:
//
//	CMD ["uvicorn", "app:app", "--host", "0.0.0.0"]
//
// # Exceptions
//
// It does not report:
//
//   - servers that listen on a Unix socket or a file descriptor
//   - servers whose address is set by an environment variable, such as `UVICORN_HOST`
//   - servers that read a configuration file
//   - commands with a variable that may hold the option, if the default address applies
var ServerBindsLoopback = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "server-binds-loopback",
		Title:    "Server listens on the loopback address only",
		Category: lint.Python,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkServerBindsLoopback,
}

func checkServerBindsLoopback(p *facts.Pass[*facts.Dockerfile]) {
	c, ok := startOf(p.Doc)
	if !ok {
		return
	}
	var flags []string
	variable := ""
	loopbackByDefault := false
	switch c.program {
	case "uvicorn":
		flags, variable, loopbackByDefault = []string{"--host"}, "UVICORN_HOST", true
		if _, socket := c.value("--uds", "--fd"); socket {
			return
		}
	case "hypercorn":
		flags, loopbackByDefault = []string{"--bind", "-b"}, true
		if _, file := c.value("--config", "-c"); file {
			return
		}
	case "flask":
		if !c.has("run") {
			return
		}
		flags, variable, loopbackByDefault = []string{"--host", "-h"}, "FLASK_RUN_HOST", true
	case "daphne":
		flags, loopbackByDefault = []string{"-b", "--bind"}, true
		if _, other := c.value("-e", "--endpoint", "-u", "--unix-socket", "--fd"); other {
			return
		}
	case "granian":
		flags, variable, loopbackByDefault = []string{"--host"}, "GRANIAN_HOST", true
	case "gunicorn", "vite", "next":
		flags = []string{"--bind", "-b", "--host"}
	default:
		return
	}
	if variable != "" && setsVariable(c.stage, variable) {
		return
	}
	host, given := c.value(flags...)
	if !given && slices.Contains(flags, "-b") {
		host, given = joinedValue(c, "-b")
		if given && !isLoopback(host.Text) {
			return
		}
	}
	switch {
	case given && isLoopback(host.Text):
		f := lint.Finding{
			Span:    host.Span,
			Message: fmt.Sprintf("%s listens on %s, so nothing outside the container can reach it; listen on 0.0.0.0", c.program, quoteShort(host.Text)),
		}
		if bareHost := strings.Trim(p.Doc.Text(host.Span), `"'`); bareHost == host.Text {
			edit := strings.Replace(strings.Replace(p.Doc.Text(host.Span), "127.0.0.1", "0.0.0.0", 1), "localhost", "0.0.0.0", 1)
			f.Fixes = []lint.Fix{
				{
					Title:         "listen on 0.0.0.0",
					Applicability: lint.Unsafe,
					MaxEffect:     lint.EffectConfig,
					Edits:         []lint.FileEdit{lint.Replace(host.Span, edit)},
				},
			}
		}
		p.Report(f)
	case !given && loopbackByDefault && literalWordsOnly(c.words):
		f := lint.Finding{
			Span:    c.at.Span,
			Message: fmt.Sprintf("%s listens on 127.0.0.1 by default, so nothing outside the container can reach it; add %s 0.0.0.0", c.program, flags[0]),
		}
		last := c.at.Span
		if len(c.words) > 0 {
			last = c.words[len(c.words)-1].Span
		}
		value := "0.0.0.0"
		if c.program == "hypercorn" {
			value = "0.0.0.0:8000"
		}
		f.Fixes = []lint.Fix{
			{
				Title:         "listen on 0.0.0.0",
				Applicability: lint.Unsafe,
				MaxEffect:     lint.EffectConfig,
				Edits:         []lint.FileEdit{quotedEdit(c.in, last, flags[0], value)},
			},
		}
		if c.stage.Entrypoint() != nil && c.stage.Command() != nil {
			f.Fixes = nil
		}
		p.Report(f)
	}
}

// joinedValue returns the value of a flag that is written in one word, such as
// -b127.0.0.1.
func joinedValue(c startCommand, flag string) (value facts.Argument, ok bool) {
	for _, w := range c.words {
		if text, found := strings.CutPrefix(w.Text, flag); found && text != "" && text[0] != '-' && text[0] != '=' {
			w.Text = text
			return w, true
		}
	}
	return value, false
}

// isLoopback reports whether an address, with or without a port, is the loopback address.
func isLoopback(host string) bool {
	host, _, _ = strings.Cut(host, ":")
	return host == "127.0.0.1" || host == "localhost"
}

// literalWordsOnly reports whether no word contains a variable, which might be a flag.
func literalWordsOnly(words []facts.Argument) bool {
	for _, w := range words {
		if strings.Contains(w.Text, "$") {
			return false
		}
	}
	return true
}
