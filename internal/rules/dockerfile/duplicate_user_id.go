package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DuplicateUserId reports commands in a stage that give two users, or two groups, the
// same numeric ID.
//
// # Why it matters
//
// The kernel knows only the number. Both accounts have the same rights, and each can
// read and change the files of the other.
//
// # How to fix it
//
// Choose an ID that is not in use.
//
// # Fix safety
//
// There is no automatic fix: existing files belong to the number, and only the author knows which
// user is meant.
//
// # Exceptions
//
// It does not report:
//
//   - commands that run only under a condition, because only one branch runs
//   - the same command twice
var DuplicateUserId = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "duplicate-user-id",
		Title:    "Two users or groups have the same ID",
		Category: lint.Security,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("DKL-LI-0002"),
	},
	Check: checkDuplicateUserId,
}

func checkDuplicateUserId(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		taken := map[string]*facts.Command{}
		for _, in := range s.Instructions {
			if in.Keyword != "run" || !strings.Contains(in.Body, "add") {
				continue
			}
			for _, c := range p.Doc.Commands(in) {
				kind, id := accountNumber(c)
				if id == "" || strings.Trim(id, "0123456789") != "" || c.Conditional() { // of two branches one runs
					continue
				}
				if before := taken[kind+id]; before != nil && p.Doc.Text(before.Span) != p.Doc.Text(c.Span) {
					p.Report(lint.Finding{
						Span:    c.Span,
						Message: fmt.Sprintf("the %s ID %s is already in use, so both accounts have the same rights; choose another ID", kind, id),
						Related: []lint.Related{{Span: before.Span, Message: "the ID is first used here"}},
					})
				} else {
					taken[kind+id] = c
				}
			}
		}
	}
}
