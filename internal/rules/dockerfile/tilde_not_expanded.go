package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// TildeNotExpanded reports a tilde at the beginning of a path in `ENV`, `WORKDIR`,
// `VOLUME` and the destination of `COPY` and `ADD`.
//
// # Why it matters
//
// Only a shell expands the tilde. Docker creates and uses a directory that is named `~`,
// so the program does not find its files in the home directory.
//
// # How to fix it
//
// Write the path of the home directory:
//
//	WORKDIR /root/app
//
// # Fix safety
//
// There is no automatic fix: the file does not always show which user's home directory is meant.
//
// # Exceptions
//
// It does not report:
//
//   - Windows images
//   - `RUN`, where a shell expands the tilde
var TildeNotExpanded = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "tilde-not-expanded",
		Title:    "Docker does not expand the tilde in a path",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkTildeNotExpanded,
}

func checkTildeNotExpanded(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if s.Base().IsWindows() {
			continue
		}
		for _, in := range s.Instructions {
			if in.Err != nil {
				continue
			}
			switch in.Keyword {
			case "env":
				for _, pair := range in.Pairs {
					if slices.ContainsFunc(strings.Split(bare(pair.Value), ":"), startsWithTilde) {
						reportTilde(p, in, pair.Value)
					}
				}
			case "workdir", "volume", "copy", "add":
				words := in.Words
				if len(words) > 1 && in.Keyword != "volume" {
					words = words[len(words)-1:]
				}
				for _, w := range words {
					if startsWithTilde(bare(w.Text)) {
						reportTilde(p, in, w.Text)
					}
				}
			}
		}
	}
}

func startsWithTilde(path string) bool { return path == "~" || strings.HasPrefix(path, "~/") }

func reportTilde(p *facts.Pass[*facts.Dockerfile], in *dockerfile.Instruction, value string) {
	p.Report(lint.Finding{
		Span:    in.Head,
		Message: fmt.Sprintf("%s does not expand a tilde, so %s is a path in a directory named \"~\"; write the home directory, such as /root", strings.ToUpper(in.Keyword), quoteShort(value)),
	})
}
