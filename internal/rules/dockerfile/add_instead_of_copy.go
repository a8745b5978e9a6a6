package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// AddInsteadOfCopy reports `ADD` instructions that only copy local files and folders.
//
// # Why it matters
//
// `ADD` does more than copy: it downloads URLs and extracts local tar archives, whatever
// they are named. If a source becomes such an archive, the image gets the files in it, not the
// archive. A reader cannot see whether that is intended.
//
// The rule is off by default, because `ADD` copies plain files as well as `COPY` does.
//
// # How to fix it
//
// Write `COPY` instead of `ADD`.
//
// # Exceptions
//
// It does not report:
//
//   - URLs, Git repositories and archives, for which `ADD` is needed
//   - `--unpack`, `--checksum` and `--keep-git-dir`, which control what `ADD` does
//     beyond copying
//   - here-documents
//   - sources with variables whose value is unknown, and patterns such as `dist/*` that
//     can match an archive
var AddInsteadOfCopy = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "add-instead-of-copy",
		Title:    "ADD is used where COPY is enough",
		Category: lint.Correctness,
		Severity: lint.Style,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3020", Severity: lint.Error}},
			lint.Names("CIS-4.9", "CIS-DI-0009", "CKV_DOCKER_4", "DF006", "DS005", "kics:add_instead_of_copy", "kics:copy_instead_of_add", "semgrep:prefer-copy-over-add")...,
		),
	},
	Check: checkAddInsteadOfCopy,
}

func checkAddInsteadOfCopy(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("add", true, func(in *dockerfile.Instruction) {
		sources, _, ok := copyWords(in)
		if !ok || len(in.Heredocs) > 0 {
			return
		}
		for _, flag := range in.Flags {
			if flag.Name == "unpack" || flag.Name == "checksum" || flag.Name == "keep-git-dir" {
				return
			}
		}
		for _, w := range sources {
			source, known := bare(w.Text), true
			if strings.Contains(source, "$") {
				source, known = p.Doc.Expand(in, source)
			}
			if !known || source == "" || isRemote(source) || facts.IsArchive(source) {
				return
			}
			if strings.HasSuffix(source, "*") && !strings.Contains(source, ".") {
				return
			}
		}
		p.Report(lint.Finding{
			Span:    in.KeywordSpan,
			Message: fmt.Sprintf("ADD also downloads and extracts, which %s does not need; use COPY", quoteShort(bare(sources[0].Text))),
			Fixes: []lint.Fix{{
				Title: "use COPY", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph,
				Edits: []lint.FileEdit{lint.Replace(in.KeywordSpan, sameCase("COPY", p.Doc.Text(in.KeywordSpan)))},
			}},
		})
	})
}
