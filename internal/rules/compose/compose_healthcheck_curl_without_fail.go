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

// ComposeHealthcheckCurlWithoutFail reports health checks that call `curl` without
// `--fail`.
//
// # Why it matters
//
// `curl` exits with 0 when the server answers with an error such as 500. Docker then
// reports a broken service as healthy, and other services start.
//
// # How to fix it
//
// Add `--fail`:
//
//	healthcheck:
//	  test: ["CMD", "curl", "--fail", "http://localhost:8080/health"]
//
// # Exceptions
//
// It does not report:
//
//   - checks that look at the answer themselves, by a pipe, `grep`, `jq`, `http_code`
//     or a command substitution
//   - options that handle errors in another way, such as `--head` and `--write-out`
//   - commands that contain a variable
var ComposeHealthcheckCurlWithoutFail = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-healthcheck-curl-without-fail",
		Title:    "Health check with curl ignores HTTP errors",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkComposeHealthcheckCurlWithoutFail,
}

func checkComposeHealthcheckCurlWithoutFail(p *facts.Pass[*facts.Compose]) {
	healthTests(p, func(_ *facts.ComposeService, test compose.Command) {
		words := test.Words
		if test.List && words[0].Text == "CMD" && len(words) > 1 && !isShellName(words[1].Text) {
			checkCurlWords(p, words[1:])
			return
		}
		// A command line: the last word of CMD-SHELL or of a shell with -c.
		checkCurlLine(p, words[len(words)-1])
	})
}

// checkCurlWords looks at a program with its arguments.
func checkCurlWords(p *facts.Pass[*facts.Compose], words []compose.Value) {
	program := words[0]
	if base := program.Text[strings.LastIndexByte(program.Text, '/')+1:]; base != "curl" {
		return
	}
	for _, w := range words[1:] {
		if failsOnErrors(w.Text) || !w.Known {
			return
		}
	}
	f := curlFinding(program.Span)
	if list := program.Node.Parent; list != nil && isFlowWord(p, list, program) {
		f.Fixes = healthFix("add --fail", program.Span.End, `, "--fail"`)
	}
	p.Report(f)
}

// checkCurlLine looks at the commands of a line, without a shell's parser: where
// one could be read in two ways, it reports nothing.
func checkCurlLine(p *facts.Pass[*facts.Compose], line compose.Value) {
	raw := line.Raw
	if strings.Contains(raw, "http_code") || strings.Contains(raw, "grep") || strings.Contains(raw, "jq") || strings.Contains(raw, "$(") {
		return
	}
	if strings.Contains(raw, "`") {
		return
	}
	for at := 0; ; {
		i := strings.Index(raw[at:], "curl")
		if i < 0 {
			return
		}
		start := at + i
		at = start + len("curl")
		if !startsCommand(raw[:start]) || (at < len(raw) && raw[at] != ' ') {
			continue
		}
		// The command ends at an operator, or with the line.
		command := raw[at:]
		if end := strings.IndexAny(command, "|;&)\n"); end >= 0 {
			if command[end] == '|' && !strings.HasPrefix(command[end:], "||") {
				return // another program reads the answer
			}
			command = command[:end]
		}
		arguments := strings.Fields(command)
		if len(arguments) == 0 || slices.ContainsFunc(arguments, failsOnErrors) || strings.Contains(command, " $") {
			continue
		}
		part := text.Span{Start: start, End: at}
		place := p.Doc.Place(line, part)
		f := curlFinding(place)
		if place.Len() == part.Len() {
			f.Fixes = healthFix("add --fail", place.End, " --fail")
		}
		p.Report(f)
	}
}

// startsCommand reports whether a command may begin after a text.
func startsCommand(before string) bool {
	before = strings.TrimRight(before, " ")
	if before == "" {
		return true
	}
	if strings.HasSuffix(before, "/bin/") || strings.HasSuffix(before, "/usr/bin/") {
		return true
	}
	return strings.ContainsRune("|;&(!\"'\n", rune(before[len(before)-1]))
}

// failsOnErrors reports whether an argument of curl makes it fail on an answer of
// 400 and above, or look at the head alone.
func failsOnErrors(argument string) bool {
	if strings.HasPrefix(argument, "--") {
		return strings.HasPrefix(argument, "--fail") || argument == "--head" || argument == "--write-out" ||
			strings.HasPrefix(argument, "--unix-socket")
	}
	return strings.HasPrefix(argument, "-") && strings.ContainsAny(argument, "fIwK")
}

func curlFinding(span text.Span) lint.Finding {
	return lint.Finding{Span: span, Message: fmt.Sprintf("%q exits with 0 on an HTTP error such as 500, so the container stays healthy; add --fail", "curl")}
}
