package report

import (
	"fmt"
	"iter"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
)

// format is a row of the table of formats.
type format struct {
	name string
	// words say in a clause who reads it.
	words string
	// suggests is set where the format has fixes as suggestions, which need proofs.
	suggests bool
	writer   func(Options) Writer
}

// formats is the table, the default first. A format is one row and one writer.
func formats() []format {
	return []format{
		{name: "text", words: "people at a terminal", writer: func(o Options) Writer { return textWriter{o} }},
		{name: "json", words: "programs; has all data", writer: func(o Options) Writer { return jsonWriter{o} }},
		{name: "sarif", words: "code scanning and most other platforms", writer: func(o Options) Writer { return sarifWriter{o} }},
		{name: "github", words: "GitHub's workflow log, as annotations", writer: func(o Options) Writer { return githubWriter{o} }},
		{name: "markdown", words: "a job summary", writer: func(o Options) Writer { return markdownWriter{limit: summaryLimit, opts: o} }},
		{name: "gitlab", words: "GitLab's Code Quality", writer: func(Options) Writer { return codeQualityWriter{"gitlab"} }},
		{name: "codeclimate", words: "Code Climate, and tools that read its issues", writer: func(Options) Writer { return codeQualityWriter{"codeclimate"} }},
		{name: "junit", words: "test reports of Jenkins, CircleCI, Bitbucket and others", writer: func(Options) Writer { return junitWriter{} }},
		{name: "checkstyle", words: "Jenkins, and tools that read Checkstyle's XML", writer: func(Options) Writer { return checkstyleWriter{} }},
		{name: "sonarqube", words: "SonarQube's generic issues", writer: func(Options) Writer { return sonarWriter{} }},
		{name: "rdjson", words: "reviewdog, in one document", suggests: true, writer: func(Options) Writer { return rdjsonWriter{} }},
		{name: "rdjsonl", words: "reviewdog, one line for a finding", suggests: true,
			writer: func(Options) Writer { return rdjsonWriter{lines: true} }},
		{name: "azure", words: "Azure Pipelines' log", writer: func(Options) Writer { return azureWriter{} }},
		{name: "teamcity", words: "TeamCity's log, as inspections", writer: func(Options) Writer { return teamcityWriter{} }},
		{name: "gnu", words: "editors, and tools that read compiler errors", writer: func(Options) Writer { return gnuWriter{} }},
		{name: "html", words: "a browser: one page with filters, which loads nothing", writer: func(o Options) Writer { return htmlWriter{o} }},
	}
}

// Formats lists the names that New takes, the default first.
func Formats() []string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.name)
	}
	return names
}

// Suggests reports whether a format shows fixes as suggestions, so that they must be
// proved before.
func Suggests(name string) bool {
	for _, f := range formats() {
		if f.name == name {
			return f.suggests
		}
	}
	return false
}

// New makes the writer of a format. The error for an unknown one names the nearest.
func New(name string, opts Options) (Writer, error) {
	for _, f := range formats() {
		if f.name == name {
			return f.writer(opts), nil
		}
	}
	if near, ok := nearest.Name(name, Formats()); ok {
		return nil, fmt.Errorf("unknown format %q (did you mean %q?)", name, near)
	}
	return nil, fmt.Errorf("unknown format %q, use one of %s", name, strings.Join(Formats(), ", "))
}

// counting are the findings that count, in the order of the result.
func counting(r *lint.Result) iter.Seq[*lint.Diagnostic] {
	return func(yield func(*lint.Diagnostic) bool) {
		for _, d := range r.Diagnostics {
			if d.Counts() && !yield(d) {
				return
			}
		}
	}
}

// level is a severity in a format's words.
type level struct{ err, warning, info, style string }

func (l level) of(s lint.Severity) string {
	switch s {
	case lint.Error:
		return l.err
	case lint.Warning:
		return l.warning
	case lint.Info:
		return l.info
	default:
		return l.style
	}
}
