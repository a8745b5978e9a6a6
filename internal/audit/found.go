package audit

import (
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/run"
)

const (
	// maxMessage bounds a message in bytes.
	maxMessage = 2 << 10
	// maxOwners bounds the file of owners, maxRules its rules.
	maxOwners = 256 << 10
	maxRules  = 5_000
)

// add adds what a run found.
func (r *Record) add(result *lint.Result, owners func(file string) []string) {
	r.Files = len(result.Files)
	r.Problems = result.Problems
	for _, h := range result.Hidden {
		if r.Hidden == nil {
			r.Hidden = map[string]int{}
		}
		r.Hidden[h.Reason]++
	}
	for _, d := range result.Diagnostics {
		if !d.Counts() {
			r.Silenced++
			continue
		}
		f := Finding{
			Rule: d.Rule.ID, Variant: d.Variant, Category: string(d.Rule.Category), Severity: d.Severity, File: d.Source.Path,
			Line: d.Start().Line, Message: short(d.Message), Fingerprint: d.Fingerprint, Fixable: d.Fixable(), Fix: report.FixDiff(d),
			Owners: owners(d.Source.Path),
		}
		if d.Dated.Since != "" {
			f.Dated = &Dated{d.Dated.Since, d.Dated.What}
		}
		r.Findings = append(r.Findings, f)
	}
}

func short(message string) string {
	if len(message) <= maxMessage {
		return message
	}
	return strings.ToValidUTF8(message[:maxMessage], "") + " ..."
}

// owners are what CODEOWNERS says
// (docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners).
type owners struct{ rules []ownerRule }

type ownerRule struct {
	pattern gitignore.Pattern
	// depth is how many parts the path of a file has that "folder/*" is for; 0 for any.
	depth  int
	owners []string
}

// readOwners reads the first file of owners that is there.
func readOwners(read func(name string, most int64) ([]byte, error)) *owners {
	for _, name := range []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"} {
		if src, err := read(name, maxOwners); err == nil {
			return parseOwners(string(src))
		}
	}
	return &owners{}
}

func parseOwners(src string) *owners {
	o := &owners{}
	for line := range strings.Lines(src) {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		isSection := len(words) > 0 && strings.HasPrefix(words[0], "[") // GitLab's
		if len(words) == 0 || isSection || strings.HasPrefix(words[0], "!") || len(o.rules) == maxRules {
			continue
		}
		rule := ownerRule{pattern: gitignore.ParsePattern(words[0], nil), owners: words[1:]}
		if strings.HasSuffix(words[0], "/*") {
			rule.depth = strings.Count(strings.TrimPrefix(words[0], "/"), "/") + 1
		}
		o.rules = append(o.rules, rule)
	}
	return o
}

// of are the owners of a file: those of the last rule that matches.
func (o *owners) of(name string) []string {
	parts := strings.Split(name, "/")
	for _, r := range slices.Backward(o.rules) {
		if r.depth > 0 && len(parts) != r.depth {
			continue
		}
		if r.pattern.Match(parts, false) == gitignore.Exclude {
			return r.owners
		}
	}
	return nil
}

// imagesOf are the references to images.
func imagesOf(w *run.Workspace) []Image {
	all := w.Images()
	for i := range all {
		all[i].Ref = short(all[i].Ref)
	}
	return all
}
