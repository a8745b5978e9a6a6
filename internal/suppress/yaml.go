package suppress

import (
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/bake"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// ParseYAML reads the directives of a YAML file: a compose file, a manifest, a
// workflow. Lines are those that YAML sees, since a comment ends with them.
//
// One that silences a line stands at its end, or in the block of comments
// directly above it. What counts for a block (KICS's ignore-block, trivy) counts
// for the line and all that is indented below it. The result is nil if there is
// no directive.
func ParseYAML(file *yaml.File, opts Options) *Directives {
	comments := make([]text.Span, len(file.Comments))
	for i, c := range file.Comments {
		comments[i] = c.Span
	}
	return parseLines(file.Src, file.Lines, file.OwnLines(), comments, opts)
}

// ParseBake reads the directives of a bake file by its lines, as ParseYAML does.
func ParseBake(file *bake.File, opts Options) *Directives {
	return parseLines(file.Src, file.Lines, file.Lines, file.Comments, opts)
}

// parseLines reads the directives in comments, which are in the order of the text. own
// are the lines that the format sees, all those of reports.
func parseLines(src []byte, all, own *text.LineIndex, comments []text.Span, opts Options) *Directives {
	if len(comments) == 0 {
		return nil
	}
	p := yamlPlacer{src: string(src)}
	lines := own
	next := 0
	for n := 1; n <= lines.Lines(); n++ {
		line := lines.Line(n)
		full := lines.FullLine(n)
		end := line.End
		var comment text.Span
		if next < len(comments) && comments[next].Start < full.End {
			comment = comments[next]
			end = comment.Start
			next++
		}
		p.line(line.Start, end, max(full.End, line.End+1), comment, opts)
	}
	if len(p.items) == 0 {
		return nil
	}
	return &Directives{layout: layout{lines: all, own: lines, src: p.src, units: p.units, unit: "line"}, items: p.items}
}

// yamlPlacer walks down the lines. Items from block on, and the bytes from start
// on, stand directly above what comes next.
type yamlPlacer struct {
	src          string
	items        []placed
	scratch      []directive
	units        []unit
	open         []level
	block, start int
	above        bool
}

// level is a unit that what follows may lie below.
type level struct{ depth, unit int }

// line takes a line with the content start..end before its comment.
func (p *yamlPlacer) line(start, end, full int, comment text.Span, opts Options) {
	content := strings.TrimPrefix(p.src[start:end], "\xEF\xBB\xBF")
	bare := strings.TrimSpace(content)
	// "---" opens a document: what stands above it is at the top of the file still.
	marker := bare == "---"
	switch {
	case bare == "" && comment.IsEmpty(), marker && comment.IsEmpty():
		p.block, p.above = len(p.items), false
		return
	case bare == "" || marker:
		if !p.above {
			p.start, p.above = start, true
		}
		p.add(comment, noTarget, opts)
		return
	}
	if !p.above {
		p.start = start
	}
	p.above = false
	at := len(p.units)
	for i := p.block; i < len(p.items); i++ {
		p.items[i].target = at
	}
	p.units = append(p.units, unit{span: text.Span{Start: p.start, End: full}, up: p.up(depth(content), at)})
	if !comment.IsEmpty() {
		p.add(comment, at, opts)
	}
	p.block = len(p.items)
}

// up is the unit that a line of that depth lies below.
func (p *yamlPlacer) up(depth, at int) int {
	for len(p.open) > 0 && p.open[len(p.open)-1].depth >= depth {
		p.open = p.open[:len(p.open)-1]
	}
	above := noTarget
	if len(p.open) > 0 {
		above = p.open[len(p.open)-1].unit
	}
	p.open = append(p.open, level{depth, at})
	return above
}

// depth orders lines by what they lie below: an item of a list may stand at the
// column of its key.
func depth(content string) int {
	indent := len(content) - len(strings.TrimLeft(content, " "))
	if rest := content[indent:]; rest == "-" || strings.HasPrefix(rest, "- ") {
		return 2*indent + 1
	}
	return 2 * indent
}

func (p *yamlPlacer) add(comment text.Span, target int, opts Options) {
	if comment.IsEmpty() {
		return
	}
	p.scratch = appendDirectives(p.scratch[:0], p.src, comment, opts.Now)
	for _, x := range p.scratch {
		late := x.reach == reachFile && len(p.units) > 0
		switch x.kind {
		case kindHadolint, kindBuildKit:
			continue
		case kindNear:
			if x.verb.text == kindHadolint {
				continue // it reads no YAML
			}
		case kindKICS, kindDclint:
			if late {
				continue
			}
		case kindTrivy:
			x.reach = reachStage
		}
		p.items = append(p.items, placed{directive: x, target: target, late: late && x.kind == kindDockmend})
	}
}
