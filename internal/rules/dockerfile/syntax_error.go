package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// SyntaxError finds what BuildKit refuses to parse, at its own place.
//
// The build stops at the first such instruction. Here each one is reported, and
// the rest of the file is linted as if it were not there.
//
// Silent for instructions that do not exist: unknown-instruction speaks there.
//
// There is no fix: what cannot be parsed cannot be changed safely.
var SyntaxError = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "syntax-error",
		Title:    "The file or one of its instructions cannot be parsed",
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
		p.Report(lint.Finding{Message: "the file has no instruction, so there is nothing to build; write a FROM, or remove the file"})
		return
	}
	found := false
	report := func(span text.Span, message string) {
		found = true
		p.Report(lint.Finding{Span: span, Message: message})
	}
	for _, x := range d.Directives {
		if x.Problem != "" {
			report(x.Span, fmt.Sprintf("%q is refused: %s", d.Text(x.Span), x.Problem))
		}
	}
	for _, in := range d.Instructions {
		if i := unclosedHeredoc(in); i >= 0 {
			h := in.Heredocs[i]
			report(in.Head, fmt.Sprintf("the here-document %q is never closed, so the rest of the file is its content; end it with a line that is %s alone", "<<"+h.Name, h.Name))
			continue
		}
		if in.Err == nil {
			continue
		}
		if isUnknown(in) {
			found = true // by unknown-instruction
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

// parserMessage is BuildKit's own message in one line of bounded length.
func parserMessage(err error) string {
	const longest = 200
	message, _, _ := strings.Cut(err.Error(), "\n")
	message = strings.ToValidUTF8(message, "\uFFFD")
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
