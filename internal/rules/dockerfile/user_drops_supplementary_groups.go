package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UserDropsSupplementaryGroups reports `USER name:group` after the user was added to more
// groups with `usermod` or `useradd`.
//
// # Why it matters
//
// If `USER` names a group, Docker gives the process only this group. The process loses
// access to files and devices that the other groups allow.
//
// # How to fix it
//
// Name only the user:
//
//	RUN usermod -aG docker app
//	USER app
//
// # Exceptions
//
// It does not report:
//
//   - users that the file adds to no further group
var UserDropsSupplementaryGroups = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "user-drops-supplementary-groups",
		Title:    "USER with a group drops the user's other groups",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Aliases:  lint.Names("tally/user-explicit-group-drops-supplementary-groups"),
	},
	Check: checkUserDropsSupplementaryGroups,
}

func checkUserDropsSupplementaryGroups(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		added := map[string]*facts.Command{}
		for _, in := range s.Instructions {
			switch in.Keyword {
			case "run":
				if strings.Contains(in.Body, "usermod") || strings.Contains(in.Body, "adduser") || strings.Contains(in.Body, "useradd") ||
					strings.Contains(in.Body, "addgroup") {
					for _, c := range p.Doc.Commands(in) {
						if user := addedToGroups(c); user != "" {
							added[user] = c
						}
					}
				}
			case "user":
				user, group, ok := strings.Cut(bare(in.Args), ":")
				c := added[user]
				if !ok || c == nil {
					continue
				}
				p.Report(lint.Finding{
					Span:    in.ArgsSpan,
					Message: fmt.Sprintf("with group %s in USER, the process loses the other groups of %s; write USER %s", quoteShort(group), quoteShort(user), user),
					Related: []lint.Related{{Span: c.Span, Message: "the user is added to groups here"}},
					Fixes: []lint.Fix{
						{
							Title:         "remove the group",
							Applicability: lint.Unsafe,
							MaxEffect:     lint.EffectGraph,
							Edits:         []lint.FileEdit{lint.Replace(in.ArgsSpan, user)},
						},
					},
				})
			}
		}
	}
}

// addedToGroups returns the user that a command adds to groups.
func addedToGroups(c *facts.Command) string {
	switch c.Name() {
	case "usermod", "useradd":
		if _, ok := c.FlagValue("-G", "--groups"); ok || c.HasFlag("-aG") {
			if words := c.Args(); len(words) > 0 {
				return words[len(words)-1].Text
			}
		}
	}
	return ""
}
