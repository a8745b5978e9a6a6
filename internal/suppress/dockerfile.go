package suppress

import (
	"strings"
	"time"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// Options is what configuration says about directives.
type Options struct {
	// DisableHadolint is hadolint's disable-ignore-pragma: its ignore comments
	// do not count.
	DisableHadolint bool
	// Now is the day, at its start, that decides whether the last day of an ignore is
	// past; with the zero value none is.
	Now time.Time
}

// Parse reads the directives of a Dockerfile. One that silences an instruction
// stands in the block of comments directly above it; in the dialects of
// BuildKit and KICS blank lines may come between, in ours it may also stand
// between the continued lines. The result is nil if there is none.
func Parse(doc *dockerfile.Document, opts Options) *Directives {
	p := placer{doc: doc, src: source(doc), opts: opts}
	if check, ok := doc.Directive("check"); ok {
		p.add(directive{kind: kindBuildKit, reach: reachFile, span: check.Span, names: checkNames(check.Value)}, noTarget)
		p.tight, p.loose = len(p.items), len(p.items)
	}
	for i := range doc.Physical {
		p.line(&doc.Physical[i])
	}
	if len(p.items) == 0 {
		return nil
	}
	return &Directives{layout: layout{
		lines: doc.Lines, units: units(doc), unit: "instruction",
		keep: func(line int) bool { return becomesDirective(doc, line) },
	}, items: p.items}
}

// units lists the instructions, each with the comments directly above it, below
// the FROM of its stage.
func units(doc *dockerfile.Document) []unit {
	all := make([]unit, 0, len(doc.Instructions))
	stage, start := noTarget, -1
	for i := range doc.Physical {
		l := &doc.Physical[i]
		switch {
		case l.Instruction >= 0:
			if start < 0 {
				start = l.Start
			}
			if l.Instruction == len(all) {
				up := stage
				if doc.Instructions[l.Instruction].Keyword == "from" {
					stage, up = l.Instruction, noTarget
				}
				all = append(all, unit{span: text.Span{Start: start}, up: up})
			}
			// The end of a file without a final newline is the instruction's.
			all[l.Instruction].span.End = max(l.End, l.EOL+1)
			start = -1
		case l.Kind != dockerfile.CommentLine:
			start = -1
		case start < 0:
			start = l.Start
		}
	}
	return all
}

// becomesDirective reports whether the line below a comment would become a parser
// directive without it, which changes the build. Lines are 1-based.
func becomesDirective(doc *dockerfile.Document, n int) bool {
	lines := doc.Physical
	if (n > 1 && lines[n-2].Kind != dockerfile.DirectiveLine) || n >= len(lines) || lines[n].Kind != dockerfile.CommentLine {
		return false
	}
	key, _, assigns := strings.Cut(doc.Text(text.Span{Start: lines[n].Text + 1, End: lines[n].EOL}), "=")
	switch strings.ToLower(strings.TrimSpace(key)) {
	case "syntax", "escape", "check":
		return assigns
	}
	return false
}

func source(doc *dockerfile.Document) string {
	return doc.Text(text.Span{End: len(doc.Src)})
}

// placer walks down the file. Items from tight on stand in the block that has
// no blank line so far, those from loose on in the one that BuildKit sees.
type placer struct {
	doc          *dockerfile.Document
	src          string
	opts         Options
	items        []placed
	scratch      []directive
	tight, loose int
	// below is set from the first instruction on.
	below bool
}

func (p *placer) line(l *dockerfile.Line) {
	switch l.Kind {
	case dockerfile.CommentLine:
		p.comment(l)
	case dockerfile.CodeLine:
		p.trailing(text.Span{Start: l.Text, End: l.EOL})
		p.attach(l.Instruction)
	case dockerfile.BlankLine:
		if l.Instruction < 0 {
			p.tight = len(p.items)
		}
	default:
		// A heredoc's lines are data. Parser directives stand above all comments.
	}
}

// trailing tells an ignore at the end of a line of an instruction.
func (p *placer) trailing(line text.Span) {
	p.scratch = appendTrailing(p.scratch[:0], p.src, line, p.opts.Now)
	for _, x := range p.scratch {
		if x.verb.text != kindHadolint || !p.opts.DisableHadolint {
			p.add(x, noTarget)
		}
	}
}

func (p *placer) comment(l *dockerfile.Line) {
	span := text.Span{Start: l.Text, End: l.EOL}
	p.scratch = appendDirectives(p.scratch[:0], p.src, span, p.opts.Now)
	for _, x := range p.scratch {
		switch {
		case p.opts.DisableHadolint && (x.kind == kindHadolint || x.verb.text == kindHadolint):
		case l.Instruction < 0:
			p.add(x, noTarget)
		case x.kind == kindDockmend && x.reach == reachNext:
			p.add(x, l.Instruction)
		case x.kind == kindDockmend, x.kind == kindCheckov, x.kind == kindNear:
			p.add(x, noTarget)
		}
	}
	if l.Instruction >= 0 {
		p.tight, p.loose = len(p.items), len(p.items)
	} else if isEmptyComment(p.src, span) {
		p.loose = len(p.items)
	}
}

// isEmptyComment: BuildKit keeps no comment from above an empty one.
func isEmptyComment(src string, span text.Span) bool {
	c := cursor{src: src[:span.End], pos: span.Start + 1}
	c.blanks()
	return c.pos == span.End
}

func (p *placer) add(x directive, target int) {
	late := x.reach == reachFile && p.below
	if late && x.kind == kindKICS {
		return
	}
	p.items = append(p.items, placed{directive: x, target: target, late: late && x.kind == kindDockmend})
}

// attach gives the directives above to the instruction that begins here.
func (p *placer) attach(instruction int) {
	checked := false
	for i := min(p.tight, p.loose); i < len(p.items); i++ {
		x := &p.items[i]
		buildkit := x.kind == kindBuildKit
		first := p.tight
		if buildkit || x.kind == kindKICS {
			first = p.loose
		}
		isTaken := buildkit && checked
		needsFrom := x.reach == reachStage && p.doc.Instructions[instruction].Keyword != "from"
		if i < first || isTaken || needsFrom {
			continue
		}
		x.target = instruction
		checked = checked || buildkit // BuildKit reads the first one only
	}
	p.tight, p.loose = len(p.items), len(p.items)
	p.below = true
}
