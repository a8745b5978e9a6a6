package takeover

import (
	"fmt"
	"io"
	"strings"

	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/run"
)

// Print writes what was done and why; with dry, the files as they would be.
func (p *Plan) Print(w io.Writer, dry bool) error {
	for _, note := range p.Notes {
		if err := printInert(w, note+"\n"); err != nil {
			return err
		}
	}
	if !dry {
		_, err := fmt.Fprintf(w, "%s written\n", run.CountFiles(len(p.Files)))
		return err
	}
	for _, f := range p.Files {
		if err := printInert(w, fmt.Sprintf("\n%s would be:\n\n%s", f.Path, f.Content)); err != nil {
			return err
		}
	}
	return nil
}

// printInert prints lines that may quote files.
func printInert(w io.Writer, text string) error {
	for line := range strings.Lines(text) {
		if _, err := fmt.Fprintln(w, report.Terminal(strings.TrimSuffix(line, "\n"))); err != nil {
			return err
		}
	}
	return nil
}
