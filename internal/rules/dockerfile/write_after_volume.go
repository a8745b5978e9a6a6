package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// WriteAfterVolume reports `RUN`, `COPY` and `ADD` that write into a directory after its
// `VOLUME` instruction.
//
// # Why it matters
//
// Docker's legacy builder discards such changes, so the files are missing in the image.
// BuildKit keeps them.
//
// The rule is off by default, because the file does not show which builder is used.
//
// # How to fix it
//
// Write the files first, and declare the volume afterwards:
//
//	COPY data /data
//	VOLUME /data
//
// # Exceptions
//
// It does not report:
//
//   - a `VOLUME` that comes after all instructions that write into it
//   - instructions that write to other paths
var WriteAfterVolume = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "write-after-volume",
		Title:    "Files that are written after a VOLUME can be lost",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Aliases:  lint.Names("docs:volume"),
	},
	Check: checkWriteAfterVolume,
}

func checkWriteAfterVolume(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		for i, in := range s.Instructions {
			if in.Keyword != "volume" || in.Err != nil {
				continue
			}
			var last *dockerfile.Instruction
			var path dockerfile.Word
			for _, later := range s.Instructions[i+1:] {
				for _, w := range in.Words {
					if writesBelow(p.Doc, later, strings.TrimRight(bare(w.Text), "/")) {
						last, path = later, w
					}
				}
			}
			if last != nil {
				reportLostWrite(p, in, last, path)
			}
		}
	}
}

func reportLostWrite(p *facts.Pass[*facts.Dockerfile], volume, last *dockerfile.Instruction, path dockerfile.Word) {
	f := lint.Finding{
		Span:    path.Span,
		Message: fmt.Sprintf("files written to %s after this VOLUME are lost with Docker's legacy builder; move VOLUME below the last write", quoteShort(bare(path.Text))),
		Related: []lint.Related{{Span: last.Head, Message: "this instruction writes to the volume"}},
	}
	cut, ok := deleteInstruction(volume)
	if ok && len(volume.PhysicalLines()) == 1 && wholeLines(last).End > last.Span.End {
		f.Fixes = unsafeFix("move VOLUME below the last write", lint.EffectGraph,
			cut, lint.Insert(last.Span.End, p.Doc.Newline()+p.Doc.Text(volume.Span)))
	}
	p.Report(f)
}

// writesBelow reports whether an instruction writes to a path or below it, as far as its
// words show.
func writesBelow(d *facts.Dockerfile, in *dockerfile.Instruction, path string) bool {
	if !strings.HasPrefix(path, "/") || len(path) < 2 || in.Err != nil {
		return false
	}
	switch in.Keyword {
	case "copy", "add":
		_, to, ok := copyWords(in)
		return ok && covers(path, strings.TrimRight(bare(to.Text), "/"))
	case "run":
		for _, c := range d.Commands(in) {
			args := c.Positional("-m", "--mode", "-o", "-g")
			switch c.Name() {
			case "cp", "mv", "install", "ln":
				args = args[max(len(args)-1, 0):]
			case "mkdir", "touch", "tee", "rm":
			case "chown", "chmod", "chgrp":
				args = args[min(1, len(args)):]
			default:
				continue
			}
			for _, a := range args {
				if a.Literal && covers(path, strings.TrimRight(a.Text, "/")) {
					return true
				}
			}
		}
	}
	return false
}
