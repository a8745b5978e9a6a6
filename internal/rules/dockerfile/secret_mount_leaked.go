package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"mvdan.cc/sh/v3/syntax"
)

// SecretMountLeaked reports `RUN` instructions that mount a secret and then write it into
// a file of the image: with `cp`, with a redirection, or with a command such as `npm
// config set`.
//
// # Why it matters
//
// A secret mount keeps the secret out of the image's layers. A copy of it ends up in a
// layer, where anyone who has the image can read it, which defeats the purpose of the
// mount.
//
// # How to fix it
//
// Mount the secret where the tool looks for it, or pass it as a variable with `env=`:
//
//	RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci
//
// If the tool must write the file, remove it in the same `RUN`. If the image was
// already pushed, revoke the secret and create a new one.
//
// # Fix safety
//
// There is no automatic fix: the program must read the secret from the mount, and the secret must be
// replaced because it is already in a layer.
//
// # Exceptions
//
// It does not report:
//
//   - a file that the same `RUN` removes, and settings that the same `RUN` unsets
//   - a `RUN` that sets a trap, which may remove the file
//   - a file in another mount
//   - stages whose layers are not part of the image
var SecretMountLeaked = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "secret-mount-leaked",
		Title:    "Mounted secret is written into the image",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkSecretMountLeaked,
}

func checkSecretMountLeaked(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("run", true, func(in *dockerfile.Instruction) {
		if !hasSecretMount(in) || !shipsLayers(p.Doc, in) {
			return
		}
		secrets := readSecrets(p.Doc, in)
		commands := p.Doc.Commands(in)
		for _, c := range commands {
			where, ok := secrets.written(c)
			if !ok || (where != "" && (isOutside(in, where) || isRemoved(commands, where))) {
				continue
			}
			if where == "" {
				if undoesSettings(p.Doc.Text(in.Span)) {
					continue
				}
				where = "the settings of " + c.Name()
			} else {
				where = quoteShort(where)
			}
			p.Report(lint.Finding{
				Span:    c.Span,
				Message: fmt.Sprintf("this writes the mounted secret into %s, where anyone with the image can read it; mount the secret there, or remove it in the same RUN", where),
			})
			return
		}
	})
}

// mountedSecrets holds the names under which commands of a RUN can use its secrets.
type mountedSecrets struct {
	doc   *facts.Dockerfile
	files []string
	// variables are those of env=, and those that take the text of a file.
	variables []string
}

func readSecrets(d *facts.Dockerfile, in *dockerfile.Instruction) mountedSecrets {
	s := mountedSecrets{doc: d}
	for _, m := range facts.Mounts(in) {
		if m.Type != "secret" {
			continue
		}
		if m.Target != "" {
			s.files = append(s.files, m.Target)
		}
		if m.Env != "" {
			s.variables = append(s.variables, m.Env)
		}
	}
	script := in.Script()
	if script == nil || script.File == nil {
		return s
	}
	syntax.Walk(script.File, func(n syntax.Node) bool {
		if a, ok := n.(*syntax.Assign); ok && a.Name != nil && a.Value != nil && s.readsFile(d.Text(script.SpanOf(a.Value))) {
			s.variables = append(s.variables, a.Name.Value)
		}
		return true
	})
	return s
}

// readsFile reports whether a word inserts the text of a secret: $(cat FILE), $(< FILE).
func (s mountedSecrets) readsFile(word string) bool {
	for _, file := range s.files {
		for _, before := range []string{"$(cat ", "$(cat \"", "$(<", "$(< ", "`cat "} {
			if _, after, ok := strings.Cut(word, before+file); ok && (after == "" || strings.ContainsRune(")`\" |", rune(after[0]))) {
				return true
			}
		}
	}
	return false
}

// isSecret reports whether a word contains the text of a secret.
func (s mountedSecrets) isSecret(word string) bool {
	if s.readsFile(word) {
		return true
	}
	for _, v := range s.variables {
		if strings.Contains(word, "${"+v+"}") {
			return true
		}
		if _, after, ok := strings.Cut(word, "$"+v); ok && (after == "" || !isNameByte(after[0])) {
			return true
		}
	}
	return false
}

func isNameByte(c byte) bool {
	return c == '_' || (c >= '0' && c <= '9') || ((c|0x20) >= 'a' && (c|0x20) <= 'z')
}

func (s mountedSecrets) isFile(word string) bool {
	for _, file := range s.files {
		if word == file {
			return true
		}
	}
	return false
}

// written returns the file that a command writes a secret to; where is empty for the
// settings of the command itself.
func (s mountedSecrets) written(c *facts.Command) (where string, ok bool) {
	args := c.Positional()
	holds := false
	for _, a := range args {
		holds = holds || s.isSecret(a.Text)
	}
	switch c.Name() {
	case "cp", "install", "mv":
		if n := len(args); n >= 2 && s.isFile(args[n-2].Text) && args[n-1].Literal {
			return intoFolder(args[n-1].Text, args[n-2].Text), true
		}
	case "cat", "envsubst", "base64", "sed":
		for _, a := range args {
			if s.isFile(a.Text) {
				return redirectedTo(c)
			}
		}
	case "echo", "printf":
		if holds {
			return redirectedTo(c)
		}
	case "npm", "yarn", "pnpm", "git", "pip", "poetry", "composer", "bundle":
		// "set" for npm, "config set" for npm, yarn, pnpm and pip; for the others "config KEY VALUE".
		first := firstAction(c)
		global := c.Name() != "git" || c.HasFlag("--global", "--system")
		return "", holds && global && len(args) >= 3 && (first == "config" || first == "set")
	}
	return "", false
}

// intoFolder returns the path of the file that a copy creates.
func intoFolder(target, source string) string {
	if strings.HasSuffix(target, "/") {
		return target + baseName(source)
	}
	return target
}

// redirectedTo is the file into which a command's output goes.
func redirectedTo(c *facts.Command) (file string, ok bool) {
	if c.Stmt == nil {
		return "", false
	}
	for _, r := range c.Stmt.Redirs {
		if r.Op != syntax.RdrOut && r.Op != syntax.AppOut && r.Op != syntax.RdrClob {
			continue
		}
		if r.N != nil && r.N.Value != "1" {
			continue
		}
		text, _ := facts.Literal(r.Word)
		if text == "" {
			text = c.Instruction.Document().Text(c.Script.SpanOf(r.Word))
		}
		text = strings.Trim(text, `"'`)
		return text, text != "" && !strings.HasPrefix(text, "/dev/") && !strings.HasPrefix(text, "/proc/")
	}
	return "", false
}

// isOutside reports whether a path is in a mount of the RUN, and so not in a layer, or is
// not known.
func isOutside(in *dockerfile.Instruction, path string) bool {
	for _, m := range facts.Mounts(in) {
		if covers(m.Target, path) {
			return true
		}
	}
	return strings.HasPrefix(path, "/dev/") ||
		(strings.HasPrefix(path, "$") && !strings.HasPrefix(path, "$HOME/") && !strings.HasPrefix(path, "${HOME}/"))
}

// isRemoved reports whether one of the commands removes the file, whatever name it uses
// for the folder.
func isRemoved(commands []*facts.Command, file string) bool {
	name := baseName(file)
	for _, c := range commands {
		switch c.Name() {
		case "trap":
			return true // its command runs at the end and may remove the file
		case "rm", "shred", "unlink", "mv", "find":
			for _, a := range c.Args() {
				path := strings.TrimRight(a.Text, "/*")
				if strings.Contains(a.Text, name) || (path != "" && covers(path, file)) {
					return true
				}
			}
		}
	}
	return false
}

// undoesSettings reports whether a script removes a setting of a program again.
func undoesSettings(script string) bool {
	for _, word := range []string{"unset", "delete", "logout", "remove-section", "rm "} {
		if strings.Contains(script, word) {
			return true
		}
	}
	return false
}
