package facts

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// Shell is a stage's shell at one place.
type Shell struct {
	// Words is the command line that precedes a shell form's text. Of a shell that a
	// comment names, it is the program alone.
	Words []string
	// Instruction is nil for a default, and for a shell that a comment names.
	Instruction *dockerfile.Instruction
	// Comment is set where "# hadolint shell=" names the shell. It says which one the
	// base image has; it changes nothing in the build.
	Comment bool
	// Windows is set when the stage's base is a Windows image.
	Windows bool
}

// IsDefault reports whether the shell is Docker's own, since nothing names another.
func (s Shell) IsDefault() bool { return s.Instruction == nil && !s.Comment }

// IsPOSIX reports whether the shell reads the language that Script parses.
func (s Shell) IsPOSIX() bool {
	if len(s.Words) == 0 {
		return false
	}
	name := s.Words[0]
	switch name[strings.LastIndexAny(name, `/\`)+1:] {
	case "sh", "bash", "dash", "ash", "ksh", "mksh", "busybox", "zsh":
		return true
	}
	return false
}

// shellSetting is a shell from an offset in the file on.
type shellSetting struct {
	at    int
	shell Shell
}

func shellOf(in *dockerfile.Instruction) shellSetting {
	words := make([]string, len(in.Words))
	for i, w := range in.Words {
		words[i] = w.Text
	}
	return shellSetting{in.Span.Start, Shell{Words: words, Instruction: in}}
}

// shellComments are the shells that comments between instructions name, top first.
func shellComments(d *dockerfile.Document) []shellSetting {
	var found []shellSetting
	for _, l := range d.Physical {
		if l.Kind != dockerfile.CommentLine || l.Instruction >= 0 {
			continue
		}
		if name, ok := shellComment(string(d.Src[l.Text:l.EOL])); ok {
			found = append(found, shellSetting{l.Text, Shell{Words: []string{name}, Comment: true}})
		}
	}
	return found
}

// shellComment reads "# hadolint shell=NAME", with another comment after it or
// without. Like hadolint it takes one word and lower case alone.
func shellComment(comment string) (name string, ok bool) {
	const blanks = " \t"
	rest, ok := strings.CutPrefix(strings.TrimLeft(strings.TrimPrefix(comment, "#"), blanks), "hadolint")
	key := strings.TrimLeft(rest, blanks)
	if !ok || key == rest {
		return "", false
	}
	value, ok := strings.CutPrefix(key, "shell")
	value, assigned := strings.CutPrefix(strings.TrimLeft(value, blanks), "=")
	if !ok || !assigned {
		return "", false
	}
	value = strings.Trim(value, blanks+"\r")
	end := strings.IndexAny(value, blanks)
	if end < 0 {
		return value, value != ""
	}
	return value[:end], strings.HasPrefix(strings.TrimLeft(value[end:], blanks), "#")
}

// takeShells gives the comments before an offset to the stage that is open there,
// and those above the first FROM to the file. The rest is returned.
func (f *Dockerfile) takeShells(comments []shellSetting, before int) []shellSetting {
	for len(comments) > 0 && comments[0].at < before {
		if n := len(f.stages); n > 0 {
			f.stages[n-1].shells = append(f.stages[n-1].shells, comments[0])
		} else {
			f.shell = &comments[0]
		}
		comments = comments[1:]
	}
	return comments
}

// Shell is the shell with which an instruction of the stage runs. A stage begins with
// the shell of the stage that it builds on, or with the one that a comment above the
// first FROM names.
func (s *Stage) Shell(in *dockerfile.Instruction) Shell {
	windows := s.onWindows()
	var set *shellSetting
	if n, _ := slices.BinarySearchFunc(s.shells, in.Span.Start, func(x shellSetting, at int) int { return cmp.Compare(x.at, at) }); n > 0 {
		set = &s.shells[n-1]
	} else if s.Parent != nil {
		set = s.Parent.lastShell()
	} else {
		set = s.doc.shell
	}
	switch {
	case set != nil:
		shell := set.shell
		shell.Windows = windows
		return shell
	case windows:
		return Shell{Words: []string{"cmd", "/S", "/C"}, Windows: true}
	}
	return Shell{Words: []string{"/bin/sh", "-c"}}
}

// lastShell is what sets the shell that holds at the end of the stage; nil for none.
func (s *Stage) lastShell() *shellSetting {
	switch n := len(s.shells); {
	case n > 0:
		return &s.shells[n-1]
	case s.Parent == nil:
		return s.doc.shell
	}
	return Once(s.doc, "last shell", s, s.Parent.lastShell)
}
