// Package report writes the result of a run in the formats that people, editors
// and services read. A format is a pure function of the result and of Options;
// all text that comes from files is escaped for the format's sink (escape.go).
package report

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
)

// Writer writes a whole result in one format. It returns the error of w, wrapped.
type Writer interface {
	Write(w io.Writer, r *lint.Result) error
}

// Options are what a format needs to know beside the result.
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
	// Verdict is how the job ended, for "markdown"; the zero value is for a report that
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
	// Line returns the address of a line of a file, for "markdown"; it may be nil.
	Line func(file string, line int) string
	// Placed tells for "markdown" which findings are shown elsewhere; nil lists all.
	Placed *Placed
	// Audit makes "markdown" a report on the whole repository; nil for none.
	Audit *Audit
	// Elsewhere says for "github" where all findings are, when a step cannot
	// show them; empty means in other formats.
	Elsewhere string
}

// ErrNotYet is wrapped by the error for a format of docs/contract.md section 1 that
// this version does not write.
var ErrNotYet = errors.New("not built yet")

// later are the formats that docs/contract.md section 1 names and New refuses.
var later = []string{"gitlab", "junit", "checkstyle", "sonarqube", "rdjson", "html"}

// Formats lists the names that New takes, the default first.
func Formats() []string { return []string{"text", "json", "sarif", "github", "markdown"} }

// New makes the writer of a format. For one that is still to come the error
// wraps ErrNotYet; for an unknown one it names the one that is near.
func New(format string, opts Options) (Writer, error) {
	switch format {
	case "text":
		return textWriter{opts}, nil
	case "json":
		return jsonWriter{opts}, nil
	case "sarif":
		return sarifWriter{opts}, nil
	case "github":
		return githubWriter{opts}, nil
	case "markdown":
		return markdownWriter{limit: summaryLimit, opts: opts}, nil
	}
	if slices.Contains(later, format) {
		return nil, fmt.Errorf("format %q is %w; use one of %s", format, ErrNotYet, strings.Join(Formats(), ", "))
	}
	if near, ok := nearest.Name(format, slices.Concat(Formats(), later)); ok {
		return nil, fmt.Errorf("unknown format %q, did you mean %q?", format, near)
	}
	return nil, fmt.Errorf("unknown format %q, use one of %s", format, strings.Join(Formats(), ", "))
}

// write hands a finished report to w in one piece.
func write(w io.Writer, format string, report []byte) error {
	if _, err := w.Write(report); err != nil {
		return fmt.Errorf("write %s report: %w", format, err)
	}
	return nil
}
