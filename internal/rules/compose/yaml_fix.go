package compose

import (
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// yamlFix makes a finding's fixes of the edits that the YAML file answered: none
// where it could not make them without touching more than was asked for. A fix
// that may change the model is no fix to take unseen, so safe is for the caller
// to say.
func yamlFix(title string, a lint.Applicability, largest lint.Effect, edits []text.Edit, ok bool) []lint.Fix {
	if !ok || len(edits) == 0 {
		return nil
	}
	fix := lint.Fix{Title: title, Applicability: a, MaxEffect: largest}
	for _, e := range edits {
		fix.Edits = append(fix.Edits, lint.FileEdit{Edit: e})
	}
	return []lint.Fix{fix}
}
