package compose

import (
	"fmt"
	"path"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
)

// ComposeEnvFileMissing reports files in `env_file` that do not exist. The severity is
// warning where a file with a similar name exists.
//
// # Why it matters
//
// Compose stops with an error, so the project does not start from a fresh clone.
//
// # How to fix it
//
// Add the file, commit an example of it such as `web.env.example`, or make the file
// optional:
//
//	env_file:
//	  - path: web.env
//	    required: false
//
// # Fix safety
//
// There is no automatic fix: the file shows only the name, and the values are on another
// machine.
//
// # Exceptions
//
// It does not report:
//
//   - `.env` and `stack.env`
//   - files that Git ignores
//   - folders that have an example to create the file from, such as `.env.example`
//   - files with `required: false`
//   - paths that exist relative to a folder above, as with `--project-directory`
//   - Compose files that are merged with another file
var ComposeEnvFileMissing = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-env-file-missing",
		Title:    "Environment file does not exist",
		Category: lint.Correctness,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkComposeEnvFileMissing,
}

func checkComposeEnvFileMissing(p *facts.Pass[*facts.Compose]) {
	if p.Doc.IsFragment(p.Doc.Name) {
		return
	}
	paths, entries := envFilePaths(p.Doc)
	for _, name := range paths {
		e := entries[name]
		there, known := isThere(p, name)
		if there || !known || !e.Required || path.Base(name) == ".env" {
			continue
		}
		if path.Base(name) == "stack.env" || p.Project.Repository().Ignores(name) || isThereFromAbove(p, name) ||
			len(envExamples(p, path.Dir(name))) > 0 {
			continue
		}
		if skipsPart(p) {
			return
		}
		f := lint.Finding{
			Span:    e.Path.Span,
			Message: fmt.Sprintf("%q does not exist, so Compose stops with an error; add it, commit an example of it, or write \"required: false\"", shortText(e.Path.Text)),
		}
		if near, ok := nearest.Name(path.Base(name), envNames(p, path.Dir(name))); ok {
			f.Severity = lint.Warning
			f.Message = fmt.Sprintf("%q does not exist, so Compose stops with an error; write %q, which is in that folder", shortText(e.Path.Text), shortText(near))
			f.Related = []lint.Related{{File: p.Files.Path(path.Join(path.Dir(name), near)), Message: "the file that exists"}}
		}
		p.Report(f)
	}
}

// envNames lists the files of variables in a folder.
func envNames(p *facts.Pass[*facts.Compose], folder string) []string {
	gate, err := p.Files.In(folder, "")
	if err != nil {
		return nil
	}
	all, err := gate.List(".")
	if err != nil {
		return nil
	}
	var names []string
	for _, name := range all {
		if isEnvName(name) {
			names = append(names, name)
		}
	}
	return names
}
