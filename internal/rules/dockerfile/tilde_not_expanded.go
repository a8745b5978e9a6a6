package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// TildeNotExpanded finds a tilde at the start of a path in ENV, WORKDIR, VOLUME and in the
// destination of COPY and ADD: only a shell expands it, so the folder is called "~".
//
// Write the home folder, as /root or /home/app.
//
// There is no fix: which user's folder is meant is not in the file.
var TildeNotExpanded = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "tilde-not-expanded",
		Title:    "Docker expands no tilde",
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
		Message: fmt.Sprintf("%s expands no tilde, so %s names a folder called \"~\"; write the home folder, as /root", strings.ToUpper(in.Keyword), quoteShort(value)),
	})
}
