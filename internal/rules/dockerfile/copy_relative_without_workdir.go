package dockerfile

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// CopyRelativeWithoutWorkdir reports `COPY` and `ADD` with a relative destination in a
// stage that sets no `WORKDIR`. It reports one finding in each stage.
//
// # Why it matters
//
// The destination is relative to the working folder of the base image. That is usually
// `/`, so the files are written next to the folders of the system, and an update of the
// base image can change it.
//
// # How to fix it
//
// Set `WORKDIR` before the `COPY`, or write an absolute path.
//
// # Fix safety
//
// There is no automatic fix: the file does not say which folder the base image sets.
//
// # Exceptions
//
// It does not report:
//
//   - absolute paths, also of Windows, and destinations that begin with a variable
//   - a `WORKDIR` in a stage that this one builds on, or in a trigger (`ONBUILD`) above
//   - single files that a later `RUN`, `CMD` or `ENTRYPOINT` of the stage names,
//     because the author knows where they are
var CopyRelativeWithoutWorkdir = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "copy-relative-without-workdir",
		Title:    "Relative destination without a WORKDIR",
		Category: lint.Correctness,
		Severity: lint.Info,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Aliases: append(
			[]lint.Alias{{Name: "DL3045", Severity: lint.Warning}},
			lint.Names("DF063")...,
		),
	},
	Check: checkCopyRelativeWithoutWorkdir,
}

func checkCopyRelativeWithoutWorkdir(p *facts.Pass[*facts.Dockerfile]) {
	var said facts.SaidOnce // one finding for a stage
	for _, keyword := range []string{"copy", "add"} {
		if keyword == "add" && p.Hadolint {
			break
		}
		p.Doc.Each(keyword, p.Hadolint, func(in *dockerfile.Instruction) {
			_, to, ok := copyWords(in)
			path := strings.NewReplacer(`"`, "", "'", "").Replace(to.Text) // quotes may enclose a part of it
			s := p.Doc.StageOf(in)
			if !ok || path == "" || isAbsoluteDestination(path) || strings.HasPrefix(path, "$") {
				return
			}
			if s != nil && (hasWorkdir(s, in) || triggersWorkdir(s, in)) {
				return
			}
			if !p.Hadolint && s != nil && usesFiles(p, s, in) {
				return
			}
			f := lint.Finding{
				Span:    to.Span,
				Message: fmt.Sprintf("%s is relative, but the stage sets no WORKDIR, so the base image decides which folder it means; set WORKDIR, or write an absolute path", quoteShort(path)),
			}
			if p.Hadolint {
				p.Report(f)
				return
			}
			said.Add(s, f)
		})
	}
	said.Report(p.Report)
}

// triggersWorkdir reports whether ONBUILD WORKDIR above sets the folder of an instruction
// that ONBUILD holds.
func triggersWorkdir(s *facts.Stage, in *dockerfile.Instruction) bool {
	found := false
	for _, trigger := range s.Own("onbuild") {
		if trigger.Inner == in {
			return found
		}
		found = found || (trigger.Inner != nil && trigger.Inner.Keyword == "workdir")
	}
	return false
}

// usesFiles reports whether an instruction copies single files only, and the stage
// starts or runs one of them by its name.
func usesFiles(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, in *dockerfile.Instruction) bool {
	return !copiesFolder(p, in) && slices.ContainsFunc(in.Words, func(w dockerfile.Word) bool {
		name := baseName(bare(w.Text))
		return strings.Contains(name, ".") && lastUse(p.Doc, s, name) > in.Index()
	})
}

// fileOfStage is the name of a file in a stage.
type fileOfStage struct {
	stage *facts.Stage
	name  string
}

// lastUse is the index of the last instruction of a stage that runs or starts a
// file by its name; -1 if there is none.
func lastUse(d *facts.Dockerfile, s *facts.Stage, name string) int {
	return facts.Once(d, "last use of a file", fileOfStage{s, name}, func() int {
		places, all := d.Occurrences(name)
		if !all {
			return math.MaxInt
		}
		for _, at := range slices.Backward(places) {
			in := d.At(at)
			if in != nil && at+len(name) <= in.Span.End && d.StageOf(in) == s &&
				(in.Keyword == "run" || in.Keyword == "cmd" || in.Keyword == "entrypoint") {
				return in.Index()
			}
		}
		return -1
	})
}
