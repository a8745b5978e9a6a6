package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// ArchiveCopiedThenExtracted finds COPY of a tar archive that a later RUN of
// the stage unpacks: the archive stays in its layer. ADD unpacks what it
// copies.
//
// Off by default: one small saving, and many people prefer to see the
// unpacking.
var ArchiveCopiedThenExtracted = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "archive-copied-then-extracted",
		Title:    "An archive is copied and then unpacked",
		Category: lint.Size,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3010", Severity: lint.Info}},
			lint.Names("DF067")...,
		),
	},
	Check: checkArchiveCopiedThenExtracted,
}

func checkArchiveCopiedThenExtracted(p *lint.Pass[*facts.Dockerfile]) {
	p.Doc.Each("copy", true, func(in *dockerfile.Instruction) {
		if _, ok := flagOf(in, "from"); ok {
			return
		}
		sources, to, ok := copyWords(in)
		if !ok {
			return
		}
		for _, w := range sources {
			name := baseName(bare(w.Text))
			if !isArchive(name) || strings.ContainsAny(name, "$*?") {
				continue
			}
			if c := unpacks(p.Doc, in, name, baseName(bare(to.Text))); c != nil {
				p.Report(lint.Finding{
					Span:    in.KeywordSpan,
					Message: fmt.Sprintf("%s is copied here and unpacked later, so it stays in a layer; let ADD unpack it", quoteShort(name)),
					Related: []lint.Related{{Span: c.Span, Message: "it is unpacked here"}},
				})
				return
			}
		}
	})
}

// baseName is the last part of a path, of Windows too.
func baseName(path string) string { return path[strings.LastIndexAny(path, `/\`)+1:] }

// unpacks finds the command of a later RUN of the stage that unpacks a file of
// one of the names.
func unpacks(d *facts.Dockerfile, in *dockerfile.Instruction, names ...string) (found *facts.Command) {
	d.Each("run", true, func(run *dockerfile.Instruction) {
		if found != nil || run.Index() < in.Index() || d.StageOf(run) != d.StageOf(in) {
			return
		}
		for _, c := range d.Commands(run) {
			if c.Name() != "tar" && c.Name() != "gunzip" && c.Name() != "unxz" && c.Name() != "bunzip2" && c.Name() != "unzstd" {
				continue
			}
			for i, a := range c.Args() {
				creates := c.Name() == "tar" && i == 0 && !strings.Contains(a.Text, "x")
				if creates {
					break
				}
				for _, name := range names {
					if name != "" && name != "." && baseName(bare(a.Text)) == name {
						found = c
					}
				}
			}
		}
	})
	return found
}
