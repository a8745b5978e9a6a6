package compose

import (
	"fmt"
	"strings"
	"sync"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeUnescapedDollar reports variables in a command, an entrypoint, a health check
// or a hook that the service sets for its container, in `environment` or in an
// `env_file`, but that Compose replaces first. It also reports an `ARG` or `ENV` in
// `dockerfile_inline`, and names such as `$host` in the content of a config.
//
// # Why it matters
//
// Compose replaces the variable with the value from its own environment or from `.env`.
// Where nothing sets it there, the container gets an empty string, for example an empty
// user name or password.
//
// # How to fix it
//
// Write two dollar signs, so that the shell in the container reads the variable:
//
//	test: ["CMD-SHELL", "pg_isready -U $$POSTGRES_USER"]
//
// # Exceptions
//
// It does not report:
//
//   - commands without a shell, such as `["server", "$NAME"]`, where nothing would
//     read the variable
//   - variables with a default or an error text
//   - variables that a `.env` of the folder or an example of one names
//   - variables that other parts of the file read from outside
//
// It skips documents without a folder to look into.
var ComposeUnescapedDollar = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-unescaped-dollar",
		Title:    "Compose replaces a variable that is meant for the container",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkComposeUnescapedDollar,
}

func checkComposeUnescapedDollar(p *facts.Pass[*facts.Compose]) {
	d := p.Doc
	if !p.Files.Known() {
		p.Skip("the files next to the document are not known")
		return
	}
	// What another place reads is set outside, in a .env that Git does not have.
	outside := sync.OnceValue(func() map[string]bool {
		commands := map[text.Span]bool{}
		for _, s := range d.All() {
			for _, c := range commandsOf(s) {
				for _, w := range c.Words {
					commands[w.Span] = true
				}
			}
			if b, ok := s.Build(); ok {
				commands[b.Inline.Span] = true
			}
		}
		for _, r := range d.Resources("configs") {
			commands[d.Value(d.View.Get(r.Node, "content")).Span] = true
		}
		names := dotenvNames(p)
		for _, use := range d.Variables() {
			if !commands[use.Value.Span] {
				names[use.Name] = true
			}
		}
		return names
	})
	reported := map[text.Span]bool{}
	look := func(w compose.Value, set func(name string) (lint.Related, bool)) {
		if reported[w.Span] {
			return
		}
		if f, ok := unescapedDollar(d, w, set, outside); ok {
			reported[w.Span] = true
			p.Report(f)
		}
	}
	for _, s := range d.All() {
		set := setForContainer(p, s)
		for i, c := range commandsOf(s) {
			for _, w := range underShell(c, i == healthcheckAt) {
				look(w, set)
			}
		}
		if b, ok := s.Build(); ok && b.Inline.Exists() {
			look(b.Inline, setByDockerfile(b.Inline.Text))
		}
	}
	for _, r := range d.Resources("configs") {
		if content := d.Value(d.View.Get(r.Node, "content")); content.Exists() {
			look(content, func(name string) (lint.Related, bool) {
				return lint.Related{Span: r.Span(), Message: "the container gets this config"}, strings.ToLower(name) == name
			})
		}
	}
}

// setForContainer finds what sets a variable in the containers of a service.
func setForContainer(p *facts.Pass[*facts.Compose], s *facts.ComposeService) func(name string) (lint.Related, bool) {
	files := sync.OnceValue(func() map[string]string {
		names := map[string]string{}
		for _, file := range s.EnvFiles() {
			variables, _ := readEnvFile(p, file.Path.Text, false)
			for _, v := range variables {
				names[v.Name] = file.Path.Text
			}
		}
		return names
	})
	return func(name string) (lint.Related, bool) {
		if own, ok := s.Getenv(name); ok {
			return lint.Related{Span: own.KeySpan, Message: "the variable is set for the container here"}, own.Value.Exists()
		}
		file, ok := files()[name]
		return lint.Related{File: p.Files.Path(file), Message: "the variable is set for the container in this file"}, ok
	}
}

// setByDockerfile finds the ARG or ENV of a Dockerfile that sets a variable.
func setByDockerfile(src string) func(name string) (lint.Related, bool) {
	return func(name string) (lint.Related, bool) {
		for line := range strings.Lines(src) {
			fields := strings.Fields(line)
			if len(fields) < 2 || (!strings.EqualFold(fields[0], "arg") && !strings.EqualFold(fields[0], "env")) {
				continue
			}
			if set, _, _ := strings.Cut(fields[1], "="); set == name {
				return lint.Related{}, true
			}
		}
		return lint.Related{}, false
	}
}

// healthcheckAt is the place of the health check among the commands.
const healthcheckAt = 2

func commandsOf(s *facts.ComposeService) []compose.Command {
	commands := []compose.Command{s.Command(), s.Entrypoint()}
	if h, ok := s.Healthcheck(); ok {
		commands = append(commands, h.Test)
	} else {
		commands = append(commands, compose.Command{})
	}
	for _, hook := range []string{"post_start", "pre_stop"} {
		if list := s.Get(hook).Resolve(); list.Is(yaml.Sequence) {
			for _, item := range list.Items {
				commands = append(commands, s.Document().CommandAt(item, "command"))
			}
		}
	}
	return commands
}

// unescapedDollar looks at one word of a command. Its variables are fixed
// together.
func unescapedDollar(
	d *facts.Compose,
	w compose.Value,
	set func(name string) (lint.Related, bool),
	outside func() map[string]bool,
) (f lint.Finding, found bool) {
	fix := lint.Fix{
		Title:         "write two dollar signs",
		Applicability: lint.Unsafe,
		MaxEffect:     lint.EffectConfig,
		Changes: []string{
			"services.*.command",
			"services.*.entrypoint",
			"services.*.healthcheck.test",
			"services.*.post_start",
			"services.*.pre_stop",
			"services.*.build.dockerfile_inline",
			"configs.*.content",
		},
	}
	exact := true
	for _, part := range w.Template.Parts {
		v := part.Variable
		if v == nil || v.Operator != "" {
			continue
		}
		related, ok := set(v.Name)
		if !ok || outside()[v.Name] {
			continue
		}
		place := d.Place(w, v.Span)
		if !found {
			found = true
			f = lint.Finding{
				Span:    place,
				Message: fmt.Sprintf("%q is replaced by Compose with an empty text, because nothing sets it outside of the container; write $%s for the shell in the container", v.String(), v.String()),
			}
			if related.Message != "" {
				f.Related = []lint.Related{related}
			}
		}
		exact = exact && place.Len() == v.Span.Len()
		fix.Edits = append(fix.Edits, lint.Insert(place.Start, "$"))
	}
	if exact && found {
		f.Fixes = []lint.Fix{fix}
	}
	return f, found
}
