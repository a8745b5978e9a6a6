package workflow

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// WorkflowActionNotPinned reports third-party actions and reusable workflows that are
// not pinned to a full commit.
//
// # Why it matters
//
// The tag of an action can be moved. Attackers who took over an action's repository
// have moved its tags to their own code, and the next run of each workflow gave them
// the secrets of the job.
//
// The rule is off by default, because most workflows use tags. The preset `hardening`
// turns it on.
//
// # How to fix it
//
// Write the commit, with the tag as a comment that a bot can update.
// `git ls-remote https://github.com/docker/login-action v3` shows the commit of a tag:
//
//	uses: docker/login-action@<commit> # v3
//
// # Fix safety
//
// There is no automatic fix: the workflow does not show which commit the tag means.
//
// # Exceptions
//
// It does not report:
//
//   - actions of the same repository
//   - references that are a full commit already
//   - owners that the option `allowed-owners` lists
var WorkflowActionNotPinned = facts.Rule[*facts.Workflow]{
	Meta: lint.Meta{
		ID:       "workflow-action-not-pinned",
		Title:    "Action is not pinned to a commit",
		Category: lint.Security,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native", "hardening"},
		Aliases:  lint.Names("zizmor:unpinned-uses"),
		Options: []lint.Option{{
			Name: "allowed-owners", Kind: lint.ListOption, Doc: "owners whose tags are trusted",
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
		p.Report(lint.Finding{Span: a.Span, Message: quote(a.Name+"@"+a.Ref) + " can be moved to different code, which then runs with the secrets of the job; pin the full commit, with the tag as a comment"})
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
