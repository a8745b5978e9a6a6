package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"

	"github.com/dockmend/dockmend/internal/lint"
)

// The XML of JUnit, as Ant's task wrote it and Jenkins, CircleCI and others read it: a
// suite for the run, a case for each finding and for each file without one.

type junitSuites struct {
	XMLName  xml.Name   `xml:"testsuites"`
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Errors   int        `xml:"errors,attr"`
	Suite    junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Line    int           `xml:"line,attr,omitempty"`
	Failure *junitTrouble `xml:"failure"`
	Error   *junitTrouble `xml:"error"`
}

type junitTrouble struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

type junitWriter struct{}

// Write writes findings as failures and what kept the run from being complete as errors.
func (junitWriter) Write(w io.Writer, r *lint.Result) error {
	suite := junitSuite{Name: "dockmend"}
	found := map[string]bool{}
	for d := range counting(r) {
		path, line := Terminal(d.Source.Path), d.Start().Line
		found[d.Source.Path] = true
		message := Terminal(d.Message)
		suite.Cases = append(suite.Cases, junitCase{
			Name: fmt.Sprintf("%s at line %d", Terminal(ruleName(d)), line), Class: path, File: path, Line: line,
			Failure: &junitTrouble{
				Type: d.Severity.String(), Message: message, Text: fmt.Sprintf("%s:%d: %s\n%s", path, line, message, d.Rule.HelpURI()),
			},
		})
		suite.Failures++
	}
	for _, p := range r.Problems {
		message := Terminal(p.Message)
		suite.Cases = append(suite.Cases, junitCase{
			Name: "the run is incomplete", Class: Terminal(p.File), Error: &junitTrouble{Type: "problem", Message: message, Text: message},
		})
		suite.Errors++
	}
	for _, file := range r.Files {
		if !found[file] {
			suite.Cases = append(suite.Cases, junitCase{Name: "no findings", Class: Terminal(file), File: Terminal(file)})
		}
	}
	suite.Tests = len(suite.Cases)
	return writeXML(w, "junit", junitSuites{Tests: suite.Tests, Failures: suite.Failures, Errors: suite.Errors, Suite: suite})
}

// The XML of Checkstyle's report.

type checkstyleReport struct {
	XMLName xml.Name         `xml:"checkstyle"`
	Version string           `xml:"version,attr"`
	Files   []checkstyleFile `xml:"file"`
}

type checkstyleFile struct {
	Name   string            `xml:"name,attr"`
	Errors []checkstyleError `xml:"error"`
}

type checkstyleError struct {
	Line     int    `xml:"line,attr"`
	Column   string `xml:"column,attr,omitempty"`
	Severity string `xml:"severity,attr"`
	Message  string `xml:"message,attr"`
	Source   string `xml:"source,attr"`
}

type checkstyleWriter struct{}

// Write writes the findings by file, in the order of the result.
func (checkstyleWriter) Write(w io.Writer, r *lint.Result) error {
	report := checkstyleReport{Version: "4.3"}
	for d := range counting(r) {
		path := Terminal(d.Source.Path)
		if n := len(report.Files); n == 0 || report.Files[n-1].Name != path {
			report.Files = append(report.Files, checkstyleFile{Name: path})
		}
		file, start := &report.Files[len(report.Files)-1], d.Start()
		file.Errors = append(file.Errors, checkstyleError{
			Line: start.Line, Column: strconv.Itoa(d.Source.Lines.RuneColumn(d.Span.Start)),
			Severity: level{"error", "warning", "info", "info"}.of(d.Severity),
			Message:  Terminal(d.Message), Source: "dockmend." + d.Rule.ID,
		})
	}
	return writeXML(w, "checkstyle", report)
}

// writeXML writes a whole document. encoding/xml replaces what XML cannot hold.
func writeXML(w io.Writer, format string, v any) error {
	document, err := xml.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %s report: %w", format, err)
	}
	return write(w, format, append([]byte(xml.Header), append(document, '\n')...))
}
