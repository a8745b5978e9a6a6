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

// execFix rewrites a shell form as a JSON array. Where that cannot be done, or needs a
// decision, the fix has no edits, and why holds the reason.
//
// It is safe only if the same program starts with the same arguments in the same
// environment. Otherwise the title holds the reason, and one simple command can still
// replace the shell by exec.
func execFix(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, in *dockerfile.Instruction) (fix lint.Fix, why string) {
	script := in.Script()
	switch {
	case script == nil || !script.Editable() || len(in.Heredocs) > 0:
		return fix, "the shell receives another text than the file shows"
	case holdsComment(in) || script.HasComment():
		return fix, "a comment in the command would be lost"
	}
	call, plain := simpleCommand(script.File)
	if call == nil {
		return fix, "it has more than one command"
	}
	fix = lint.Fix{Title: "rewrite as a JSON array", Applicability: lint.Unsafe, MaxEffect: lint.EffectConfig}
	words, literal := literalWords(call)
	if plain && literal && len(words) > 0 {
		if words[0] == "" || isReserved(words[0]) || facts.IsShellBuiltin(words[0]) {
			return lint.Fix{}, quoteShort(words[0]) + " is a shell builtin or keyword"
		}
		if p.Project.NeedsShell(s, words[0]) {
			return lint.Fix{}, quoteShort(words[0]) + " has no \"#!\" line, so only a shell can start it"
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
		return lint.Fix{}, "exec replaces the shell already, and the arguments need it"
	case name == "" || facts.IsShellBuiltin(name) || isReserved(name):
		return lint.Fix{}, "the shell decides which program it starts"
	case strings.ContainsAny(text, "\n\r"):
		return lint.Fix{}, "the command has several lines"
	case !hasShell(s):
		return lint.Fix{}, "the arguments need a shell, and the image has none"
	}
	text = "exec " + text
	fix.Title = "rewrite as a JSON array that starts the program with exec; not safe: a shell still expands the arguments"
	fix.Edits = []lint.FileEdit{lint.Replace(in.BodySpan, jsonArray([]string{"/bin/sh", "-c", text}))}
	return fix, ""
}

// holdsComment reports whether the instruction contains comment lines or blank lines, which
// an edit of the whole instruction would lose.
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
	if !ok || stmt.Background || stmt.Negated || stmt.Coprocess {
		return nil, false
	}
	if len(stmt.Comments) > 0 || len(call.Args) == 0 || len(call.Assigns) > 0 {
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

// startsOther returns why the words may start something else than the shell did, wherever
// the repository starts an image that has them; it is empty where they do not.
func startsOther(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, in *dockerfile.Instruction, words []string) string {
	if !s.Shell(in).IsDefault() || s.Base().IsWindows() {
		return "a shell other than /bin/sh runs it"
	}
	for _, x := range s.Chain() {
		if x.Image.HasVariable() {
			return "a build argument can select a base image with another SHELL or ENTRYPOINT"
		}
	}
	base, known := lookUpBase(p, s)
	switch {
	case !known:
		return "the SHELL and ENTRYPOINT of the base image are not known"
	case !base.DefaultShell:
		return "the base image sets its own SHELL"
	case in.Keyword == "cmd" && (s.Entrypoint() != nil || base.Entrypoint != facts.NoEntrypoint):
		return "an ENTRYPOINT receives the command as its arguments"
	case in.Keyword == "entrypoint" && p.Project.GetsArguments(s):
		return "a file of the repository passes arguments or may do so, and shell form ignores them"
	case !p.Project.KernelStarts(s, words[0]):
		return "it is not known whether " + quoteShort(words[0]) + " starts without a shell"
	case strings.Contains(words[0], "/") && !strings.HasPrefix(words[0], "/") && s.MovesFolder():
		return "a stage based on this one changes the working directory"
	case p.Project.MayReadShellVariables(s):
		return "a copied file may read a variable that only a shell sets, such as PWD"
	}
	return ""
}

// hasShell reports whether /bin/sh can be expected in the image.
func hasShell(s *facts.Stage) bool {
	base, known := facts.LookupBase(s.Base())
	return !known || base.HasShell
}

// isReserved reports whether a word is a keyword of the shell's grammar.
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

// jsonArray writes words as people write them: with a space after each comma, and
// escapes only where JSON requires them.
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
