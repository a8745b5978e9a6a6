package report

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// manyFindings is from how many findings on a baseline is proposed: fewer are fixed in a
// day.
const manyFindings = 100

// step is something to do next: words, in which programs stand between back-ticks, and the
// finding that they are about, nil for none.
type step struct {
	words string
	about lint.Group
}

// nextSteps says what to do, in order. Entries are those that a report lists, the worst
// first.
func nextSteps(entries []lint.Group, t tally, o *Options) []step {
	var steps []step
	if t.problems > 0 {
		steps = append(steps, step{words: "Solve the problem that is named here: findings may be missing"})
	}
	var byHand lint.Group
	for _, g := range entries {
		matters := g[0].Severity >= lint.Warning || harmOf(g[0], o.Weakness) <= noMoreFixes
		if matters && best(g[0].Fixes) == lint.Manual {
			byHand = g
			break
		}
	}
	commands := fixSteps(t, o.Merge)
	hand := step{"Fix by hand, the worst first:", byHand}
	isWorst := len(byHand) > 0 && entries[0][0] == byHand[0]
	switch {
	case len(byHand) == 0:
		steps = append(steps, commands...)
	case isWorst:
		steps = append(append(steps, hand), commands...)
	default:
		hand.words = "Then fix by hand, the worst first:"
		if len(commands) == 0 {
			hand.words = "Fix by hand, the worst first:"
		}
		steps = append(append(steps, commands...), hand)
	}
	if t.Findings >= manyFindings && !o.Verdict.New {
		steps = append(steps, step{words: "Too many for today? `dockmend lint --write-baseline dockmend-baseline.json` accepts these; with the file as `baseline`, only new ones fail"})
	}
	if len(steps) == 0 && o.Verdict.Conclusion == "success" {
		steps = []step{{words: "Nothing has to be done"}}
	}
	return steps
}

// fixSteps are the fixes that need no hand: a pull request that has the safe ones, or the
// commands.
func fixSteps(t tally, link string) []step {
	var parts []string
	switch {
	case link != "":
		return []step{{words: link}}
	case t.safe > 0:
		parts = append(parts, fmt.Sprintf("Run `dockmend fix`: it fixes %s, and images keep their files and the program that they start", text.Counted(t.safe, "finding")))
	}
	if t.unsafe > 0 {
		parts = append(parts, fmt.Sprintf("Look at `dockmend fix --unsafe --diff`: it has fixes for %s, which can change what an image does", moreOr(len(parts), t.unsafe)))
	}
	steps := make([]step, len(parts))
	for i, words := range parts {
		steps[i] = step{words: words}
	}
	return steps
}

func moreOr(before, n int) string {
	if before > 0 {
		return fmt.Sprint(n, " more")
	}
	return text.Counted(n, "finding")
}

// markdown is a step for a page.
func (s step) markdown(line func(string, int) string) string {
	if len(s.about) == 0 {
		return s.words + "."
	}
	words := s.words + " " + placeLink(s.about[0], line) + ": " + cellText(sentence(s.about))
	if left := len(s.about) - 1; left > 0 {
		words += fmt.Sprintf(" (and in %s)", text.Counted(left, "other place"))
	}
	return words + "."
}

// text is a step for a terminal, where the finding itself stands above.
func (s step) text() string {
	words := strings.ReplaceAll(s.words, "`", "")
	words = strings.ToLower(words[:1]) + words[1:]
	if len(s.about) == 0 {
		return words
	}
	d := s.about[0]
	start := d.Start()
	return fmt.Sprintf("%s %s:%d:%d [%s]", words, d.Source.Path, start.Line, start.Column, d.Rule.ID)
}
