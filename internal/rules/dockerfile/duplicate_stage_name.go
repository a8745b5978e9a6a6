package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DuplicateStageName reports stages with the name of an earlier stage. Docker compares
// the names without regard to case.
//
// # Why it matters
//
// A reference to the name means one stage or the other, depending on where it is. A
// build can then copy files from the wrong stage.
//
// # How to fix it
//
// Give each stage a name of its own, and change the references.
//
// # Fix safety
//
// There is no automatic fix: only the author knows which of the stages each reference means.
var DuplicateStageName = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "duplicate-stage-name",
		Title:    "Two stages have the same name",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases: append(
			[]lint.Alias{{Name: "DL3024", Severity: lint.Error}},
			lint.Names("CKV_DOCKER_11", "DF042", "DS012", "DuplicateStageName", "kics:aliase_names_must_be_unique", "kics:same_alias_in_different_froms")...,
		),
	},
	Check: checkDuplicateStageName,
}

func checkDuplicateStageName(p *facts.Pass[*facts.Dockerfile]) {
	first := map[string]*facts.Stage{}
	for _, s := range p.Doc.Stages() {
		if s.Name == "" {
			continue
		}
		earlier, taken := first[s.Name]
		if !taken {
			first[s.Name] = s
			continue
		}
		p.Report(lint.Finding{
			Span:    s.NameSpan,
			Message: fmt.Sprintf("stage %q has the name of an earlier stage, so references to it are ambiguous; give it another name", short(p.Doc.Text(s.NameSpan))),
			Related: []lint.Related{{Span: earlier.NameSpan, Message: "the earlier stage"}},
		})
	}
}
