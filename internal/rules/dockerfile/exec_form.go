package dockerfile

import (
	"bytes"
	"encoding/json"
	"path"
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
// It is safe only if what starts is the same program with the same words: the
// words are literal, nothing stands in front of them or behind, the first word
// is a program and, where it is a script, one that names its interpreter.
// Otherwise, one simple command can still take the shell's place by exec.
func execFix(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, in *dockerfile.Instruction) (fix lint.Fix, ok bool) {
	script := in.Script()
	if script == nil || script.File == nil || !script.Editable() || len(in.Heredocs) > 0 || holdsComment(in) {
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
		fix.Edits = []lint.FileEdit{lint.Replace(in.BodySpan, jsonArray(words))}
		return fix, !isReserved(words[0]) && !facts.IsShellBuiltin(words[0]) && words[0] != ""
	}
	text := strings.TrimSpace(p.Doc.Text(in.BodySpan))
	name := call.Args[0].Lit()
	if name == "" || facts.IsShellBuiltin(name) && name != "exec" || isReserved(name) || strings.ContainsAny(text, "\n\r") || !hasShell(s) {
		return fix, false
	}
	if name != "exec" {
		text = "exec " + text
	}
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

// startsSame tells whether the words start what the shell started.
func startsSame(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, in *dockerfile.Instruction, words []string) bool {
	if !shellIsDefault(s, in) {
		return false
	}
	if base, _ := lookUpBase(p, s); base.Shell != nil {
		return false
	}
	if in.Keyword == "cmd" {
		// Below an entrypoint the words are its arguments.
		base, known := lookUpBase(p, s)
		if s.Entrypoint() != nil || !known || base.Entrypoint != facts.NoEntrypoint {
			return false
		}
	}
	if in.Keyword == "entrypoint" && s.LastOwn("cmd") != nil {
		return false // CMD would become its arguments
	}
	return isProgram(p, words[0])
}

// shellIsDefault tells whether no SHELL of the file or of the base applies.
func shellIsDefault(s *facts.Stage, in *dockerfile.Instruction) bool {
	return s.Shell(in).IsDefault() && !s.Base().IsWindows()
}

// hasShell tells whether /bin/sh may be taken to be there.
func hasShell(s *facts.Stage) bool {
	base, known := facts.LookupBase(s.Base())
	return !known || base.HasShell
}

// isProgram tells whether the kernel can start a file by itself: a script needs
// a first line that names its interpreter, without which only a shell runs it.
// A name without a folder is looked up in PATH, where packages put programs.
func isProgram(p *facts.Pass[*facts.Dockerfile], name string) bool {
	isScript := strings.HasSuffix(name, ".sh") || strings.HasSuffix(name, ".bash")
	system := slices.ContainsFunc([]string{"/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/", "/usr/lib/"}, func(dir string) bool { return strings.HasPrefix(name, dir) })
	if !isScript && (system || !strings.Contains(name, "/")) {
		return true
	}
	for _, at := range []string{strings.TrimPrefix(strings.TrimPrefix(name, "./"), "/"), path.Base(name)} {
		if src, err := p.Files.ReadFile(at); err == nil {
			return bytes.HasPrefix(src, []byte("#!")) || bytes.HasPrefix(src, []byte("\x7fELF"))
		}
	}
	return false
}

// isReserved tells whether the shell reads a word as a part of its grammar.
func isReserved(word string) bool {
	switch word {
	case "!", "{", "}", "case", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "in", "select", "then", "until", "while", "[[", "time", "coproc":
		return true
	}
	return false
}

// jsonArray writes words as people write them: with a blank after each comma,
// and nothing spelled out that need not be.
func jsonArray(words []string) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	parts := make([]string, len(words))
	for i, w := range words {
		b.Reset()
		if err := encoder.Encode(w); err != nil {
			panic("a string is always JSON: " + err.Error())
		}
		parts[i] = strings.TrimSuffix(b.String(), "\n")
	}
	return "[" + strings.Join(parts, ", ") + "]"
}
