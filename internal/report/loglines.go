package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
)

// gnuWriter writes what compilers write and editors read (GNU coding standards,
// "Formatting Error Messages"); columns count bytes from 1.
type gnuWriter struct{}

func (gnuWriter) Write(w io.Writer, r *lint.Result) error {
	var b bytes.Buffer
	for d := range counting(r) {
		start := d.Start()
		fmt.Fprintf(&b, "%s:%d:%d: %s: %s [%s]\n", Terminal(d.Source.Path), start.Line, start.Column,
			level{"error", "warning", "note", "note"}.of(d.Severity), Terminal(d.Message), Terminal(ruleName(d)))
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "dockmend: %s\n", problemLine(p))
	}
	return write(w, "gnu", b.Bytes())
}

// problemLine is what kept a run from being complete, in one line.
func problemLine(p lint.Problem) string {
	return Terminal(strings.TrimPrefix(p.File+": "+p.Message, ": "))
}

// azureWriter writes logging commands of Azure Pipelines. They know errors and
// warnings; what is less is a plain line of the log.
type azureWriter struct{}

// azureEscapes are those of the agent's command reader, for properties and for data.
var (
	azureProperty = strings.NewReplacer("%", "%AZP25", ";", "%3B", "\r", "%0D", "\n", "%0A", "]", "%5D")
	azureData     = strings.NewReplacer("%", "%AZP25", "\r", "%0D", "\n", "%0A")
)

func (azureWriter) Write(w io.Writer, r *lint.Result) error {
	var b bytes.Buffer
	for d := range counting(r) {
		start := d.Start()
		path, message := Terminal(d.Source.Path), Terminal(d.Message)
		if d.Severity < lint.Warning {
			fmt.Fprintf(&b, "%s(%d,%d): %s %s: %s\n", path, start.Line, start.Column, d.Severity, d.Rule.ID, message)
			continue
		}
		fmt.Fprintf(&b, "##vso[task.logissue type=%s;sourcepath=%s;linenumber=%d;columnnumber=%d;code=%s;]%s\n",
			d.Severity, azureProperty.Replace(path), start.Line, start.Column, azureProperty.Replace(d.Rule.ID), azureData.Replace(message))
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "##vso[task.logissue type=error;]%s\n", azureData.Replace(problemLine(p)))
	}
	return write(w, "azure", b.Bytes())
}

// teamcityWriter writes service messages of TeamCity: a type for each rule, then its
// inspections.
type teamcityWriter struct{}

// teamcityValue escapes a value (TeamCity's documentation, "Service Messages").
var teamcityValue = strings.NewReplacer("|", "||", "'", "|'", "\n", "|n", "\r", "|r", "[", "|[", "]", "|]")

// teamcityLongest is the longest message that TeamCity keeps, in bytes.
const teamcityLongest = 4000

func (teamcityWriter) Write(w io.Writer, r *lint.Result) error {
	var b bytes.Buffer
	known := map[string]bool{}
	for d := range counting(r) {
		id := d.Rule.ID
		if !known[id] {
			known[id] = true
			fmt.Fprintf(&b, "##teamcity[inspectionType id='%s' name='%s' description='%s' category='dockmend %s']\n",
				teamcityValue.Replace(id), teamcityValue.Replace(id),
				teamcityValue.Replace(cut(d.Rule.Title, teamcityLongest)), d.Rule.Category)
		}
		fmt.Fprintf(&b, "##teamcity[inspection typeId='%s' message='%s' file='%s' line='%d' SEVERITY='%s']\n",
			teamcityValue.Replace(id), teamcityValue.Replace(cut(Terminal(d.Message), teamcityLongest)),
			teamcityValue.Replace(Terminal(d.Source.Path)),
			d.Start().Line, level{"ERROR", "WARNING", "WEAK WARNING", "INFO"}.of(d.Severity))
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "##teamcity[buildProblem description='%s']\n",
			teamcityValue.Replace(cut(problemLine(p), teamcityLongest)))
	}
	return write(w, "teamcity", b.Bytes())
}
