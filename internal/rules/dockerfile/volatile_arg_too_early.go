package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// VolatileArgTooEarly reports `ARG` and `ENV` with a commit, a build number or a date
// above a `RUN` that installs and does not use the value.
//
// # Why it matters
//
// The value is part of the environment of every `RUN` below it. Each time it changes, such
// as with each commit, Docker cannot use the cache for them and installs everything again.
//
// The rule is off by default, because many builds that pass such a value do not use a
// cache.
//
// # How to fix it
//
// Move the instruction below the `RUN` that does not need it:
//
//	RUN npm ci
//	ARG GIT_SHA
//	ENV GIT_SHA=$GIT_SHA
//
// # Exceptions
//
// It does not report:
//
//   - an `ARG` that the stage does not use and no build of the project passes
//   - a `RUN` that upgrades the packages of the distribution, which should run with each
//     build
var VolatileArgTooEarly = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "volatile-arg-too-early",
		Title:    "Value that changes with each build is set too early",
		Category: lint.Speed,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkVolatileArgTooEarly,
}

func checkVolatileArgTooEarly(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		for i, in := range s.Instructions {
			if in.Keyword != "arg" && in.Keyword != "env" {
				continue
			}
			for _, pair := range in.Pairs {
				if !isVolatile(pair.Key) ||
					(in.Keyword == "arg" && !namesVariable(p.Doc, s.Instructions[i+1:], pair.Key) && !p.Project.MayBePassed(p.Doc, pair.Key)) {
					continue
				}
				run := firstUnrelatedRun(p.Doc, s.Instructions[i+1:], pair.Key)
				if run == nil {
					continue
				}
				p.Report(lint.Finding{
					Fixes:   moveDown(p.Doc, in, pair, s.Instructions[i+1:], run),
					Span:    pair.Span,
					Message: fmt.Sprintf("%s changes with each build, so the steps after it never use the cache; move it below the RUN that does not need it", quoteShort(pair.Key)),
					Related: []lint.Related{{Span: run.Head, Message: "this RUN runs again in each build"}},
				})
			}
		}
	}
}

func isVolatile(name string) bool {
	switch strings.ToUpper(name) {
	case "BUILD_DATE", "BUILD_TIME", "BUILD_TIMESTAMP", "GIT_SHA", "GIT_COMMIT", "GIT_HASH", "COMMIT_SHA", "COMMIT_HASH", "VCS_REF", "BUILD_NUMBER", "BUILD_ID", "GITHUB_SHA", "CI_COMMIT_SHA", "SOURCE_COMMIT", "BUILD_REVISION":
		return true
	}
	return false
}

// namesVariable reports whether one of some instructions names a variable.
func namesVariable(d *facts.Dockerfile, list []*dockerfile.Instruction, name string) bool {
	return slices.ContainsFunc(list, func(in *dockerfile.Instruction) bool { return strings.Contains(d.Text(in.Span), name) })
}

// firstUnrelatedRun returns the first RUN that installs something and does not use the
// variable.
func firstUnrelatedRun(d *facts.Dockerfile, list []*dockerfile.Instruction, name string) *dockerfile.Instruction {
	for _, in := range list {
		if in.Keyword != "run" || strings.Contains(in.Args, name) {
			continue
		}
		if strings.Contains(in.Body, "upgrade") {
			continue
		}
		for _, c := range d.Commands(in) {
			if pkg, ok := facts.Packages(c); ok &&
				(pkg.Action == "install" || pkg.Action == "add" || pkg.Action == "ci" || pkg.Action == "sync" || pkg.Action == "build" || pkg.Action == "download") {
				return in
			}
		}
	}
	return nil
}

// moveDown moves the instruction above the first one that reads the variable, or
// may do so without naming it, as a build does.
func moveDown(
	d *facts.Dockerfile,
	in *dockerfile.Instruction,
	pair dockerfile.Pair,
	below []*dockerfile.Instruction,
	run *dockerfile.Instruction,
) []lint.Fix {
	cut, ok := deleteInstruction(in)
	if !ok || len(in.Pairs) != 1 || strings.Contains(pair.Value, "$") || len(in.PhysicalLines()) != 1 {
		return nil
	}
	for _, x := range below {
		if !strings.Contains(d.Text(x.Span), pair.Key) && (x.Keyword != "run" || onlyInstalls(d, x)) {
			continue
		}
		if x.Index() <= run.Index() || isInner(x) {
			return nil
		}
		return unsafeFix("move the instruction down", lint.EffectGraph, cut, lint.Insert(topOf(x), d.Text(in.Span)+d.Newline()))
	}
	return nil
}

// onlyInstalls reports whether a RUN only installs packages, which does not depend on
// variables of the build.
func onlyInstalls(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	commands := d.Commands(in)
	for _, c := range commands {
		pkg, ok := facts.Packages(c)
		switch {
		case ok && (pkg.Action == "install" || pkg.Action == "add" || pkg.Action == "ci" || pkg.Action == "sync" || pkg.Action == "download" || pkg.Action == "clean" || updatesIndex(pkg)):
		case c.Name() == "rm" || c.Name() == "mkdir" || c.Name() == "set":
		default:
			return false
		}
	}
	return len(commands) > 0
}
