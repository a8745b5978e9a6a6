package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"mvdan.cc/sh/v3/syntax"
)

// SecretMountLeaked finds RUN instructions that mount a secret and write it
// into a file of the image: by cp, by a redirection, by npm config set and its
// like. The mount is of no use then, and whoever has the image has the secret.
//
// Mount the secret where the tool looks for it (target=/root/.npmrc), hand it
// over in a variable (env=), or remove the file in the same RUN.
//
// Silent where the RUN removes the file, where it lies in another mount, and in
// stages whose layers are no part of the image.
//
// There is no fix: the program has to read the secret from the mount, and the value has to
// be changed, since it is in a layer.
var SecretMountLeaked = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "secret-mount-leaked",
		Title:    "A mounted secret is written into the image",
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
			if !ok || where != "" && (isOutside(in, where) || isRemoved(commands, where)) {
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
				Message: fmt.Sprintf("this writes the mounted secret into %s, where everybody who has the image can read it; mount it there, or remove it in the same RUN", where),
			})
			return
		}
	})
}

// mountedSecrets says how the secrets of a RUN are written in its commands.
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

// readsFile tells whether a word puts a secret's text in: $(cat FILE), $(< FILE).
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

// isSecret tells whether a word has a secret's text in it.
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
	return c == '_' || c >= '0' && c <= '9' || (c|0x20) >= 'a' && (c|0x20) <= 'z'
}

func (s mountedSecrets) isFile(word string) bool {
	for _, file := range s.files {
		if word == file {
			return true
		}
	}
	return false
}

// written tells where a command writes a secret to: a file, or nothing for the
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

// intoFolder is the file that a copy makes.
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
		if r.Op != syntax.RdrOut && r.Op != syntax.AppOut && r.Op != syntax.RdrClob || r.N != nil && r.N.Value != "1" {
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

// isOutside tells whether a path is in a mount of the RUN, so in no layer, or is
// not known.
func isOutside(in *dockerfile.Instruction, path string) bool {
	for _, m := range facts.Mounts(in) {
		if covers(m.Target, path) {
			return true
		}
	}
	return strings.HasPrefix(path, "/dev/") || strings.HasPrefix(path, "$") && !strings.HasPrefix(path, "$HOME/") && !strings.HasPrefix(path, "${HOME}/")
}

// isRemoved tells whether one of the commands removes the file, under whatever
// name of its folder.
func isRemoved(commands []*facts.Command, file string) bool {
	name := baseName(file)
	for _, c := range commands {
		switch c.Name() {
		case "trap":
			return true // what is told to run at the end
		case "rm", "shred", "unlink", "mv", "find":
			for _, a := range c.Args() {
				path := strings.TrimRight(a.Text, "/*")
				if strings.Contains(a.Text, name) || path != "" && covers(path, file) {
					return true
				}
			}
		}
	}
	return false
}

// undoesSettings tells whether a script takes a program's settings back.
func undoesSettings(script string) bool {
	for _, word := range []string{"unset", "delete", "logout", "remove-section", "rm "} {
		if strings.Contains(script, word) {
			return true
		}
	}
	return false
}
