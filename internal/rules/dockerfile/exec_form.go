package dockerfile

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// execFix rewrites a shell form as a JSON array. ok is false where that would
// need another program, or where only people can tell.
//
// It is safe only if what starts is the same program with the same words and the
// same environment. Otherwise, one simple command can still take the
// shell's place by exec.
func execFix(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, in *dockerfile.Instruction) (fix lint.Fix, ok bool) {
	script := in.Script()
	if script == nil || !script.Editable() || len(in.Heredocs) > 0 || holdsComment(in) || script.HasComment() {
		return fix, false
	}
	call, plain := simpleCommand(script.File)
	if call == nil {
		return fix, false
	}
	fix = lint.Fix{Title: "rewrite as a JSON array", Applicability: lint.Unsafe, MaxEffect: lint.EffectConfig}
	words, literal := literalWords(call)
	if plain && literal && len(words) > 0 {
		if startsSame(p, s, in, words) {
			fix.Applicability = lint.Safe
		}
		fix.Edits = []lint.FileEdit{lint.Replace(in.BodySpan, laidOut(p.Doc, script, call, words))}
		return fix, !isReserved(words[0]) && !facts.IsShellBuiltin(words[0]) && words[0] != ""
	}
	text := strings.TrimSpace(p.Doc.Text(in.BodySpan))
	name := call.Args[0].Lit()
	if name == "" || name == "exec" || facts.IsShellBuiltin(name) || isReserved(name) || strings.ContainsAny(text, "\n\r") || !hasShell(s) {
		return fix, false // an exec that a shell runs is as good as one in an array
	}
	text = "exec " + text
	fix.Title = "rewrite as a JSON array in which the shell is replaced by the program"
	fix.Edits = []lint.FileEdit{lint.Replace(in.BodySpan, jsonArray([]string{"/bin/sh", "-c", text}))}
	return fix, true
}

// holdsComment tells whether lines of comment or blank lines stand inside of the
// instruction, which an edit of all of it would lose.
func holdsComment(in *dockerfile.Instruction) bool {
	return slices.ContainsFunc(in.PhysicalLines(), func(l dockerfile.Line) bool { return l.Kind == dockerfile.CommentLine })
}

// simpleCommand returns the only command of a script; plain is set when it has
// no redirection and no assignment. call is nil for any other script.
func simpleCommand(file *syntax.File) (call *syntax.CallExpr, plain bool) {
	if len(file.Stmts) != 1 || len(file.Last) > 0 {
		return nil, false
	}
	stmt := file.Stmts[0]
	call, ok := stmt.Cmd.(*syntax.CallExpr)
	if !ok || stmt.Background || stmt.Negated || stmt.Coprocess || len(stmt.Comments) > 0 || len(call.Args) == 0 || len(call.Assigns) > 0 {
		return nil, false
	}
	return call, len(stmt.Redirs) == 0 && !stmt.Semicolon.IsValid()
}

// literalWords resolves the words of a command, without an exec in front; ok is
// false if the shell would change any of them.
func literalWords(call *syntax.CallExpr) (words []string, ok bool) {
	for i, w := range call.Args {
		word, literal := facts.Literal(w)
		if !literal {
			return nil, false
		}
		if i == 0 && word == "exec" && len(call.Args) > 1 {
			continue
		}
		words = append(words, word)
	}
	if len(words) > 0 && len(words) < len(call.Args) && strings.HasPrefix(words[0], "-") {
		return nil, false // an option of exec
	}
	return words, true
}

// startsSame reports whether the words start what the shell started, wherever an
// image of the repository that has them is started.
func startsSame(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, in *dockerfile.Instruction, words []string) bool {
	if !s.Shell(in).IsDefault() || s.Base().IsWindows() {
		return false
	}
	for _, x := range s.Chain() {
		if x.Image.HasVariable() {
			return false // another base may have another SHELL and ENTRYPOINT
		}
	}
	base, known := lookUpBase(p, s)
	if !known || !base.DefaultShell {
		return false
	}
	switch in.Keyword {
	case "cmd":
		// Below an entrypoint the words are its arguments.
		if s.Entrypoint() != nil || base.Entrypoint != facts.NoEntrypoint {
			return false
		}
	case "entrypoint":
		if p.Project.GetsArguments(s) {
			return false
		}
	}
	if name := words[0]; !p.Project.KernelStarts(s, name) || strings.Contains(name, "/") && !strings.HasPrefix(name, "/") && s.MovesFolder() {
		return false
	}
	return !p.Project.MayReadShellVariables(s)
}

// hasShell tells whether /bin/sh may be taken to be there.
func hasShell(s *facts.Stage) bool {
	base, known := facts.LookupBase(s.Base())
	return !known || base.HasShell
}

// isReserved tells whether the shell reads a word as a part of its grammar.
func isReserved(word string) bool {
	switch word {
	case "!", "{", "}", "case", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "in", "select", "then", "until", "while", "[[", "time", "coproc":
		return true
	}
	return false
}

// laidOut writes words as a JSON array on the lines on which the command has them.
func laidOut(d *facts.Dockerfile, script *dockerfile.Script, call *syntax.CallExpr, words []string) string {
	args := call.Args[len(call.Args)-len(words):]
	var b strings.Builder
	for i, word := range words {
		if i > 0 {
			gap := string(d.Src[script.SpanOf(args[i-1]).End:script.SpanOf(args[i]).Start])
			if !strings.Contains(gap, "\n") {
				gap = " "
			}
			b.WriteString("," + gap)
		}
		b.WriteString(jsonString(word))
	}
	return "[" + b.String() + "]"
}

// jsonArray writes words as people write them: with a blank after each comma,
// and nothing spelled out that need not be.
func jsonArray(words []string) string {
	parts := make([]string, len(words))
	for i, w := range words {
		parts[i] = jsonString(w)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func jsonString(word string) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(word); err != nil {
		panic("a string is always JSON: " + err.Error())
	}
	return strings.TrimSuffix(b.String(), "\n")
}
