package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// What GitHub does with workflow commands (facts: the Actions runner):
//   - of each kind (error, warning, notice) a step shows 10, the first ones;
//     further ones are lines of the log and no more;
//   - a message is cut after 4096 characters;
//   - columns are dropped when a span has several lines;
//   - "col", unlike "endColumn", is not spelled out.
const (
	annotationsOfAKind   = 10
	annotationCharacters = 4096
)

// annotationKinds are GitHub's, in the order in which they are written.
var annotationKinds = []string{"error", "warning", "notice"}

// annotation is one workflow command.
type annotation struct {
	kind       string
	severity   lint.Severity
	properties string
	message    []string
}

type githubWriter struct{ opts Options }

// Write writes workflow commands, worst first, as many as GitHub shows, and one
// last notice that counts the others.
func (g githubWriter) Write(w io.Writer, r *lint.Result) error {
	var b bytes.Buffer
	if !g.opts.Quiet {
		for _, n := range r.Notices {
			b.WriteString("note: " + Terminal(n) + "\n")
		}
		if words := hiddenWords(r); words != "" {
			b.WriteString("note: files and folders " + words + "\n")
		}
	}
	all := annotationsOf(r)
	shown, left := withinLimits(all, cmp.Or(g.opts.Elsewhere, "the formats markdown and json list all"))
	for _, a := range shown {
		a.write(&b)
	}
	if left != "" {
		annotation{kind: "notice", properties: "title=dockmend", message: []string{left}}.write(&b)
	}
	return write(w, "github", b.Bytes())
}

func annotationsOf(r *lint.Result) []annotation {
	var all []annotation
	for _, p := range r.Problems {
		a := annotation{kind: "error", severity: lint.Error, message: terminalLines(p.Message)}
		if p.File != "" {
			a.properties = "file=" + CommandProperty(p.File) + ","
		}
		a.properties += "title=" + CommandProperty("dockmend: the run is incomplete")
		all = append(all, a)
	}
	for _, d := range r.Diagnostics {
		if d.Counts() {
			all = append(all, annotationOf(d))
		}
	}
	slices.SortStableFunc(all, func(x, y annotation) int { return cmp.Compare(y.severity, x.severity) })
	return all
}

func annotationOf(d *lint.Diagnostic) annotation {
	a := annotation{kind: "notice", severity: d.Severity, message: []string{d.Message}}
	if d.Severity == lint.Error || d.Severity == lint.Warning {
		a.kind = d.Severity.String()
	}
	for _, f := range d.Fixes {
		a.message = append(a.message, fmt.Sprintf("fix (%s): %s", f.Applicability, f.Title))
	}
	a.properties = "file=" + CommandProperty(d.Source.Path) + position(d) + ",title=" + CommandProperty(ruleName(d))
	return a
}

// position words the finding's span. One after the last line, where a missing
// instruction would go, is moved up to that line: GitHub shows no other.
func position(d *lint.Diagnostic) string {
	start, end := d.Start(), d.End()
	last := d.Source.Lines.Lines()
	if end.Line > start.Line && end.Column == 1 {
		end = d.Source.Lines.Position(d.Span.End - 1)
	}
	if start.Line > last || end.Line > start.Line {
		return fmt.Sprintf(",line=%d,endLine=%d", min(start.Line, last), min(end.Line, last))
	}
	return fmt.Sprintf(",line=%d,endLine=%d,col=%d,endColumn=%d", start.Line, end.Line, start.Column, end.Column)
}

// withinLimits takes as many annotations of each kind as GitHub shows; left
// tells of the others, and is empty if there are none.
func withinLimits(all []annotation, elsewhere string) (shown []annotation, left string) {
	room := map[string]int{}
	for _, kind := range annotationKinds {
		room[kind] = annotationsOfAKind
	}
	total := map[string]int{}
	for _, a := range all {
		total[a.kind]++
	}
	over := slices.ContainsFunc(annotationKinds, func(kind string) bool { return total[kind] > annotationsOfAKind })
	if over {
		room["notice"]-- // for the line that tells of it
	}
	for _, a := range all {
		if room[a.kind] > 0 {
			room[a.kind]--
			total[a.kind]--
			shown = append(shown, a)
		}
	}
	if !over {
		return shown, ""
	}
	var parts []string
	for _, kind := range annotationKinds {
		if total[kind] > 0 {
			parts = append(parts, text.Counted(total[kind], kind))
		}
	}
	return shown, fmt.Sprintf("%s not shown (%s): GitHub shows at most %d of each kind for a step; %s",
		text.Counted(len(all)-len(shown), "annotation"), strings.Join(parts, ", "), annotationsOfAKind, elsewhere)
}

// write writes the command as one line.
func (a annotation) write(b *bytes.Buffer) {
	message := CommandData(a.message...)
	fmt.Fprintf(b, "::%s %s::%s\n", a.kind, a.properties, cutData(message))
}

// cutData cuts escaped data to what GitHub shows of it, not inside of an escape.
// It counts bytes, so it may cut a little early, never late.
func cutData(data string) string {
	const more = "…"
	if len(data) <= annotationCharacters {
		return data
	}
	data = strings.ToValidUTF8(data[:annotationCharacters-len(more)], "")
	if i := strings.LastIndexByte(data, '%'); i >= len(data)-2 {
		data = data[:i]
	}
	return data + more
}
