package dockerfile

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// CircularStageDependency reports stages that depend on each other in a cycle, through
// `FROM`, `COPY --from` or `RUN --mount`.
//
// # Why it matters
//
// No stage of the cycle can be built first, so the build fails. A stage can also copy
// from a later stage, which makes such a cycle easy to write.
//
// # How to fix it
//
// Move what both stages need into a separate stage.
//
// # Fix safety
//
// There is no automatic fix: only the author knows which of the references is the wrong one.
//
// # Exceptions
//
// It does not report a stage that copies from itself. The rule `copy-from-self` does.
var CircularStageDependency = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "circular-stage-dependency",
		Title:    "Stages depend on each other in a cycle",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Aliases:  lint.Names("tally/circular-stage-deps"),
	},
	Check: checkCircularStageDependency,
}

// stageNeed is one stage's need of another one, and where it is written.
type stageNeed struct {
	to int
	at text.Span
}

func checkCircularStageDependency(p *facts.Pass[*facts.Dockerfile]) {
	if len(p.Doc.Stages()) < 2 {
		return
	}
	needs := stageNeeds(p.Doc)
	circle := circles(needs)
	for from, list := range needs {
		for _, n := range list {
			if n.to == from || circle[n.to] != circle[from] {
				continue
			}
			p.Report(lint.Finding{
				Span:    n.at,
				Message: fmt.Sprintf("%s needs %s, which depends on it in turn, so neither can be built; move what both need into a separate stage", stageTitle(p.Doc, from), stageTitle(p.Doc, n.to)),
				Related: []lint.Related{{Span: p.Doc.Stages()[n.to].From.Head, Message: "the needed stage starts here"}},
			})
			break
		}
	}
}

// stageNeeds lists for each stage those that it needs. A name means the last
// stage that has it, wherever that is (BuildKit's findStateByName), except in FROM.
func stageNeeds(d *facts.Dockerfile) [][]stageNeed {
	stages := d.Stages()
	named := map[string]int{}
	for i, s := range stages {
		if s.Name != "" {
			named[s.Name] = i
		}
	}
	needs := make([][]stageNeed, len(stages))
	for i, s := range stages {
		if s.Parent != nil {
			needs[i] = append(needs[i], stageNeed{s.Parent.Index, s.Image.Span})
		}
		for _, r := range s.References() {
			to, ok := named[strings.ToLower(r.Text)]
			if n, err := strconv.Atoi(r.Text); err == nil {
				to, ok = n, n >= 0 && n < len(stages)
			}
			if ok && r.Instruction.Keyword != "add" {
				needs[i] = append(needs[i], stageNeed{to, r.Span})
			}
		}
	}
	return needs
}

// circles numbers the stages: those that need each other, through others too, have
// the same number (Tarjan's strongly connected components).
func circles(needs [][]stageNeed) []int {
	circle, order, low := make([]int, len(needs)), make([]int, len(needs)), make([]int, len(needs))
	var open []int
	found, seen := 0, 0
	var visit func(at int)
	visit = func(at int) {
		seen++
		order[at], low[at] = seen, seen
		open = append(open, at)
		for _, n := range needs[at] {
			switch {
			case order[n.to] == 0:
				visit(n.to)
				low[at] = min(low[at], low[n.to])
			case circle[n.to] == 0:
				low[at] = min(low[at], order[n.to])
			}
		}
		if low[at] < order[at] {
			return
		}
		found++
		for circle[at] == 0 {
			circle[open[len(open)-1]] = found
			open = open[:len(open)-1]
		}
	}
	for at := range needs {
		if order[at] == 0 {
			visit(at)
		}
	}
	return circle
}

// stageTitle names a stage for a message.
func stageTitle(d *facts.Dockerfile, index int) string {
	if name := d.Stages()[index].Name; name != "" {
		return "the stage " + quoteShort(name)
	}
	return "the stage " + strconv.Itoa(index)
}
