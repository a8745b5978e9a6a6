package dockerfile

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// overlay lays BuildKit's typed instructions over the scanned ones.
func (d *Document) overlay() {
	result, err := parser.Parse(bytes.NewReader(d.Src))
	if err == nil && len(result.AST.Children) == len(d.Instructions) {
		quiet := newQuietLinter()
		for i, node := range result.AST.Children {
			d.Instructions[i].accept(node, quiet)
		}
		return
	}
	d.Whole = err
	if err == nil {
		d.Whole = fmt.Errorf("BuildKit sees %d instructions, dockmend %d", len(result.AST.Children), len(d.Instructions))
	}
	for _, in := range d.Instructions {
		in.parseAlone()
	}
}

// parseAlone gives BuildKit's parser one instruction with the escape directive
// in front, since it has no result at all for a file with any error.
func (in *Instruction) parseAlone() {
	var alone bytes.Buffer
	if in.doc.Escape == '`' {
		alone.WriteString("# escape=`\n")
	}
	lines := in.PhysicalLines()
	alone.Write(in.doc.Src[lines[0].Text:lines[len(lines)-1].End])
	result, err := parser.Parse(&alone)
	if err != nil {
		in.Err = plainError(err)
		return
	}
	if len(result.AST.Children) != 1 {
		in.Err = errors.New("not one instruction")
		return
	}
	in.accept(result.AST.Children[0], newQuietLinter())
}

// newQuietLinter makes the linter that reports nothing. Without any linter,
// BuildKit crashes on an instruction below a "# check=" comment.
func newQuietLinter() *linter.Linter {
	return linter.New(&linter.Config{SkipAll: true})
}

func (in *Instruction) accept(node *parser.Node, quiet *linter.Linter) {
	typed, err := instructions.ParseInstructionWithLinter(node, quiet)
	if err != nil {
		in.Err = plainError(err)
		return
	}
	switch x := typed.(type) {
	case *instructions.Stage:
		in.Stage = x
	case instructions.Command:
		in.Command = x
	}
}

// plainError takes BuildKit's location off an error: it has no columns, and
// counts from the first line of what it was given.
func plainError(err error) error {
	var located *parser.LocationError
	if errors.As(err, &located) {
		return located.Unwrap()
	}
	return err
}
