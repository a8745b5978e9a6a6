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

// execFix rewrites a shell form as a JSON array. Where that would need another program, or
// only people can tell, it has no edits, and why says so.
//
// It is safe only if what starts is the same program with the same words and the
// same environment. Otherwise the title says why it is not, and one simple command can
// still take the shell's place by exec.
func execFix(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, in *dockerfile.Instruction) (fix lint.Fix, why string) {
	script := in.Script()
	switch {
	case script == nil || !script.Editable() || len(in.Heredocs) > 0:
		return fix, "the text is not what the shell gets"
	case holdsComment(in) || script.HasComment():
		return fix, "a comment in the command would be lost"
	}
	call, plain := simpleCommand(script.File)
	if call == nil {
		return fix, "it is more than one command"
	}
	fix = lint.Fix{Title: "rewrite as a JSON array", Applicability: lint.Unsafe, MaxEffect: lint.EffectConfig}
	words, literal := literalWords(call)
	if plain && literal && len(words) > 0 {
		if words[0] == "" || isReserved(words[0]) || facts.IsShellBuiltin(words[0]) {
			return lint.Fix{}, quoteShort(words[0]) + " is a word of the shell"
		}
		if p.Project.NeedsShell(s, words[0]) {
			return lint.Fix{}, quoteShort(words[0]) + " has no line \"#!\", so only a shell can start it"
		}
		if why = startsOther(p, s, in, words); why == "" {
			fix.Applicability = lint.Safe
		} else {
			fix.Title += "; not safe: " + why
		}
		fix.Edits = []lint.FileEdit{lint.Replace(in.BodySpan, laidOut(p.Doc, script, call, words))}
		return fix, ""
	}
	text := strings.TrimSpace(p.Doc.Text(in.BodySpan))
	name := call.Args[0].Lit()
	switch {
	case name == "exec":
		return lint.Fix{}, "the program takes the shell's place already, and needs it for its words"
	case name == "" || facts.IsShellBuiltin(name) || isReserved(name):
		return lint.Fix{}, "only the shell knows which program it starts"
	case strings.ContainsAny(text, "\n\r"):
		return lint.Fix{}, "the shell needs the lines as they are"
	case !hasShell(s):
		return lint.Fix{}, "the image has no shell that the words need"
	}
	text = "exec " + text
	fix.Title = "rewrite as a JSON array in which the shell is replaced by the program; not safe: the shell still reads its words"
	fix.Edits = []lint.FileEdit{lint.Replace(in.BodySpan, jsonArray([]string{"/bin/sh", "-c", text}))}
	return fix, ""
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

// startsOther says why the words may start something else than the shell did, somewhere in
// the repository where an image that has them is started; empty where they do not.
func startsOther(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, in *dockerfile.Instruction, words []string) string {
	if !s.Shell(in).IsDefault() || s.Base().IsWindows() {
		return "another shell than /bin/sh starts it"
	}
	for _, x := range s.Chain() {
		if x.Image.HasVariable() {
			return "a build may name another base image, with another SHELL or ENTRYPOINT"
		}
	}
	base, known := lookUpBase(p, s)
	switch {
	case !known:
		return "nobody says which SHELL and ENTRYPOINT the base image has"
	case !base.DefaultShell:
		return "the base image has a SHELL of its own"
	case in.Keyword == "cmd" && (s.Entrypoint() != nil || base.Entrypoint != facts.NoEntrypoint):
		return "the words are arguments of an ENTRYPOINT"
	case in.Keyword == "entrypoint" && p.Project.GetsArguments(s):
		return "something in the repository gives it arguments, or may, which the shell ignores"
	case !p.Project.KernelStarts(s, words[0]):
		return "nothing shows that " + quoteShort(words[0]) + " starts without a shell"
	case strings.Contains(words[0], "/") && !strings.HasPrefix(words[0], "/") && s.MovesFolder():
		return "a stage that builds on this one works in another folder"
	case p.Project.MayReadShellVariables(s):
		return "a copied file may read a variable that only a shell sets, such as PWD"
	}
	return ""
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
