package audit

import (
	"cmp"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/remote"
	"github.com/dockmend/dockmend/internal/run"
	"github.com/dockmend/dockmend/internal/text"
)

const (
	// maxFix bounds the diff of a fix in bytes, and maxMessage a message.
	maxFix     = 4 << 10
	maxMessage = 2 << 10
	// maxOwners bounds the file of owners, maxRules its rules.
	maxOwners = 256 << 10
	maxRules  = 5_000
)

// add adds what a run found.
func (r *Record) add(result *lint.Result, owners *owners) {
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
			Line: d.Start().Line, Message: short(d.Message), Fingerprint: d.Fingerprint, Fixable: d.Fixable(), Fix: fixOf(d),
			Owners: owners.of(d.Source.Path),
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

// fixOf is the diff of the first fix that can be applied, if it is of the finding's file.
func fixOf(d *lint.Diagnostic) string {
	i := slices.IndexFunc(d.Fixes, func(f lint.Fix) bool { return f.Applicability > lint.Manual })
	if i < 0 {
		return ""
	}
	var edits []text.Edit
	for _, e := range d.Fixes[i].Edits {
		if e.File != "" && e.File != d.Source.Path {
			return ""
		}
		edits = append(edits, text.Edit{Span: e.Span, New: e.New})
	}
	after, err := text.Apply(d.Source.Bytes, edits)
	if err != nil {
		return ""
	}
	diff := text.UnifiedDiff(d.Source.Path, d.Source.Bytes, after)
	if len(diff) > maxFix {
		return ""
	}
	return strings.ToValidUTF8(string(diff), "\uFFFD")
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
func readOwners(tree *remote.Tree) *owners {
	for _, name := range []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"} {
		if src, err := tree.Read(name, maxOwners); err == nil {
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
	var all []Image
	for _, x := range w.Images() {
		all = append(all, Image{
			Ref: short(x.Ref), Registry: cmp.Or(x.Registry, "docker.io"), Repository: x.Repository, Tag: x.Tag, Digest: x.Digest,
			File: x.File, Line: x.Line, EndOfSupport: x.EndOfSupport, Ended: x.Ended,
		})
	}
	return all
}
