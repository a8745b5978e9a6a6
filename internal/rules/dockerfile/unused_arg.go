package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// UnusedArg reports `ARG` instructions whose variable no instruction reads.
//
// # Why it matters
//
// A value that is passed with `--build-arg` has no effect, although the file suggests that
// it has.
//
// The rule is off by default, because an unused argument does not change the image.
//
// # How to fix it
//
// Remove the argument, or use it:
//
//	ARG VERSION=13
//	FROM debian:${VERSION}
//
// # Exceptions
//
// It does not report:
//
//   - arguments above a `RUN` or `ONBUILD` of the stage, whose programs can read the
//     environment
//   - arguments that the builder knows, such as `HTTP_PROXY` and `TARGETARCH`
//   - names with CACHE or BUST, which people use to invalidate the build cache
var UnusedArg = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "unused-arg",
		Title:    "ARG is not used",
		Category: lint.StyleIssue,
		Severity: lint.Info,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
	},
	Check: checkUnusedArg,
}

func checkUnusedArg(p *facts.Pass[*facts.Dockerfile]) {
	if len(p.Doc.Stages()) == 0 {
		return
	}
	p.Doc.Each("arg", false, func(in *dockerfile.Instruction) {
		s := p.Doc.StageOf(in)
		if s != nil && somethingRuns(p.Doc, s, in) {
			return
		}
		for _, pair := range in.Pairs {
			upper := strings.ToUpper(pair.Key)
			if strings.ContainsAny(pair.Key, `"'$\`) || facts.IsPredefinedArgument(pair.Key) || facts.IsPlatformArgument(pair.Key) ||
				strings.Contains(upper, "CACHE") {
				continue
			}
			if strings.Contains(upper, "BUST") || isRead(p.Doc, s, in, pair.Key) {
				continue
			}
			f := lint.Finding{Span: pair.Span, Message: fmt.Sprintf("no instruction uses %s, so setting it has no effect; remove the ARG", quoteShort(pair.Key))}
			if edit, ok := deletePair(in, pair); ok && !p.Project.MayBePassed(p.Doc, pair.Key) {
				f.Fixes = []lint.Fix{{Title: "remove the ARG", Applicability: lint.Safe, MaxEffect: lint.EffectNone, Edits: []lint.FileEdit{edit}}}
			}
			p.Report(f)
		}
	})
}

// isRead reports whether an ARG is in scope for an instruction that names it: one after
// it, and for the ARG of a stage one of this stage or of a stage that builds on it.
func isRead(d *facts.Dockerfile, s *facts.Stage, arg *dockerfile.Instruction, name string) bool {
	places, all := d.Occurrences(name)
	for _, at := range slices.Backward(places) {
		in := d.At(at)
		if in == nil || at+len(name) > in.Span.End {
			continue
		}
		if in.Index() <= arg.Index() {
			return false
		}
		if s == nil || (in.Keyword != "from" && d.StageOf(in).BuildsOn(s)) {
			return true
		}
	}
	return !all
}

// somethingRuns reports whether an ARG of a stage may be in scope for a RUN or an ONBUILD.
func somethingRuns(d *facts.Dockerfile, s *facts.Stage, arg *dockerfile.Instruction) bool {
	if last := lastRun(s); last != nil && last.Index() > arg.Index() {
		return true
	}
	return facts.Once(d, "stages under one that runs something", nil, func() map[*facts.Stage]bool { return stagesUnder(d, lastRun) })[s]
}

func lastRun(s *facts.Stage) *dockerfile.Instruction {
	return s.Latest("runs something", runsSomething)
}

func runsSomething(in *dockerfile.Instruction) bool {
	return in.Keyword == "run" || in.Keyword == "onbuild"
}
