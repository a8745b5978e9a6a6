package run

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// maxCause is the size in bytes up to which a changed file is looked at for its
// changed lines.
const maxCause = 1 << 20

// causes finds the change for a new finding that is not on changed lines.
type causes struct {
	head *Workspace
	base *Base
	// linted has the files of both trees that are linted, as reports name them.
	linted map[string]bool
	// lines are a file's changed lines, and now its content, once it was looked at.
	lines map[string][]int
	now   map[string]*lint.Source
}

// relate adds the change that caused a finding as a related place, if one can be
// told: a change of its own file, of a file that the finding has as a related
// place, of one that its words name, or else of the nearest file that is linted.
func (c *causes) relate(d *lint.Diagnostic) {
	own := c.head.place.inside(d.Source.Path)
	best, most := "", 0
	for _, name := range c.base.Changed {
		if score := c.score(d, own, name); score > most {
			best, most = name, score
		}
	}
	if best == "" {
		return
	}
	lines := c.changedLines(best)
	if len(lines) == 0 {
		d.Related = append(d.Related, lint.Related{File: c.head.place.shown(best), Message: lint.CauseMessage, Cause: true})
		return
	}
	line := lines[0]
	if best == own {
		line = closest(lines, d.Start().Line)
	}
	source := c.now[best]
	r := lint.Related{Span: source.Lines.Line(line), Message: lint.CauseMessage, Cause: true}
	if best != own {
		r.Source = source
	}
	d.Related = append(d.Related, r)
}

// score is how likely a changed file caused a finding; 0 for one that did not.
func (c *causes) score(d *lint.Diagnostic, own, name string) int {
	const isOwn, isRelated, isNamed, isLinted = 1 << 20, 1 << 18, 1 << 16, 1 << 14
	score := 0
	if name == own {
		score += isOwn
	}
	for _, r := range d.Related {
		if r.Name() == c.head.place.shown(name) {
			score += isRelated
			break
		}
	}
	if words := d.Message + " " + string(d.Span.Of(d.Source.Bytes)); strings.Contains(words, path.Base(name)) {
		score += isNamed
	}
	if c.linted[c.head.place.shown(name)] {
		score += isLinted
	}
	if score == 0 {
		return 0
	}
	return score + near(own, name)
}

// near is larger for files whose folders are closer.
func near(a, b string) int {
	far := 0
	from, to := strings.Split(path.Dir(a), "/"), strings.Split(path.Dir(b), "/")
	for len(from) > 0 && len(to) > 0 && from[0] == to[0] {
		from, to = from[1:], to[1:]
	}
	far = len(from) + len(to)
	return 1 + max(1000-far, 0)
}

// changedLines are a file's lines, from 1, that the base has not, or before which
// it has others; none for a file that is gone or has no lines.
func (c *causes) changedLines(name string) []int {
	if lines, known := c.lines[name]; known {
		return lines
	}
	c.lines[name] = nil
	now, err := c.head.tree.Read(name, maxCause)
	if err != nil {
		return nil
	}
	was, err := c.base.Tree.Read(name, maxCause)
	if err != nil {
		was = nil // all of it is new
	}
	source := lint.NewSource(c.head.place.shown(name), now)
	to := text.ExactLineMap(now, was)
	var lines []int
	before := 0
	for line := 1; line < len(to); line++ {
		if to[line] == 0 || to[line] != before+1 {
			lines = append(lines, line)
		}
		if to[line] != 0 {
			before = to[line]
		}
	}
	if total := text.NewLineIndex(was).Lines(); len(lines) == 0 && before < total && len(to) > 1 {
		lines = []int{len(to) - 1} // the end is gone
	}
	c.lines[name], c.now[name] = lines, source
	return lines
}

// closest is the number that is closest to line.
func closest(numbers []int, line int) int {
	best := numbers[0]
	for _, n := range numbers {
		if abs(n-line) < abs(best-line) {
			best = n
		}
	}
	return best
}

func abs(n int) int { return max(n, -n) }
