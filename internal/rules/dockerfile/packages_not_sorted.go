package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// PackagesNotSorted finds lists of packages, one in a line, that are not in the
// order of the alphabet: a sorted list shows what was added, and what twice.
//
// Silent for fewer than three packages, for variables, paths and options among
// them, and with comments between them.
//
// Off by default: it is a matter of taste.
var PackagesNotSorted = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "packages-not-sorted",
		Title:    "Packages are not in order",
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
		if c.Action != "install" && c.Action != "add" || len(c.Packages) < fewest || c.Script == nil || holdsComment(c.Instruction) || !oneInALine(p.Doc, c.Packages) {
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
			Message: fmt.Sprintf("%s stands where %s should, in the order of the alphabet; sort the packages", quoteShort(c.Packages[first].Text), quoteShort(sorted[first])),
		}
		if c.Script.Editable() {
			f.Fixes = []lint.Fix{fix}
		}
		p.Report(f)
	}, "apt-get", "apt", "apk", "dnf", "yum", "microdnf", "zypper")
}

// isPlainPackage tells whether a word is a package's name as it stands in the
// file, with a version or without.
func isPlainPackage(a facts.Argument) bool {
	return a.Literal && a.Text != "" && a.Span.Len() == len(a.Text) && a.Text[0] != '-' && !isPath(a.Text) && !strings.ContainsAny(a.Text, "/\\'\"")
}

// oneInALine tells whether every word stands on a line of its own.
func oneInALine(d *facts.Dockerfile, words []facts.Argument) bool {
	for i := 1; i < len(words); i++ {
		if d.Lines.Position(words[i].Span.Start).Line == d.Lines.Position(words[i-1].Span.Start).Line {
			return false
		}
	}
	return true
}
