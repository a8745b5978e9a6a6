package dockerfile

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"mvdan.cc/sh/v3/syntax"
)

// isPlainWord reports whether a shell would change nothing in a word.
func isPlainWord(word string) bool {
	return word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=@,+-") == ""
}

// isBrokenArray reports whether the text of an instruction was meant as a JSON array
// and is not one.
func isBrokenArray(in *dockerfile.Instruction) bool {
	switch in.Keyword {
	case "run", "cmd", "entrypoint", "shell", "healthcheck", "volume", "copy", "add":
	default:
		return false
	}
	return !in.JSON && len(in.Heredocs) == 0 && (in.NotStrings || looksLikeArray(strings.TrimSpace(in.Body)))
}

// looksLikeArray reports whether a text begins as an array of strings does: a
// bracket and a quote, with which no shell command begins.
func looksLikeArray(body string) bool {
	rest, ok := strings.CutPrefix(body, "[")
	rest = strings.TrimLeft(rest, " \t")
	if !ok || rest == "" {
		return false
	}
	for _, quote := range []string{`"`, "'", "“", "”", "‘", "’"} {
		if after, ok := strings.CutPrefix(rest, quote); ok {
			// [ "$a" = b ] is a shell command.
			return !strings.HasPrefix(body, "[ ") || strings.Contains(after, ",") || !strings.Contains(after, " ]") ||
				!strings.ContainsAny(after, "=-!")
		}
	}
	return false
}

// isCompound reports whether a script is more than one plain command, so that it
// cannot be written as an array.
func isCompound(in *dockerfile.Instruction) bool {
	s := in.Script()
	if s == nil || s.File == nil {
		return false
	}
	call, _ := simpleCommand(s.File)
	return call == nil || substitutes(call)
}

// substitutes reports whether a word of a command is the output of another command.
func substitutes(call *syntax.CallExpr) bool {
	found := false
	syntax.Walk(call, func(n syntax.Node) bool {
		_, is := n.(*syntax.CmdSubst)
		found = found || is
		return !found
	})
	return found
}

// eachArray visits the JSON arrays that start a program without a shell.
func eachArray(p *facts.Pass[*facts.Dockerfile], visit func([]dockerfile.Word)) {
	for _, s := range p.Doc.Stages() {
		for _, in := range s.Instructions {
			words := in.Words
			switch in.Keyword {
			case "run", "entrypoint":
			case "cmd":
				if s.Entrypoint() != nil {
					continue // arguments of a program, which may expand them
				}
			case "healthcheck":
				words = words[min(1, len(words)):]
			default:
				continue
			}
			if in.JSON && in.Err == nil && len(words) > 0 && !runsScripts(words) {
				visit(words)
			}
		}
	}
}

// runsScripts reports whether the array's program reads its arguments as a script
// or expands them itself.
func runsScripts(words []dockerfile.Word) bool {
	for i, w := range words {
		switch name := path.Base(strings.ToLower(w.Text)); name {
		case "sh", "bash", "ash", "dash", "zsh", "ksh", "fish", "busybox", "cmd", "cmd.exe", "pwsh", "powershell", "powershell.exe", "envsubst", "gomplate", "su",
			"awk", "perl", "make", "find", "xargs", "watch", "parallel", "entr", "nodemon", "concurrently", "npx", "npm", "yarn", "supervisord":
			return true
		}
		if i > 2 {
			break
		}
	}
	return false
}
