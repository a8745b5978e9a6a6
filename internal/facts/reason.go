package facts

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// HasReason reports whether a comment says why a place is as it is: after it on its
// line, or on the lines above. A comment that only says what is there gives no
// reason, nor does one that says it should be otherwise.
func HasReason(f *yaml.File, at text.Span) bool {
	if c, ok := f.CommentAfter(at.End); ok && GivesReason(f.Text(c.Span)) {
		return true
	}
	lines := f.OwnLines()
	line := lines.Position(at.Start).Line
	var above []string
	for i := len(f.Comments) - 1; i >= 0; i-- {
		c := f.Comments[i]
		on := lines.Position(c.Span.Start).Line
		if on >= line {
			continue
		}
		words := strings.TrimLeft(f.Text(c.Span), "# \t")
		if on < line-1 || !c.Own || isYAML(words) {
			break
		}
		above = append(above, words)
		line = on
	}
	slices.Reverse(above)
	return GivesReason(strings.Join(above, " "))
}

// ExplainsInstruction reports whether a comment directly above an instruction gives a
// reason or has one of the words, which are in lower case.
func (f *Dockerfile) ExplainsInstruction(in *dockerfile.Instruction, words ...string) bool {
	return slices.ContainsFunc(in.Comments, func(c text.Span) bool {
		comment := f.Text(c)
		return GivesReason(comment) || slices.ContainsFunc(commentWords(comment), func(w string) bool { return slices.Contains(words, w) })
	})
}

// isYAML reports whether a comment is YAML that was commented out.
func isYAML(comment string) bool {
	first, _, _ := strings.Cut(comment, " ")
	return first == "-" || strings.HasSuffix(first, ":")
}

// GivesReason reports whether a comment gives a reason, by the words with which
// people give one, or by a link or an issue that has it.
func GivesReason(comment string) bool {
	words := commentWords(comment)
	if slices.ContainsFunc(words, func(w string) bool {
		switch w {
		case "todo", "fixme", "xxx", "hack", "bad", "insecure", "unsafe", "dangerous", "temporary", "temporarily", "dockmend":
			return true
		}
		return false
	}) {
		return false
	}
	if containsAny(comment, "https://", "http://") || namesIssue(comment) {
		return true
	}
	joined := " " + strings.Join(words, " ") + " "
	return containsAny(joined, reasonWords...)
}

// reasonWords are words with which a reason begins, between blanks.
var reasonWords = []string{
	" because ", " since ", " due to ", " thanks to ", " so that ", " so the ", " so it ", " so we ", " in order ", " otherwise ", " or else ", " needed ", " needs ", " need ", " required ", " requires ",
	" require ", " must ", " has to ", " have to ", " wants ", " only works ", " work around ", " workaround ", " works around ", " for security ", " on purpose ", " deliberate ", " deliberately ",
	" intentional ", " intentionally ", " cannot ", " can't ", " won't ", " doesn't work ", " does not work ", " without this ", " without it ", " to avoid ", " to prevent ", " to allow ", " to be able ", " to make ",
	" to keep ", " to let ", " breaks ", " fails ", " unless ", " reason ", " to fix ", " fixes ", " as of ", " no longer ", " not supported ", " unsupported ", " for testing ", " for tests ", " for development ", " for local ",
	" for debugging ", " only for ", " never reaches ", " not exposed ", " same as ", " eol ", " end of life ", " end of support ", " vendor ",
}

// commentWords are the words of a comment in lower case, with apostrophes.
func commentWords(comment string) []string {
	return strings.FieldsFunc(strings.ToLower(strings.ReplaceAll(comment, "’", "'")), func(r rune) bool {
		return r != '\'' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
}

// namesIssue reports whether a text names an issue by its number: "#123".
func namesIssue(comment string) bool {
	for at := range len(comment) - 1 {
		if comment[at] == '#' && comment[at+1] >= '0' && comment[at+1] <= '9' {
			return true
		}
	}
	return false
}

// Excused is the variant of findings that few reviewers would make: in a file that is
// there to develop, to test or to show something, where a comment gives a reason, and of
// a program whose work it is. A rule with variants of its own appends it.
const Excused = "excused"

// Excuse makes a finding one of that variant, which is an info.
func Excuse(f lint.Finding) lint.Finding {
	if f.Variant != "" {
		f.Variant += "-"
	}
	f.Variant += Excused
	f.Severity = lint.Info
	return f
}
