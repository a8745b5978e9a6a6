package prove

import (
	"regexp"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// isPlain reports whether a file has nothing that BuildKit's compiler could refuse,
// whatever values its arguments get: the compiler need not be asked then. That is so of
// half of all files, and asking is a fifth of what linting one costs. Whatever is unusual is
// not plain, as are the instructions that few files have.
func isPlain(doc *facts.Dockerfile) bool {
	otherDirective := func(d dockerfile.Directive) bool { return d.Name != "syntax" || d.Problem != "" }
	if doc.Whole != nil || doc.Escape != '\\' || slices.ContainsFunc(doc.Directives, otherDirective) {
		return false
	}
	var above, names []string // of the stages above the one at hand, and of all so far
	inStage := false
	for _, in := range doc.Instructions {
		switch {
		case in.Err != nil:
			return false
		case in.Stage != nil:
			name := strings.ToLower(in.Stage.Name)
			if !isPlainStage(in.Stage) || (name != "" && slices.Contains(names, name)) {
				return false
			}
			above, inStage = names, true
			names = append(slices.Clone(names), name)
		case !inStage && in.Keyword != "arg", !isPlainInstruction(in, above):
			return false
		}
	}
	return !slices.ContainsFunc(doc.Stages(), func(s *facts.Stage) bool { return s.Base().IsWindows() })
}

var (
	// plainReference has no place for a port, a digest or capital letters; a name of 64
	// characters may be an image's id.
	plainReference = regexp.MustCompile(`^[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?$`)
	plainPort      = regexp.MustCompile(`^[0-9]{1,4}(/tcp|/udp)?$`)
)

const maxPlainReference = 63

func isPlainStage(s *instructions.Stage) bool {
	isPlainName := len(s.BaseName) <= maxPlainReference && plainReference.MatchString(s.BaseName)
	return s.Platform == "" && !strings.EqualFold(s.Name, "scratch") && isPlainName
}

// isPlainInstruction is isPlain for an instruction of a stage, by the names of those above.
func isPlainInstruction(in *dockerfile.Instruction, above []string) bool {
	switch c := in.Command.(type) {
	case *instructions.RunCommand:
		return isPlainRun(in)
	case *instructions.CmdCommand, *instructions.EntrypointCommand, *instructions.MaintainerCommand:
		return true // nothing in them is expanded
	case *instructions.WorkdirCommand:
		return isPlainPath(c.Path)
	case *instructions.UserCommand:
		return isPlainPath(strings.Replace(c.User, ":", "", 1))
	case *instructions.VolumeCommand:
		return !slices.ContainsFunc(c.Volumes, func(v string) bool { return !isPlainPath(v) })
	case *instructions.ExposeCommand:
		return !slices.ContainsFunc(c.Ports, func(p string) bool { return !plainPort.MatchString(p) })
	case *instructions.EnvCommand:
		return arePlain(c.Env)
	case *instructions.LabelCommand:
		return arePlain(c.Labels)
	case *instructions.ArgCommand:
		return !slices.ContainsFunc(c.Args, func(a instructions.KeyValuePairOptional) bool {
			return !isPlainPath(a.Key) || (a.Value != nil && !isPlainValue(*a.Value))
		})
	case *instructions.CopyCommand:
		return isPlainCopy(c, in, above)
	}
	return false
}

func isPlainCopy(c *instructions.CopyCommand, in *dockerfile.Instruction, above []string) bool {
	fromAbove := c.From != "" && slices.Contains(above, strings.ToLower(c.From))
	if len(in.Heredocs) > 0 || len(in.Flags) > 1 || (len(in.Flags) == 1 && !fromAbove) {
		return false
	}
	return isPlainPath(c.DestPath) && !slices.ContainsFunc(c.SourcePaths, func(p string) bool { return !isPlainPath(p) })
}

// isPlainPath reports whether a word is not empty and has nothing that is expanded, that
// is an escape, or that makes an address of it.
func isPlainPath(word string) bool {
	for i := range len(word) {
		switch c := word[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("_./*-", c) >= 0:
		default:
			return false
		}
	}
	return word != "" && !strings.Contains(word, "git")
}

func arePlain(pairs instructions.KeyValuePairs) bool {
	return !slices.ContainsFunc(pairs, func(p instructions.KeyValuePair) bool { return !isPlainPath(p.Key) || !isPlainValue(p.Value) })
}

// isPlainValue reports whether the shell's rules for a value have nothing to refuse: it has
// no escapes, no quotes but around all of it, and variables by their names alone.
func isPlainValue(value string) bool {
	if n := len(value); n > 1 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
		value = value[1 : n-1]
	}
	for {
		i := strings.IndexAny(value, "$\"'\\")
		if i < 0 {
			return true
		}
		if value[i] != '$' {
			return false
		}
		name := value[i+1:]
		inBraces, braces := strings.CutPrefix(name, "{")
		if braces {
			name = inBraces
		}
		length := 0
		for length < len(name) && isNameByte(name[length], length == 0) {
			length++
		}
		closed := length < len(name) && name[length] == '}'
		if length == 0 || (braces && !closed) {
			return false
		}
		value = name[length:]
	}
}

func isNameByte(c byte, first bool) bool {
	return c == '_' || text.IsLetter(c) || (!first && text.IsDigit(c))
}
