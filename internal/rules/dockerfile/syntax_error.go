package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// SyntaxError reports instructions and files that BuildKit cannot parse. Each faulty
// instruction is reported, and the rules check the rest of the file as if it were not
// there.
//
// # Why it matters
//
// The build stops at the first such instruction and builds nothing.
//
// # How to fix it
//
// Correct the instruction as the message says. The Dockerfile reference describes the
// arguments and flags of each instruction.
//
// # Fix safety
//
// There is no automatic fix: a text that cannot be parsed cannot be changed safely.
//
// # Exceptions
//
// It does not report:
//
//   - instructions that do not exist, which unknown-instruction reports
var SyntaxError = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "syntax-error",
		Title:    "File or instruction cannot be parsed",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  []lint.Alias{{Name: "DL1000", Severity: lint.Error}},
	},
	Check: checkSyntaxError,
}

func checkSyntaxError(p *facts.Pass[*facts.Dockerfile]) {
	d := p.Doc
	if len(d.Instructions) == 0 {
		p.Report(lint.Finding{Message: "the file has no instruction, so there is nothing to build; add a FROM, or remove the file"})
		return
	}
	found := false
	report := func(span text.Span, message string) {
		found = true
		p.Report(lint.Finding{Span: span, Message: message})
	}
	for _, x := range d.Directives {
		if x.Problem != "" {
			report(x.Span, fmt.Sprintf("%q is not valid, so the build fails: %s", d.Text(x.Span), x.Problem))
		}
	}
	for _, in := range d.Instructions {
		if i := unclosedHeredoc(in); i >= 0 {
			h := in.Heredocs[i]
			report(in.Head, fmt.Sprintf("here-document %q is never closed, so the rest of the file becomes its content; end it with a line that contains only %s", "<<"+h.Name, h.Name))
			continue
		}
		if in.Err == nil {
			continue
		}
		if isUnknown(in) {
			found = true // unknown-instruction reports it
			continue
		}
		report(in.Head, fmt.Sprintf("%s cannot be parsed: %s", strings.ToUpper(in.Keyword), parserMessage(in.Err)))
	}
	if !found && d.Whole != nil {
		report(d.Instructions[0].Head, "the file cannot be parsed: "+parserMessage(d.Whole))
	}
}

func unclosedHeredoc(in *dockerfile.Instruction) int {
	for i, h := range in.Heredocs {
		if !h.Closed {
			return i
		}
	}
	return -1
}

// parserMessage returns BuildKit's own message in one line of bounded length.
func parserMessage(err error) string {
	const longest = 200
	message, _, _ := strings.Cut(err.Error(), "\n")
	message = text.WithoutGuess(strings.ToValidUTF8(message, "\uFFFD"))
	message = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F {
			return ' '
		}
		return r
	}, message)
	if len(message) > longest {
		message = strings.ToValidUTF8(message[:longest], "") + "…"
	}
	return strings.TrimRight(strings.TrimSpace(message), ".")
}
