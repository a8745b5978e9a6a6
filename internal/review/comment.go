package review

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
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
	// fails is set for a finding that fails the job.
	fails bool
}

// elsewhere is another finding that a comment has.
type elsewhere struct {
	mark string
	// place is its file and line, as Markdown.
	place string
}

// placesShown is how many of these places a comment names.
const placesShown = 10

// body writes a comment: whether it fails the job, what is wrong and why, what to do,
// what was verified, the rule, and how to silence it. All text of the repository is
// escaped; the suggestion alone is exact, and stands in a fence that it cannot end.
func body(p Platform, category string, remarks []remark, s *suggestion) string {
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
		fails := ""
		if r.fails {
			fails = " (fails this job)"
		}
		fmt.Fprintf(&b, "\n**%s**%s%s: %s.\n", r.Severity, fails, where, report.MarkdownText(cut(r.Message, MaxMessage)))
		b.WriteString(alsoAt(r.also))
	}
	if s != nil {
		b.WriteString("\n" + s.block(p) + "\n\n" + s.effect() + "\n")
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

func upperFirst(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if first == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// ruleLine names the rule, its hadolint code, and how to silence it.
func ruleLine(d *lint.Diagnostic) string {
	return "<sub>" + ruleLink(d.Rule, d.Variant) + " says why. To ignore it, write on the line above: `# dockmend ignore=" + d.Rule.ID + " -- reason`</sub>"
}

// ruleLink is a rule with a link to its page, and its hadolint code.
func ruleLink(rule *lint.Meta, variant string) string {
	link := "[" + report.MarkdownCode(rule.ID) + "](" + rule.HelpURI() + ")"
	if alias, ok := rule.Hadolint(variant); ok {
		link += " (" + report.MarkdownText(alias.Name) + ")"
	}
	return link
}

// verifiedBy names what proved a fix of such a file.
func verifiedBy(t lint.Target) string {
	switch t {
	case lint.TargetCompose:
		return "Compose's own loader"
	case lint.TargetIgnoreFile:
		return "Docker's own matcher"
	default:
		return "BuildKit's own compiler"
	}
}

// verified says what the proof of a fix gave. The diff is beside it, so that values which
// it shows are left out: of a configuration, the names of what changes, and of an image its
// digest.
func verified(t lint.Target, p lint.Proof) string {
	said := p.Effect.Words(t)
	var words []string
	for _, d := range p.Details {
		word := ""
		switch p.Effect {
		case lint.EffectNone, lint.EffectSource:
		case lint.EffectConfig:
			name, _, _ := strings.Cut(d, ": ")
			word = report.MarkdownText(cut(name, maxDetails))
		default:
			word = detailWords(d, p.Effect)
		}
		if word != "" && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	if len(words) == 0 {
		return said
	}
	more := ""
	if left := len(words) - shownDetails; left > 0 {
		words, more = words[:shownDetails], fmt.Sprintf("; and %d more", left)
	}
	return said + ": " + strings.Join(words, "; ") + more
}

// detailWords is one change of the build for people: images as they write them.
func detailWords(detail string, effect lint.Effect) string {
	const image = "source docker-image://"
	verb := " → "
	if effect == lint.EffectRepin {
		verb = " is "
	}
	was, now, _ := strings.Cut(detail, " -> ")
	was, before := strings.CutPrefix(was, image)
	now, after := strings.CutPrefix(now, image)
	if before && after {
		now, doubt, _ := strings.Cut(now, " (")
		words := imageWords(was) + verb + imageWords(now)
		if doubt != "" {
			words += report.MarkdownText(" (" + cut(doubt, maxDetails))
		}
		return words
	}
	if m := composeImage.FindStringSubmatch(detail); m != nil {
		return imageWords(m[1]) + verb + imageWords(m[2])
	}
	return report.MarkdownText(cut(digest.ReplaceAllString(detail, ""), maxDetails))
}

// composeImage is a change of a service's image.
var composeImage = regexp.MustCompile(`^services\..*\.image: "([^"\\]*)" -> "([^"\\]*)"$`)

// digest is that of an image; the diff has it.
var digest = regexp.MustCompile(`@sha256:[0-9a-f]{64}`)

// imageWords is a full reference as people write it, without its digest.
func imageWords(ref string) string {
	ref = strings.TrimPrefix(strings.TrimPrefix(ref, "docker.io/"), "library/")
	return report.MarkdownCode(cut(digest.ReplaceAllString(ref, ""), maxDetails))
}

func ruleOf(d *lint.Diagnostic) string { return report.MarkdownCode(d.Rule.ID) }

func pathOf(d *lint.Diagnostic) string { return report.MarkdownCode(cut(d.Source.Path, maxDetails)) }
