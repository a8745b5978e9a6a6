package facts

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
	"mvdan.cc/sh/v3/syntax"
)

// ScriptFile is a shell script of the repository that a build or a container runs.
type ScriptFile struct {
	// Source is the file, for related places.
	Source *lint.Source
	File   *syntax.File
	// Calls are its commands in the order of the text, those in functions and conditions
	// too, without wrappers such as exec.
	Calls []*Command
}

// SpanOf is the place of a node in the file.
func (f *ScriptFile) SpanOf(n syntax.Node) text.Span {
	size := len(f.Source.Bytes)
	return text.Span{Start: min(int(n.Pos().Offset()), size), End: min(int(n.End().Offset()), size)}
}

// TextOf is a node as it is written in the file.
func (f *ScriptFile) TextOf(n syntax.Node) string {
	at := f.SpanOf(n)
	return string(f.Source.Bytes[at.Start:at.End])
}

// ReadScript parses the text of a shell script; nil for a text in another language, and
// for one that cannot be parsed.
func ReadScript(source *lint.Source) *ScriptFile {
	if !isScriptText(source.Bytes) {
		return nil
	}
	file, err := parseBash(source.Bytes)
	if err != nil {
		return nil
	}
	return &ScriptFile{Source: source, File: file, Calls: callsIn(file, source.Bytes)}
}

// ScriptOf is the script of the repository that a command of the stage runs; nil where it
// runs none, or one that is not known.
func (p *Project) ScriptOf(s *Stage, c *Command) *ScriptFile {
	if s == nil || !p.known() {
		return nil
	}
	return Once(s.doc, "script of a command", c, func() *ScriptFile {
		var in *dockerfile.Instruction
		if c.Instruction.Keyword == "run" {
			in = c.Instruction
		}
		name := s.startedFile(c, in)
		if (!strings.Contains(name, "/") && !looksLikeScript(name)) || p.followed == limits.StepScripts {
			return nil
		}
		p.followed++
		o := p.textOf(s, in, name)
		if o == nil || o.absent || len(o.text) == 0 {
			return nil
		}
		return ReadScript(lint.NewSource(o.name, o.text))
	})
}

// ScriptIn is the script of the repository that lies at a path in what a service builds,
// as its containers find it; nil where it is not known.
func (p *Project) ScriptIn(b *ServiceBuild, name string) *ScriptFile {
	if b == nil || b.Stage == nil || !strings.Contains(name, "/") {
		return nil
	}
	if !path.IsAbs(name) {
		folder, known := b.Stage.Folder(nil)
		if !known {
			return nil
		}
		name = path.Join(folder, name)
	}
	o := &origins{file: b.Stage.doc, context: b.Context.Files, left: maxOriginSteps}
	o.of(b.Stage, path.Clean(name))
	if len(o.text) == 0 {
		return nil
	}
	return ReadScript(lint.NewSource(o.name, o.text))
}
