package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// PackagesNotSorted reports lists of at least three packages, one on each line, that are
// not in alphabetical order.
//
// # Why it matters
//
// In a sorted list, a duplicate is easy to see, and a change shows only the packages
// that were added or removed. The rule is off by default, because it is a matter of
// style.
//
// # How to fix it
//
// Sort the packages:
//
//	RUN apt-get install -y \
//	    ca-certificates \
//	    curl \
//	    git
//
// # Exceptions
//
// It does not report:
//
//   - lists with variables, paths or options between the packages
//   - lists with comments
var PackagesNotSorted = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "packages-not-sorted",
		Title:    "Package list is not in alphabetical order",
		Category: lint.StyleIssue,
		Severity: lint.Style,
		Since:    "0.1.0",
		Aliases:  lint.Names("docs:sort-arguments", "tally/sort-packages"),
	},
	Check: checkPackagesNotSorted,
}

func checkPackagesNotSorted(p *facts.Pass[*facts.Dockerfile]) {
	const fewest = 3
	p.Doc.EachPackageCommand(func(c facts.PackageCommand) {
		if (c.Action != "install" && c.Action != "add") || len(c.Packages) < fewest || c.Script == nil {
			return
		}
		if holdsComment(c.Instruction) || !oneInALine(p.Doc, c.Packages) {
			return
		}
		sorted := make([]string, len(c.Packages))
		for i, a := range c.Packages {
			if !isPlainPackage(a) {
				return
			}
			sorted[i] = a.Text
		}
		slices.SortStableFunc(sorted, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
		fix := lint.Fix{Title: "sort the packages", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph}
		first := -1
		for i, a := range c.Packages {
			if a.Text == sorted[i] {
				continue
			}
			if first < 0 {
				first = i
			}
			fix.Edits = append(fix.Edits, lint.Replace(a.Span, sorted[i]))
		}
		if first < 0 {
			return
		}
		f := lint.Finding{
			Span:    c.Packages[first].Span,
			Message: fmt.Sprintf("%[2]s belongs before %[1]s in alphabetical order; sort the packages", quoteShort(c.Packages[first].Text), quoteShort(sorted[first])),
		}
		if c.Script.Editable() {
			f.Fixes = []lint.Fix{fix}
		}
		p.Report(f)
	}, "apt-get", "apt", "apk", "dnf", "yum", "microdnf", "zypper")
}

// isPlainPackage reports whether a word is the name of a package without quotes or
// variables, with or without a version.
func isPlainPackage(a facts.Argument) bool {
	return a.Literal && a.Text != "" && a.Span.Len() == len(a.Text) && a.Text[0] != '-' && !isPath(a.Text) &&
		!strings.ContainsAny(a.Text, "/\\'\"")
}

// oneInALine reports whether each word has its own line.
func oneInALine(d *facts.Dockerfile, words []facts.Argument) bool {
	for i := 1; i < len(words); i++ {
		if d.Lines.Position(words[i].Span.Start).Line == d.Lines.Position(words[i-1].Span.Start).Line {
			return false
		}
	}
	return true
}
