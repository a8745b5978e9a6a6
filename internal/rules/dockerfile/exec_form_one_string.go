package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// ExecFormOneString reports `RUN`, `CMD`, `ENTRYPOINT` and `HEALTHCHECK` whose JSON
// array has a single string with spaces.
//
// # Why it matters
//
// In exec form, each word is a string of its own. Docker looks for a program with the
// whole line as its name, such as `node server.js`. No such program exists, so the
// build fails or the container does not start.
//
// # How to fix it
//
// Write one string for each word. For a line that needs a shell, name the shell:
//
//	CMD ["node", "server.js"]
//	CMD ["/bin/sh", "-c", "npm run migrate && exec node server.js"]
//
// # Exceptions
//
// It does not report:
//
//   - a `CMD` in an image with an `ENTRYPOINT` (its own or inherited), because the
//     string is then an argument. The scripts of Docker's official images run what they
//     are given, so they do not count
//   - paths, which can have spaces
//   - Windows images
var ExecFormOneString = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "exec-form-one-string",
		Title:    "Exec form contains the whole command as one string",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsRegistry,
		Presets:  []string{"cloud-native"},
	},
	Check: checkExecFormOneString,
}

func checkExecFormOneString(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if s.Base().IsWindows() {
			continue
		}
		for _, in := range s.Instructions {
			words := in.Words
			switch in.Keyword {
			case "run", "entrypoint":
			case "cmd":
				if !startsItself(p, s) {
					continue
				}
			case "healthcheck":
				words = words[min(1, len(words)):]
			default:
				continue
			}
			if in.JSON && in.Err == nil && len(words) == 1 {
				reportOneString(p, words[0])
			}
		}
	}
}

// startsItself reports whether CMD names the program that starts: there is no ENTRYPOINT,
// or the base's is the script of an official image, which runs the command that it is
// given (docker-library/official-images, README, "Consistency").
func startsItself(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) bool {
	base, known := lookUpBase(p, s)
	if !known || s.Entrypoint() != nil {
		return false
	}
	if base.Entrypoint == facts.NoEntrypoint {
		return true
	}
	image := s.Base()
	script, _ := image.Table().Entrypoint()
	return strings.Contains(script, "entrypoint") && images.IsOfficial(images.Canonical(image.Name()))
}

func reportOneString(p *facts.Pass[*facts.Dockerfile], w dockerfile.Word) {
	program, rest, blank := strings.Cut(strings.TrimSpace(w.Text), " ")
	if !blank || !isPlainWord(program) || strings.HasPrefix(program, "-") || strings.TrimSpace(rest) == "" {
		return
	}
	if strings.Contains(program, "/") && strings.Contains(rest, "/") && !strings.HasPrefix(rest, "-") && !strings.HasPrefix(rest, "/") {
		return
	}
	f := lint.Finding{
		Span:    w.Span,
		Message: fmt.Sprintf("the whole command is one string, so Docker looks for a program named %s; run the line with a shell, such as %s", quoteShort(w.Text), `["/bin/sh", "-c", "..."]`),
	}
	fields := strings.Fields(w.Text)
	if !slices.ContainsFunc(fields, func(word string) bool { return !isPlainWord(word) }) {
		f.Message = fmt.Sprintf("the whole command is one string, so Docker looks for a program named %s; write one string for each word", quoteShort(w.Text))
		words := make([]string, len(fields))
		for i, word := range fields {
			words[i] = jsonString(word)
		}
		f.Fixes = unsafeFix("write one string for each word", lint.EffectGraph, lint.Replace(w.Span, strings.Join(words, ", ")))
	}
	p.Report(f)
}
