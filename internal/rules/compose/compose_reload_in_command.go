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

// ComposeReloadInCommand finds commands that watch the sources and restart, in a
// file that is not for development: twice the processes, no graceful stop, and
// whoever can write a file runs code.
//
// Start the server without it, and keep the flag in compose.override.yaml.
//
// Silent in files that are for development by their name, that have develop
// sections or mount the sources that they build, and for services that mount a
// folder from beside the file.
var ComposeReloadInCommand = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-reload-in-command",
		Title:    "A server reloads itself",
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
		if len(words) == 0 || slices.ContainsFunc(s.AllMounts(), func(m compose.Mount) bool { return m.Kind == compose.RelativePath && path.Ext(m.Source) == "" }) {
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
			Message: fmt.Sprintf("%q watches the sources and restarts, which belongs on a developer's machine; start the server without it", shortText(word)),
		}
		if i := slices.IndexFunc(c.Words, func(v compose.Value) bool { return v.Raw == word }); c.List && i > 0 {
			f.Span = c.Words[i].Span
			if s.Owns(c.Pair) {
				edits, ok := p.Doc.File.DeleteItem(c.Words[i].Node)
				f.Fixes = yamlFix("delete the flag", lint.Unsafe, edits, ok, "services.*.command")
			}
		} else if !c.List && len(c.Words) == 1 && s.Owns(c.Pair) && strings.Count(c.Words[0].Raw, " "+word) == 1 {
			edits, ok := p.Doc.File.Replace(c.Words[0].Node, strings.Replace(c.Words[0].Raw, " "+word, "", 1))
			f.Fixes = yamlFix("delete the flag", lint.Unsafe, edits, ok, "services.*.command")
		}
		p.Report(f)
	}
}
