package compose

import (
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// yamlFix makes a finding's fixes of the edits that the YAML file answered: none
// where it could not make them without touching more than was asked for. changes
// are the parts of the model that the fix may change, as lint.Fix.Changes has
// them; without any the model stays as it is. A fix that may change the model is
// no fix to take unseen, so safe is for the caller to say.
func yamlFix(title string, a lint.Applicability, edits []text.Edit, ok bool, changes ...string) []lint.Fix {
	if !ok || len(edits) == 0 {
		return nil
	}
	fix := lint.Fix{Title: title, Applicability: a, MaxEffect: lint.EffectNone, Changes: changes}
	if len(changes) > 0 {
		fix.MaxEffect = lint.EffectConfig
	}
	for _, e := range edits {
		fix.Edits = append(fix.Edits, lint.FileEdit{Edit: e})
	}
	return []lint.Fix{fix}
}

// onlyShown makes fixes manual: what they take away was asked for by somebody who knows
// a program that needs it.
func onlyShown(fixes []lint.Fix) {
	for i := range fixes {
		fixes[i].Applicability = lint.Manual
	}
}

// unprovedFix is for a file that Compose refuses as it is, so that there is no
// model to compare with.
func unprovedFix(title string, edits []text.Edit, ok bool) []lint.Fix {
	fixes := yamlFix(title, lint.Unsafe, edits, ok)
	for i := range fixes {
		fixes[i].MaxEffect = lint.EffectUnknown
	}
	return fixes
}
