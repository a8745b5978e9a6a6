package compose

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposeReloadInCommand reports commands that watch the source files and restart the
// server, such as `--reload` and `nodemon`, in files that are not for development.
//
// # Why it matters
//
// The watcher is a second process next to the server. A restart does not wait until
// open requests end, and anyone who can write a file can run code.
//
// # How to fix it
//
// Start the server without the flag, and keep the flag in `compose.override.yaml` for
// development.
//
// # Exceptions
//
// It does not report:
//
//   - files for development, by their name
//   - files with `develop` sections, or that mount the sources which they build
//   - services that mount a folder of the project
var ComposeReloadInCommand = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-reload-in-command",
		Title:    "Server restarts when a source file changes",
		Category: lint.Runtime,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkComposeReloadInCommand,
}

func checkComposeReloadInCommand(p *facts.Pass[*facts.Compose]) {
	if p.Doc.IsDevelopment(p.Doc.Name) {
		return
	}
	for _, s := range p.Doc.All() {
		words := startWords(s)
		if len(words) == 0 ||
			slices.ContainsFunc(s.AllMounts(), func(m compose.Mount) bool { return m.Kind == compose.RelativePath && path.Ext(m.Source) == "" }) {
			continue
		}
		program, _ := facts.ProgramAt(words)
		args := words[program+1:]
		word := words[program]
		switch i := facts.ReloadsBy(path.Base(word), args); {
		case i >= 0:
			word = args[i]
		case i != facts.ReloadsAlways:
			continue
		}
		c := s.Command()
		if !c.Exists() {
			c = s.Entrypoint()
		}
		f := lint.Finding{
			Span:    c.Pair.Key.Span,
			Message: fmt.Sprintf("%q restarts the server when a file changes, which costs a second process and drops requests; use it only in development", shortText(word)),
		}
		if i := slices.IndexFunc(c.Words, func(v compose.Value) bool { return v.Raw == word }); c.List && i > 0 {
			f.Span = c.Words[i].Span
			if s.Owns(c.Pair) {
				edits, ok := p.Doc.File.DeleteItem(c.Words[i].Node)
				f.Fixes = yamlFix("remove the flag", lint.Unsafe, edits, ok, "services.*.command")
			}
		} else if !c.List && len(c.Words) == 1 && s.Owns(c.Pair) && strings.Count(c.Words[0].Raw, " "+word) == 1 {
			edits, ok := p.Doc.File.Replace(c.Words[0].Node, strings.Replace(c.Words[0].Raw, " "+word, "", 1))
			f.Fixes = yamlFix("remove the flag", lint.Unsafe, edits, ok, "services.*.command")
		}
		p.Report(f)
	}
}
