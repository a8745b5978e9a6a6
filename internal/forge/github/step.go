package github

import (
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/files"
)

// Output is a step's output for later steps.
type Output struct{ Name, Value string }

// WriteOutputs appends outputs to the file that GITHUB_OUTPUT names. Each has a
// delimiter of its own that no stranger can guess: a value that holds a known
// one could set outputs of its choice. (The helper in go-githubactions has a
// fixed one.)
func WriteOutputs(file string, outputs []Output) error {
	var b strings.Builder
	for _, o := range outputs {
		delimiter := "dockmend_" + rand.Text()
		if strings.Contains(o.Value, delimiter) {
			return fmt.Errorf("output %s contains its own delimiter", o.Name)
		}
		fmt.Fprintf(&b, "%s<<%s\n%s\n%s\n", o.Name, delimiter, o.Value, delimiter)
	}
	return files.Append(file, []byte(b.String()))
}

// WriteSummary appends Markdown to the file that GITHUB_STEP_SUMMARY names.
func WriteSummary(file string, markdown []byte) error { return files.Append(file, markdown) }
