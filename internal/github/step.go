package github

import (
	"crypto/rand"
	"fmt"
	"os"
	"strings"
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
			return fmt.Errorf("output %s holds its own delimiter", o.Name)
		}
		fmt.Fprintf(&b, "%s<<%s\n%s\n%s\n", o.Name, delimiter, o.Value, delimiter)
	}
	return appendFile(file, []byte(b.String()))
}

// WriteSummary appends Markdown to the file that GITHUB_STEP_SUMMARY names.
func WriteSummary(file string, markdown []byte) error { return appendFile(file, markdown) }

// appendFile appends to a file that the runner made.
func appendFile(name string, content []byte) error {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.Write(content); err != nil {
		_ = f.Close() // the first error counts
		return err
	}
	return f.Close()
}
