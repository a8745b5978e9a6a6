// Package report writes the result of a run in the formats that people, editors
// and services read. A format is a pure function of the result and of Options;
// all text that comes from files is escaped for the format's sink (escape.go).
package report

import (
	"fmt"
	"io"

	"github.com/dockmend/dockmend/internal/lint"
)

// Writer writes a whole result in one format. It returns the error of w, wrapped.
type Writer interface {
	Write(w io.Writer, r *lint.Result) error
}

// Options are what a format needs to know in addition to the result.
type Options struct {
	// Version is the tool's own, as "0.1.0".
	Version string
	// Color allows ANSI colours in "text".
	Color bool
	// Width is the terminal's number of columns, to which "text" cuts source
	// lines; 0 means 120. Messages are never cut.
	Width int
	// Quiet leaves findings and problems, and drops notices, skipped rules and
	// the summary. It is for "text" and "github".
	Quiet bool
	// Each shows every finding by itself in "text" and "markdown"; otherwise findings of
	// one rule and one cause are one entry with their places.
	Each bool
	// Verdict is how the job ended, for "text" and "markdown"; the zero value is for a report that
	// no job waits for.
	Verdict Verdict
	// Category identifies the run in code scanning, for "sarif"; empty means
	// "dockmend".
	Category string
	// Alerts leaves findings that are silenced out of "sarif": code scanning
	// disregards suppressions and would show them as alerts.
	Alerts bool
	// Page returns a rule's page in Markdown, for "sarif"; it may be nil.
	Page func(id string) string
	// Weakness returns the number of a rule's entry in the Common Weakness Enumeration, 0
	// for none, for "sarif" and for the order of entries; it may be nil.
	Weakness func(id string) int
	// Repository and Revision say for "sarif" what was linted: an address, and a commit;
	// both are empty where they are not known.
	Repository, Revision string
	// Line returns the address of a line of a file, for "markdown"; it may be nil.
	Line func(file string, line int) string
	// Merge says for "markdown" which pull request has the fixes, as Markdown without a
	// full stop; empty for none.
	Merge string
	// Placed tells for "markdown" which findings are shown elsewhere; nil lists all.
	Placed *Placed
	// Audit makes "markdown" a report on the whole repository; nil for none.
	Audit *Audit
	// Elsewhere says for "github" where all findings are, when a step cannot
	// show them; empty means in other formats.
	Elsewhere string
}

// write hands a finished report to w in one piece.
func write(w io.Writer, format string, report []byte) error {
	if _, err := w.Write(report); err != nil {
		return fmt.Errorf("write %s report: %w", format, err)
	}
	return nil
}
