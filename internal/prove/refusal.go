package prove

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

const (
	// leastCompiled is what a compilation costs at least, in bytes.
	leastCompiled = 16 << 10
	// maxRefusals is how many refusals of one build are listed.
	maxRefusals = 10
)

// ErrForeignFrontend says that a file is read by a program that is not here.
var ErrForeignFrontend = errors.New("another program reads the file")

// Refusals lists why BuildKit does not build a Dockerfile, in the order of the
// file, for the ways in which the repository builds it. Nothing is said of what
// depends on a value that nothing here gives. An error says why the compiler was
// not asked.
func Refusals(ctx context.Context, doc *facts.Dockerfile, project *facts.Project) ([]lint.Refusal, error) {
	if over := overLimit(doc); over != "" {
		return nil, errors.New(over)
	}
	switch {
	case foreignSyntax(doc.Document) != "":
		return nil, ErrForeignFrontend
	case len(doc.Stages()) == 0 || !utf8.Valid(doc.Src) || bytes.IndexByte(doc.Src, 0) >= 0:
		// BuildKit's lexer writes to the standard error about such bytes.
		return nil, nil
	case isPlain(doc):
		return nil, nil
	}
	c := &compilation{ctx: ctx, doc: doc, project: project, left: limits.CompiledBytes}
	var found []lint.Refusal
	for _, b := range joined(project.BuildsOf(doc)) {
		if reason := expandsTooFar(doc.Document, b.Args); reason != "" {
			return nil, errors.New(reason)
		}
		for _, r := range c.refusals(b) {
			if !slices.ContainsFunc(found, func(o lint.Refusal) bool { return o.Within == r.Within }) {
				found = append(found, r)
			}
		}
	}
	if c.left < 0 && len(found) == 0 {
		return nil, fmt.Errorf("the ways in which it is built need more than the limit of %d bytes to compile", limits.CompiledBytes)
	}
	slices.SortStableFunc(found, func(a, b lint.Refusal) int { return a.Within.Start - b.Within.Start })
	return found, nil
}

// builds are those with the same arguments: their targets are compiled together.
type builds struct {
	facts.Build
	targets []string
}

func joined(all []facts.Build) (groups []builds) {
	for _, b := range all {
		i := slices.IndexFunc(groups, func(g builds) bool { return g.SameArguments(b) })
		if i < 0 {
			groups, i = append(groups, builds{Build: b}), len(groups)
		}
		groups[i].targets = append(groups[i].targets, b.Target)
	}
	return groups
}

// compilation asks about one file.
type compilation struct {
	ctx     context.Context
	doc     *facts.Dockerfile
	project *facts.Project
	left    int // in bytes
}

// pay takes the cost of a compilation off the budget; it is false where that is
// used up.
func (c *compilation) pay() bool {
	c.left -= max(len(c.doc.Src), leastCompiled)
	return c.left >= 0
}

// part is what is compiled of a file: everything but the instructions that are
// left out. Their lines stay, empty.
type part struct {
	instructions []*dockerfile.Instruction
	out          map[*dockerfile.Instruction]bool
}

// refusals of a build. Behind the first one the file is compiled without the
// instruction that is refused, so that one mistake does not hide the next.
func (c *compilation) refusals(b builds) (found []lint.Refusal) {
	v := variant{base: plainBase, arch: "amd64", args: b.Args, all: true, windows: c.onWindows()}
	p := c.part(b.targets)
	for len(found) < maxRefusals {
		err := c.try(v, p, len(p.instructions))
		if err == nil || errors.Is(err, errCrashed) {
			return found
		}
		n, err := c.locate(v, p, err)
		if err == nil {
			return found // out of budget, or nothing that can be placed
		}
		in := p.instructions[n]
		if !c.depends(b, v, p, n) {
			found = append(found, lint.Refusal{Within: in.Span, Reason: refusalReason(err)})
		}
		if in.Keyword == "arg" || in.Keyword == "env" {
			return found // what follows depends on its values
		}
		p.out[in] = true
	}
	return found
}

// try compiles the part up to the instruction with that number, and every FROM.
func (c *compilation) try(v variant, p part, upTo int) error {
	if !c.pay() {
		return nil
	}
	if len(p.out) == 0 && upTo == len(p.instructions) {
		return v.refuses(c.ctx, c.doc.Src)
	}
	return v.refuses(c.ctx, c.without(p, len(p.instructions), func(i int) bool { return i >= upTo }))
}

// without is the file up to an instruction, without what is left out of the part
// or hidden besides. A FROM names another image then, since it begins a stage.
func (c *compilation) without(p part, end int, hidden func(i int) bool) []byte {
	var src []byte
	at := 0
	for i, in := range p.instructions[:end] {
		from := in.Keyword == "from"
		if !p.out[in] && (from || !hidden(i)) {
			continue
		}
		src = append(src, c.doc.Src[at:in.Span.Start]...)
		if from {
			src = append(src, "FROM dockmend"...)
			if s := c.doc.StageOf(in); s != nil && s.Name != "" {
				src = append(append(src, " AS "...), s.Name...)
			}
		}
		lines := in.PhysicalLines()
		last := max(in.Span.End, lines[len(lines)-1].End) // behind a backslash that continues nothing
		src = append(src, bytes.Repeat([]byte{'\n'}, bytes.Count(c.doc.Src[in.Span.Start:last], []byte{'\n'}))...)
		at = last
	}
	if end < len(p.instructions) {
		return append(src, c.doc.Src[at:p.instructions[end].Span.Start]...)
	}
	return append(src, c.doc.Src[at:]...)
}

// locate finds the instruction that is refused: the first one with which the
// part does not compile. BuildKit's own place is not taken, since it has none for
// some refusals, and of several images it may name any.
func (c *compilation) locate(v variant, p part, whole error) (n int, err error) {
	if err := c.try(v, p, 0); err != nil {
		return c.locateFrom(v, p)
	}
	at := map[int]error{len(p.instructions): whole}
	n = sort.Search(len(p.instructions), func(i int) bool {
		at[i+1] = c.try(v, p, i+1)
		return at[i+1] != nil
	})
	if n == len(p.instructions) || c.left < 0 {
		return 0, nil
	}
	return n, at[n+1]
}

// locateFrom finds the first FROM that is refused, by the file up to it.
func (c *compilation) locateFrom(v variant, p part) (n int, err error) {
	for i, in := range p.instructions {
		if in.Keyword != "from" || p.out[in] {
			continue
		}
		if !c.pay() {
			return 0, nil
		}
		hidden := func(i int) bool { return c.doc.StageOf(p.instructions[i]) != nil }
		if err := v.refuses(c.ctx, c.without(p, i+1, hidden)); err != nil {
			return i, err
		}
	}
	return 0, nil
}

// part is what the stages of the targets are made of, and every FROM, since
// BuildKit reads them all.
func (c *compilation) part(targets []string) part {
	reached := map[*facts.Stage]bool{}
	for _, t := range targets {
		if s := c.doc.Target(t); s != nil {
			s.Reach(reached)
		}
	}
	p := part{instructions: c.doc.Instructions, out: map[*dockerfile.Instruction]bool{}}
	for _, s := range c.doc.Stages() {
		for _, in := range s.Instructions {
			if !reached[s] || isPlainRun(in) {
				p.out[in] = true
			}
		}
	}
	return p
}

// isPlainRun reports whether an instruction is a command for the shell and nothing
// else: nothing in it is expanded or checked before it runs, so it is never refused,
// nor is anything because of it. Such lines are most of a file, and most of what its
// compilation costs.
func isPlainRun(in *dockerfile.Instruction) bool {
	if in.Keyword != "run" || in.Err != nil {
		return false
	}
	isList := strings.HasPrefix(in.Args, "[") // one that is empty is refused
	return len(in.Flags) == 0 && len(in.Heredocs) == 0 && !isList
}

func (c *compilation) onWindows() bool {
	return slices.ContainsFunc(c.doc.Stages(), func(s *facts.Stage) bool { return s.Base().IsWindows() })
}

// depends reports whether a refusal depends on a value that nothing here gives:
// there are other values for the variables with which the instruction is taken,
// and not all that the instruction uses are given.
func (c *compilation) depends(b builds, v variant, p part, n int) bool {
	in := p.instructions[n]
	if c.doc.HasPlaceholder(in) {
		return true
	}
	used := c.doc.UsedBy(in)
	if len(used) == 0 || c.given(b, in, used) {
		return false
	}
	declared, _ := c.doc.ArgumentNames()
	for _, values := range []func(name string) string{c.fitting(in), always("dockmend"), always("4242")} {
		world := v
		world.args, world.env = map[string]string{}, nil
		for name := range declared {
			if !facts.IsPlatformArgument(name) {
				world.args[name] = values(name)
			}
		}
		for _, name := range used {
			if !declared[name] {
				world.env = append(world.env, name+"="+values(name))
			}
		}
		other, err := c.locate(world, p, nil)
		if c.left < 0 || err == nil || other != n {
			return true
		}
	}
	return false
}

// given reports whether all variables that an instruction uses have values that
// every build gives them: known, not empty, and passed in no other way.
func (c *compilation) given(b builds, in *dockerfile.Instruction, used []string) bool {
	for _, name := range used {
		if b.Args[name] != "" || facts.IsPlatformArgument(name) {
			continue
		}
		value, ok := c.doc.ScopeAt(in).Lookup(name)
		switch {
		case slices.Contains(b.Unknown, name), !ok, !value.Known, value.Value == "":
			return false
		case !value.IsEnv && c.project.PassesArgument(c.doc, name):
			return false
		}
	}
	return true
}

// fitting gives each argument a value that fits where it is used, in the
// instruction above all.
func (c *compilation) fitting(in *dockerfile.Instruction) func(string) string {
	_, values := arguments(c.doc.Document)
	src := c.doc.Text(in.Head)
	for use, word := range usesIn(src, c.doc.Escape) {
		if value := sentinelFor(in.Keyword, word); value != "" {
			values[use.Name] = value
		}
	}
	return func(name string) string { return cmp.Or(values[name], "dockmend") }
}

func always(value string) func(string) string { return func(string) string { return value } }

// refusalReason is what BuildKit says, on one line, without the place.
func refusalReason(err error) string {
	reason := oneLine(err)
	if rest, ok := strings.CutPrefix(reason, "dockerfile parse error on line "); ok {
		if _, after, ok := strings.Cut(rest, ": "); ok {
			reason = after
		}
	}
	return reason
}
