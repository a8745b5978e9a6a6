package review

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/report"
)

const (
	// MaxMessage and maxDetails bound in characters what one finding says.
	MaxMessage = 2_000
	maxDetails = 300
	// shownDetails is how many changes of the build are named.
	shownDetails = 3
)

// A comment of ours begins with one marker line for each of its findings:
//
//	<!-- dockmend:v1 CATEGORY FINGERPRINT -->
//
// It has no line number, so that it survives moved lines. Markers are read from
// the very top alone: further down a suggestion may quote a stranger's file.
const (
	markerHead = "<!-- dockmend:v1 "
	markerTail = " -->"
)

// mark is a finding's fingerprint as markers have it.
func mark(d *lint.Diagnostic) string {
	return strings.TrimPrefix(d.Fingerprint, "dockmend/v1:")
}

func marker(category, mark string) string {
	return markerHead + markerWord(category) + " " + markerWord(mark) + markerTail + "\n"
}

// markerWord escapes what would end a comment of HTML, or the word.
func markerWord(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "-", "%2D") }

// ReadMarkers returns the fingerprints of a comment's markers; ok is false if it
// has none, or one of another category.
func ReadMarkers(body, category string) (marks []string, ok bool) {
	for line := range strings.Lines(body) {
		words, found := strings.CutPrefix(strings.TrimRight(line, "\r\n"), markerHead)
		if !found {
			break
		}
		words, found = strings.CutSuffix(words, markerTail)
		of, value, both := strings.Cut(words, " ")
		if !found || !both || of != markerWord(category) {
			return nil, false
		}
		plain, err := url.QueryUnescape(value)
		if err != nil || plain == "" {
			return nil, false
		}
		marks = append(marks, plain)
	}
	return marks, len(marks) > 0
}

// remark is a finding as a comment shows it.
type remark struct {
	*lint.Diagnostic
	// line is the finding's, where the comment stands elsewhere; else 0.
	line int
	// also are the places of other findings with the same cause.
	also []elsewhere
}

// elsewhere is another finding that a comment has.
type elsewhere struct {
	mark string
	// place is its file and line, as Markdown.
	place string
}

// placesShown is how many of these places a comment names.
const placesShown = 10

// body writes a comment: what is wrong, why, what the suggestion does to the
// build, the rule, and how to silence it. All text of the repository is escaped;
// the suggestion alone is exact, and stands in a fence that it cannot end.
func body(category string, remarks []remark, s *suggestion) string {
	var b strings.Builder
	for _, r := range remarks {
		b.WriteString(marker(category, mark(r.Diagnostic)))
		for _, other := range r.also {
			b.WriteString(marker(category, other.mark))
		}
	}
	for i, r := range remarks {
		if i > 0 {
			b.WriteString("\n---\n")
		}
		where := ""
		if r.line > 0 {
			where = fmt.Sprintf(", line %d", r.line)
			if _, ok := r.Cause(); ok {
				where += " of " + pathOf(r.Diagnostic) + ", caused by this change"
			}
		}
		fmt.Fprintf(&b, "\n**%s**%s: %s\n\n%s\n", r.Severity, where, report.MarkdownText(cut(r.Message, MaxMessage)), why(r.Diagnostic))
		b.WriteString(alsoAt(r.also))
	}
	if s != nil {
		b.WriteString("\n" + s.block() + "\n\n" + s.effect() + "\n")
	}
	b.WriteByte('\n')
	for _, r := range remarks {
		b.WriteString(ruleLine(r.Diagnostic) + "\n")
	}
	return b.String()
}

// alsoAt lists the other places of a comment; empty for none.
func alsoAt(others []elsewhere) string {
	if len(others) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\nThe same problem is in:\n\n")
	for _, other := range others[:min(len(others), placesShown)] {
		b.WriteString("- " + other.place + "\n")
	}
	if left := len(others) - placesShown; left > 0 {
		fmt.Fprintf(&b, "- and %d more\n", left)
	}
	return b.String()
}

// why is the rule's title, as a sentence.
func why(d *lint.Diagnostic) string { return titleSentence(d.Rule) }

func titleSentence(rule *lint.Meta) string {
	if rule.Title == "" {
		return ""
	}
	return report.MarkdownText(upperFirst(strings.TrimSuffix(rule.Title, "."))) + "."
}

func upperFirst(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if first == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// ruleLine names the rule, its hadolint code, and how to silence it.
func ruleLine(d *lint.Diagnostic) string {
	line := "<sub>[" + report.MarkdownCode(d.Rule.ID) + "](" + d.Rule.HelpURI() + ")"
	if alias, ok := d.Rule.Hadolint(d.Variant); ok {
		line += " (" + report.MarkdownText(alias.Name) + ")"
	}
	return line + "; to ignore it, write on the line above: `# dockmend ignore=" + d.Rule.ID + " -- reason`</sub>"
}

// proofLine says what the proof of a fix of such a file gave.
func proofLine(t lint.Target, p lint.Proof) string {
	said := p.Effect.Words(t)
	details := p.Details
	if len(details) == 0 {
		return said
	}
	more := ""
	if left := len(details) - shownDetails; left > 0 {
		details, more = details[:shownDetails], fmt.Sprintf("; and %d more", left)
	}
	words := make([]string, len(details))
	for i, d := range details {
		words[i] = detailWords(d)
	}
	return said + " (" + strings.Join(words, "; ") + more + ")"
}

// detailWords is one change of the build for people: images as they write them.
func detailWords(detail string) string {
	const image = "source docker-image://"
	was, now, _ := strings.Cut(detail, " -> ")
	was, before := strings.CutPrefix(was, image)
	now, after := strings.CutPrefix(now, image)
	if !before || !after {
		return report.MarkdownText(cut(detail, maxDetails))
	}
	return imageWords(was) + " → " + imageWords(now)
}

// imageWords is a full reference as people write it, with as much of its digest
// as tells it apart: the diff has the whole.
func imageWords(ref string) string {
	const shown, whole = 12, 64
	ref = strings.TrimPrefix(strings.TrimPrefix(ref, "docker.io/"), "library/")
	if name, digest, ok := strings.Cut(ref, "@sha256:"); ok && len(digest) == whole {
		ref = name + "@sha256:" + digest[:shown] + "…"
	}
	return report.MarkdownCode(cut(ref, maxDetails))
}

func ruleOf(d *lint.Diagnostic) string { return report.MarkdownCode(d.Rule.ID) }

func pathOf(d *lint.Diagnostic) string { return report.MarkdownCode(cut(d.Source.Path, maxDetails)) }
