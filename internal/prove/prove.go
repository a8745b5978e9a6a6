package prove

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// Budget is how many compilations the proofs of one file may cost (docs/contract.md
// section 5).
const Budget = limits.Compilations

// Verdict is what an edit does to a build, at worst over all worlds that were
// compared.
type Verdict struct {
	Effect lint.Effect
	// Details say in words what differs.
	Details []string
	// Paths lead to the values of a compose file's model that differ: keys, and
	// places in lists. Other files have none.
	Paths [][]string
	// Sources are the images that give way to others, each with its own effect.
	// Their details stand in Details too.
	Sources []SourceChange
	// Reason says why there is no proof; empty unless Effect is EffectUnknown.
	Reason string
	// Broken is set when the file compiled before and does not after.
	Broken bool
	// Unprovable is set where the reason lies in the file as it is: no edit of it has
	// a proof.
	Unprovable bool
	// Spent is set where there is no proof since the budget is used up.
	Spent bool
	// Refreshed is set where a digest gives way to another one, that the registry
	// names now; EffectRepin with equal digests does not set it.
	Refreshed bool
	// LeftOut counts the worlds in which the file did not compile before.
	LeftOut int
}

// SourceChange is an image in the place of another one.
type SourceChange struct {
	Effect lint.Effect
	Detail string
}

// Prover compares edits of one Dockerfile. It remembers what the file compiles
// to, so that several edits cost less than each by itself. One goroutine at a
// time may use it.
type Prover struct {
	src     []byte
	doc     *dockerfile.Document
	targets []target
	worlds  []variant
	// before has what the file compiles to, by target and world; after the same for
	// the bytes that were compared last.
	before, after map[int]compiled
	last          []byte
	budget, left  int
	refused       string
	said          registry
}

type compiled struct {
	build *build
	err   error
}

// New prepares the proofs of edits to a Dockerfile. budget bounds the
// compilations of all of them together. asked is the registry of this run: only
// what it has said already counts, it is asked nothing. It is nil offline.
func New(src []byte, budget int, asked lint.Registry) *Prover {
	p := &Prover{src: src, doc: dockerfile.Parse(src), before: map[int]compiled{}, budget: budget, left: budget, said: registry{asked}}
	p.targets = targets(p.doc)
	p.refused = foreignSyntax(p.doc)
	if over := overLimit(facts.NewDockerfile(p.doc)); over != "" {
		p.refused = "BuildKit's compiler did not get the file: " + over
		return p
	}
	p.worlds = worlds(p.doc)
	return p
}

// Next prepares the proofs of edits to the file as it is after an edit, with what is
// left of the budget. What was compiled for it already counts for the next proof too.
func (p *Prover) Next(after []byte) *Prover {
	next := New(after, p.left, p.said.asked)
	next.budget = p.budget
	if len(next.targets) != len(p.targets) || !reflect.DeepEqual(next.worlds, p.worlds) {
		return next
	}
	for t := range next.targets {
		known := p.before
		if !bytes.Equal(next.targets[t].src, p.targets[t].src) {
			known = p.after
			if !bytes.Equal(after, p.last) {
				continue
			}
		}
		for w := range next.worlds {
			if c, ok := known[p.key(t, w)]; ok {
				next.before[p.key(t, w)] = c
			}
		}
	}
	return next
}

// key is that of a target in a world.
func (p *Prover) key(t, w int) int { return t*len(p.worlds) + w }

// Compare says what changes in the build when the file becomes after.
func (p *Prover) Compare(ctx context.Context, after []byte) Verdict {
	if bytes.Equal(p.src, after) {
		return Verdict{}
	}
	if p.refused != "" {
		// Who is told so may look at what the fix makes of the file.
		if p.left -= compilations(after); p.left < 0 {
			return p.spent()
		}
		return unprovable(p.refused)
	}
	if p.left -= compilations(after) - 1; p.left < 2 {
		return p.spent()
	}
	p.last, p.after = after, map[int]compiled{}
	doc := dockerfile.Parse(after)
	if over := overLimit(facts.NewDockerfile(doc)); over != "" {
		return unknown("BuildKit's compiler did not get the file after the fix: " + over)
	}
	if syntaxOf(p.doc) != syntaxOf(doc) {
		return unknown("the # syntax= line changes, and with it the program that reads the file")
	}
	if len(p.targets) == 0 {
		return unprovable("the file has no stage, so there is nothing to compile")
	}
	changed := targets(doc)
	v := Verdict{}
	if len(changed) != len(p.targets) {
		v.Effect, v.Details = lint.EffectGraph, []string{fmt.Sprintf("%d stages -> %d stages", len(p.targets), len(changed))}
		return v
	}
	if p.left < p.needed(changed) {
		return p.spent()
	}
	for t := range p.targets {
		if !bytes.Equal(p.targets[t].src, changed[t].src) && !p.compareTarget(ctx, t, changed[t], &v) {
			return v
		}
	}
	slices.Sort(v.Details)
	v.Details = slices.Compact(v.Details)
	return v
}

// needed is what comparing all targets that change takes of the budget.
func (p *Prover) needed(changed []target) (n int) {
	for t := range p.targets {
		if bytes.Equal(p.targets[t].src, changed[t].src) {
			continue
		}
		for w := range p.worlds {
			if _, ok := p.before[p.key(t, w)]; !ok {
				n += p.targets[t].cost
			}
			n += changed[t].cost
		}
	}
	return n
}

// compareTarget adds to the verdict what changes in one target; it is false
// when the verdict stands.
func (p *Prover) compareTarget(ctx context.Context, t int, after target, v *Verdict) bool {
	last := t == len(p.targets)-1
	for w, world := range p.worlds {
		before := p.compileBefore(ctx, t, w)
		if before.err != nil {
			if w == 0 && last {
				*v = unprovable("BuildKit does not compile the file as it is: " + oneLine(before.err))
				return false
			}
			v.LeftOut++
			continue
		}
		p.left -= after.cost
		b, err := world.compile(ctx, after.src)
		p.after[p.key(t, w)] = compiled{b, err}
		if err != nil {
			*v = unknown("BuildKit does not compile the file after the fix: " + oneLine(err))
			v.Broken = true
			return false
		}
		d := compare(before.build, b, p.said)
		v.Refreshed = v.Refreshed || d.refreshed
		v.Sources = append(v.Sources, d.sources...)
		for _, detail := range d.details {
			detail = inWords(detail)
			if d.effect > v.Effect || w == 0 || !v.names(detail) {
				v.Details = append(v.Details, detail)
			}
		}
		v.Effect = max(v.Effect, d.effect)
	}
	return true
}

// inWords has what stands for the base image and for build arguments in the proof by
// what it stands for: no user wrote that.
func inWords(detail string) string {
	return standIns.Replace(detail)
}

var standIns = strings.NewReplacer(
	richFolder, "(the base's folder)",
	richUser, "(the base's user)",
	"/dockmend-entrypoint", "(the base's entrypoint)",
	"dockmend-command", "(the base's command)",
	"dockmend-trigger", "(the base's trigger)",
	"dockmend.example/base:42", "(an argument's image)",
	"dockmend-value", "(an argument's value)",
	"dockmend/path", "(an argument's path)",
	"DOCKMEND_BASE=1", "(the base's variable)",
)

// names reports whether a detail about the same field or step is there already:
// another world shows the same change with other values.
func (v *Verdict) names(detail string) bool {
	what, _, _ := strings.Cut(detail, ":")
	return slices.ContainsFunc(v.Details, func(d string) bool { return strings.HasPrefix(d, what+":") })
}

func (p *Prover) compileBefore(ctx context.Context, t, w int) compiled {
	key := p.key(t, w)
	if c, ok := p.before[key]; ok {
		return c
	}
	p.left -= p.targets[t].cost
	b, err := p.worlds[w].compile(ctx, p.targets[t].src)
	c := compiled{b, err}
	p.before[key] = c
	return c
}

func unknown(reason string) Verdict { return Verdict{Effect: lint.EffectUnknown, Reason: reason} }

// unprovable is the verdict on any edit of a file that has no proof as it is.
func unprovable(reason string) Verdict {
	v := unknown(reason)
	v.Unprovable = true
	return v
}

// spent is the verdict when the budget is used up.
func (p *Prover) spent() Verdict {
	v := unknown(fmt.Sprintf("more than %d compilations would be needed", p.budget))
	v.Spent = true
	return v
}

// compilations is as how many reading a file counts: its time goes with the size.
func compilations(src []byte) int { return 1 + len(src)/limits.CompilationBytes }

// target is a text to compile, and as how many compilations it counts. The compiler's
// time goes with the square of the instructions, and with the variables that they
// see: docs/limits.md.
type target struct {
	src  []byte
	cost int
}

const (
	// instructionsEach is the square of the instructions that cost as much as one
	// compilation, variablesEach how many variables do that are seen.
	instructionsEach = 200_000
	variablesEach    = 20_000
)

// oneLine is a message of BuildKit without what it quotes of the file.
func oneLine(err error) string {
	line, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	return bounded(text.WithoutGuess(strings.ToValidUTF8(line, "\uFFFD")))
}

// targets are the texts to compile for each stage: the file up to the next
// FROM. So unnamed stages and those whose name is taken again are compared too.
func targets(doc *dockerfile.Document) []target {
	var out []target
	first, seen := true, variablesSeen{}
	cut := func(src []byte, instructions int) {
		out = append(out, target{src, compilations(src) + instructions*instructions/instructionsEach + seen.total/variablesEach})
	}
	for i, in := range doc.Instructions {
		if in.Keyword == "from" {
			if !first {
				cut(doc.Src[:in.PhysicalLines()[0].Start], i)
			}
			first = false
		}
		seen.add(in)
	}
	if !first {
		cut(doc.Src, len(doc.Instructions))
	}
	return out
}

func syntaxOf(doc *dockerfile.Document) string {
	d, _ := doc.Directive("syntax")
	return d.Value
}

// foreignSyntax says why a file is not what this compiler reads; empty for
// Docker's own frontend.
func foreignSyntax(doc *dockerfile.Document) string {
	value := syntaxOf(doc)
	name := strings.TrimPrefix(strings.TrimPrefix(value, "docker.io/"), "index.docker.io/")
	rest, isDockers := strings.CutPrefix(name, "docker/dockerfile")
	isDockers = isDockers && (rest == "" || strings.IndexByte(":@", rest[0]) >= 0 || strings.HasPrefix(rest, "-upstream"))
	if value == "" || isDockers {
		return ""
	}
	return fmt.Sprintf("the file is read by another program, %q", bounded(value))
}

// Left is what remains of the budget.
func (p *Prover) Left() int { return max(p.left, 0) }
