package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeHealthcheckTestInvalid reports lists in `healthcheck.test` that do not begin
// with `CMD`, `CMD-SHELL` or `NONE` (variant `first-word`).
//
// It also reports lists that run something else than they seem to (variant
// `shell-words`, a warning): a whole command line in one string after `CMD`, operators
// such as `||` after `CMD`, and further strings after the first one of `CMD-SHELL`.
//
// # Why it matters
//
// Compose refuses a list with another first word. `CMD` starts a program without a
// shell, so it reads a command line as a file name and `||` as an argument, and the
// check fails or tests something else.
//
// # How to fix it
//
// Write a program with its arguments after `CMD`, or one command line after
// `CMD-SHELL`:
//
//	test: ["CMD-SHELL", "curl -f http://localhost/ || exit 1"]
//
// # Exceptions
//
// It does not report:
//
//   - a test that is one string, which runs in a shell
//   - a first word that contains a variable
//   - a shell after `CMD`, such as `["CMD", "sh", "-c", "..."]`
var ComposeHealthcheckTestInvalid = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-healthcheck-test-invalid",
		Title:    "Health check has a form that Compose refuses or runs differently",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{"first-word", "shell-words"},
		Aliases:  []lint.Alias{{Name: "compose-go:healthcheck-test", Variants: []string{"first-word"}}},
	},
	Check: checkComposeHealthcheckTestInvalid,
}

func checkComposeHealthcheckTestInvalid(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		h, ok := s.Healthcheck()
		if !ok || !h.Test.List || len(h.Test.Words) == 0 || len(h.Test.Words) != len(h.Test.Node.Items) {
			continue
		}
		words := h.Test.Words
		first := words[0]
		if strings.Contains(first.Raw, "$") {
			continue
		}
		switch first.Text {
		case "NONE":
		case "CMD":
			checkExecWords(p, words)
		case "CMD-SHELL":
			if len(words) > 2 {
				p.Report(lint.Finding{
					Span: words[2].Span, Variant: "shell-words", Severity: lint.Warning,
					Message: fmt.Sprintf("CMD-SHELL runs only its first string, so %q is not part of the check; write the command as one string", shortText(words[2].Raw)),
				})
			}
		default:
			p.Report(firstWord(p.Doc, words))
		}
	}
}

// checkExecWords looks for what only a shell understands.
func checkExecWords(p *facts.Pass[*facts.Compose], words []compose.Value) {
	if len(words) == 2 && strings.ContainsAny(strings.TrimSpace(words[1].Raw), " \t\n") {
		edits, ok := p.Doc.File.Replace(words[0].Node, "CMD-SHELL")
		p.Report(lint.Finding{
			Span: words[1].Span, Variant: "shell-words", Severity: lint.Warning,
			Message: fmt.Sprintf("CMD reads %q as the name of one program, including the spaces, so the check always fails; write CMD-SHELL", shortText(words[1].Raw)),
			Fixes:   yamlFix("write CMD-SHELL", lint.Unsafe, edits, ok, "services.*.healthcheck.test"),
		})
		return
	}
	if len(words) > 2 && isShellName(words[1].Raw) {
		return
	}
	for _, w := range words[min(2, len(words)):] {
		if slices.Contains([]string{"||", "&&", "|", ";", ">", ">>", "2>&1"}, w.Raw) {
			p.Report(lint.Finding{
				Span: w.Span, Variant: "shell-words", Severity: lint.Warning,
				Message: fmt.Sprintf("CMD starts no shell, so %q is an argument of the program; write the command as one string after CMD-SHELL", w.Raw),
			})
			return
		}
	}
}

func firstWord(d *facts.Compose, words []compose.Value) lint.Finding {
	first := words[0]
	f := lint.Finding{Span: first.Span, Variant: "first-word"}
	upper := strings.ToUpper(first.Raw)
	if upper == "CMD" || upper == "CMD-SHELL" || upper == "NONE" {
		f.Message = fmt.Sprintf("%q must be in capitals, so Compose refuses the file; write %s", first.Raw, upper)
		edits, ok := d.File.Replace(first.Node, upper)
		f.Fixes = yamlFix("write "+upper, lint.Safe, edits, ok, "services.*.healthcheck.test")
		return f
	}
	form := "CMD"
	if len(words) == 1 && strings.ContainsAny(first.Raw, " \t\n|&;<>$") {
		form = "CMD-SHELL" // a command line, and no program with its arguments
	}
	f.Message = fmt.Sprintf("the test begins with %q instead of CMD, CMD-SHELL or NONE, so Compose refuses the file; insert %s before it", shortText(first.Raw), form)
	if list := first.Node.Parent; list != nil && first.Node.Span == list.Items[0].Full {
		f.Fixes = yamlFix("insert "+form, lint.Safe, insertFirst(d, first, form), true, "services.*.healthcheck.test")
	}
	return f
}

// insertFirst puts a word before the first item of a list.
func insertFirst(d *facts.Compose, first compose.Value, word string) []text.Edit {
	at := first.Node.Span.Start
	list := first.Node.Parent.Span
	gap := ", "
	if d.Src[list.Start] != '[' {
		line := d.Lines.FullLine(d.Lines.Position(list.Start).Line).Start
		if d.Lines.Position(list.Start).Line != d.Lines.Position(at).Line || strings.Trim(string(d.Src[line:list.Start]), " ") != "" {
			return nil
		}
		// The next item gets the dash and what stands between it and the word.
		gap = d.File.Newline() + string(d.Src[line:at])
	}
	if first.Node.Quoted() {
		word = `"` + word + `"`
	}
	return []text.Edit{{Span: text.Span{Start: at, End: at}, New: word + gap}}
}
