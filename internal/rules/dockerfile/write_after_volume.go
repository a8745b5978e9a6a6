package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// WriteAfterVolume finds RUN, COPY and ADD that write below a path after its
// VOLUME: the builder that Docker had before BuildKit throws such changes away.
//
// Silent where the VOLUME is the last of them, and for other paths.
//
// Off by default: BuildKit keeps the changes, and the file does not say which
// builder reads it.
var WriteAfterVolume = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "write-after-volume",
		Title:    "What is written below a volume may be lost",
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
		Message: fmt.Sprintf("what is written below %s after this VOLUME is lost with Docker's older builder; move VOLUME below it", quoteShort(bare(path.Text))),
		Related: []lint.Related{{Span: last.Head, Message: "this writes below it"}},
	}
	cut, ok := deleteInstruction(volume)
	if ok && len(volume.PhysicalLines()) == 1 && wholeLines(last).End > last.Span.End {
		f.Fixes = unsafeFix("move VOLUME below the last write", lint.EffectGraph,
			cut, lint.Insert(last.Span.End, p.Doc.Newline()+p.Doc.Text(volume.Span)))
	}
	p.Report(f)
}

// writesBelow tells whether an instruction writes to a path or below it, as far
// as its words say.
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
