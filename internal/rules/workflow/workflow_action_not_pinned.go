package workflow

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// WorkflowActionNotPinned finds actions of others, and workflows that are
// called, that are not fixed to a full commit.
//
// A tag of an action can be moved, and was, by people who had broken into its
// repository: the next run then gives them the secrets of the job. Write the
// commit, with the tag as a comment, and let a bot update both.
//
// Silent for actions of the same repository, for full commits, and for the
// owners that the option names. Tags are the usual way, so it is a part of the
// preset hardening only.
var WorkflowActionNotPinned = facts.Rule[*facts.Workflow]{
	Meta: lint.Meta{
		ID:       "workflow-action-not-pinned",
		Title:    "An action is not fixed to a commit",
		Category: lint.Security,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native", "hardening"},
		Aliases:  lint.Names("zizmor:unpinned-uses"),
		Options: []lint.Option{{
			Name: "allowed-owners", Kind: lint.ListOption, Doc: "owners of actions whose tags are trusted",
			OptionValue: lint.OptionValue{List: []string{"actions", "github"}},
		}},
	},
	Check: checkWorkflowActionNotPinned,
}

func checkWorkflowActionNotPinned(p *facts.Pass[*facts.Workflow]) {
	check := func(a facts.Action) {
		allowed := slices.ContainsFunc(p.Options.List("allowed-owners"), func(o string) bool { return strings.EqualFold(o, a.Owner()) })
		if a.Name == "" || a.IsCommit() || allowed || facts.HasExpression(a.Name) {
			return
		}
		p.Report(lint.Finding{Span: a.Span, Message: quote(a.Name+"@"+a.Ref) + " can be moved to other code; write the full commit, with the tag as a comment"})
	}
	for _, j := range p.Doc.Jobs() {
		if n := j.Get("uses"); n != nil && n.Kind == yaml.Scalar {
			check(facts.ParseAction(n))
		}
		for _, s := range j.Steps {
			if a, ok := s.Uses(); ok {
				check(a)
			}
		}
	}
}
