package compose

import (
	"fmt"
	"path"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
)

// ComposeEnvFileMissing finds files of variables that a service names and that
// are not there: Compose ends with an error.
//
// It is a warning where the name is nearly that of a file that is there.
//
// Silent for .env, for what git ignores, where there is an example to make it of,
// and for "required: false".
//
// There is no fix: the values are on another machine; the file holds only the name.
var ComposeEnvFileMissing = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-env-file-missing",
		Title:    "A file of variables is not there",
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
		if there || !known || !e.Required || path.Base(name) == ".env" || path.Base(name) == "stack.env" || p.Project.Repository().Ignores(name) ||
			isThereFromAbove(p, name) || len(envExamples(p, path.Dir(name))) > 0 {
			continue
		}
		if skipsPart(p) {
			return
		}
		f := lint.Finding{
			Span:    e.Path.Span,
			Message: fmt.Sprintf("there is no %q; add it, keep an example of it in git, or say \"required: false\"", shortText(e.Path.Text)),
		}
		if near, ok := nearest.Name(path.Base(name), envNames(p, path.Dir(name))); ok {
			f.Severity = lint.Warning
			f.Message = fmt.Sprintf("there is no %q; %q is meant", shortText(e.Path.Text), shortText(near))
			f.Related = []lint.Related{{File: p.Files.Path(path.Join(path.Dir(name), near)), Message: "the file that is there"}}
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
