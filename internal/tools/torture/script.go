package main

import (
	"bytes"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"mvdan.cc/sh/v3/syntax"
)

// program is what an instruction runs: a script for a shell, or words.
type program struct {
	// keyword is RUN, CMD, ENTRYPOINT or HEALTHCHECK.
	keyword string
	script  string
	words   []string
}

func (p program) equal(o program) bool {
	return p.keyword == o.keyword && p.script == o.script && slices.Equal(p.words, o.words)
}

// programsOf are what a Dockerfile runs, by BuildKit's parser alone: the RUNs of all
// stages in order, then what each stage starts. ok is false where it does not parse.
func programsOf(src []byte) (all []program, ok bool) {
	parsed, err := parser.Parse(bytes.NewReader(src))
	if err != nil {
		return nil, false
	}
	stages, _, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		return nil, false
	}
	var starts []program
	for _, stage := range stages {
		for _, command := range stage.Commands {
			switch c := command.(type) {
			case *instructions.RunCommand:
				all = append(all, programOf("RUN", c.CmdLine, c.PrependShell, c.Files))
			case *instructions.CmdCommand:
				starts = append(starts, programOf("CMD", c.CmdLine, c.PrependShell, c.Files))
			case *instructions.EntrypointCommand:
				starts = append(starts, programOf("ENTRYPOINT", c.CmdLine, c.PrependShell, c.Files))
			}
		}
	}
	return append(all, starts...), true
}

func programOf(keyword string, line []string, isScript bool, files []instructions.ShellInlineFile) program {
	p := program{keyword: keyword, words: line}
	if !isScript {
		// A JSON array of a shell with a script is a script too.
		if n := len(line); n > 2 && slices.Contains(
			[]string{"sh", "bash", "/bin/sh", "/bin/bash", "ash", "/bin/ash"}, line[0],
		) && line[1] == "-c" && n == 3 {
			p.script = line[2]
		}
		return p
	}
	p.script = strings.Join(line, " ")
	if len(files) == 1 && strings.HasPrefix(p.script, "<<") {
		p.script = files[0].Data
		return p
	}
	for _, f := range files {
		p.script += "\n" + f.Data + f.Name + "\n"
	}
	return p
}

// callsIn are the names that a script may call, with those that exec, env and the like
// are given, and the folders that it goes to.
func callsIn(script string) (names, folders []string) {
	walk(script, func(n syntax.Node) {
		call, ok := n.(*syntax.CallExpr)
		if !ok || len(call.Args) == 0 {
			return
		}
		first := call.Args[0].Lit()
		for i, word := range call.Args {
			name := word.Lit()
			switch {
			case name == "":
			case i == 1 && (first == "cd" || first == "pushd"):
				folders = append(folders, name)
			case i == 0 || slices.Contains([]string{"exec", "command", "env", "time", "eval", "nice"}, first):
				names = append(names, name)
			}
		}
	})
	return names, folders
}

// walk visits the nodes of a script; nothing of one that does not parse.
func walk(script string, visit func(syntax.Node)) {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(script), "")
	if err != nil {
		return
	}
	syntax.Walk(file, func(n syntax.Node) bool {
		if n != nil {
			visit(n)
		}
		return true
	})
}

// loops reports whether a script may come to no end once commands fail.
func loops(script string) bool {
	found := false
	walk(script, func(n syntax.Node) {
		_, loop := n.(*syntax.WhileClause)
		found = found || loop
	})
	return found
}

// hasBackground reports whether a script starts something and does not wait for it.
func hasBackground(script string) bool {
	found := false
	walk(script, func(n syntax.Node) {
		s, ok := n.(*syntax.Stmt)
		found = found || (ok && (s.Background || s.Coprocess))
	})
	return found
}

// hasOrder reports whether the commands of a script run one after the other.
func hasOrder(script string) bool {
	piped := false
	walk(script, func(n syntax.Node) {
		b, ok := n.(*syntax.BinaryCmd)
		piped = piped || (ok && (b.Op == syntax.Pipe || b.Op == syntax.PipeAll))
	})
	return !piped && !hasBackground(script)
}
