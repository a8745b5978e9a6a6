package workflow

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
)

// names reports whether one of the words occurs in an action or a script of a step, or
// in the name of a called workflow.
func names(d *facts.Workflow, words ...string) bool {
	for _, j := range d.Jobs() {
		text := j.Scalar("uses")
		for _, s := range j.Steps {
			text += "\n" + s.Scalar("uses") + "\n" + s.Scalar("run")
		}
		text = strings.ToLower(text)
		for _, word := range words {
			if strings.Contains(text, word) {
				return true
			}
		}
	}
	return false
}
