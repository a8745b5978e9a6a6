package dockerfile

import (
	"math"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// copyWords splits a COPY or ADD in its sources and its destination; ok is false
// for one that has not both. Here-documents are no sources.
func copyWords(in *dockerfile.Instruction) (sources []dockerfile.Word, destination dockerfile.Word, ok bool) {
	if len(in.Words) < 2 {
		return nil, destination, false
	}
	last := len(in.Words) - 1
	return in.Words[:last], in.Words[last], true
}

// bare is a word without the quotes around it.
func bare(word string) string {
	if n := len(word); n >= 2 && (word[0] == '"' || word[0] == '\'') && word[n-1] == word[0] {
		return word[1 : n-1]
	}
	return word
}

// flagOf is the value of an instruction's flag.
func flagOf(in *dockerfile.Instruction, name string) (flag dockerfile.Flag, ok bool) {
	for _, f := range in.Flags {
		if f.Name == name {
			return f, true
		}
	}
	return flag, false
}

// isRemote reports whether ADD fetches a source.
func isRemote(source string) bool {
	return strings.Contains(source, "://") || strings.HasPrefix(source, "git@")
}

// isAbsoluteDestination reports whether a path is absolute, of Windows too.
func isAbsoluteDestination(path string) bool {
	drive := len(path) > 1 && path[1] == ':' && (path[0]|0x20) >= 'a' && (path[0]|0x20) <= 'z'
	return drive || strings.HasPrefix(path, "/") || strings.HasPrefix(path, "\\")
}

// hasWorkdir reports whether the stage or one that it builds on sets a folder
// before the instruction.
func hasWorkdir(s *facts.Stage, in *dockerfile.Instruction) bool {
	return s.LastBefore("workdir", in) != nil
}

// maxPath is more than any path of Linux has, in bytes.
const maxPath = 4096

// lastFor has an index for each of some paths.
type lastFor map[string]int

// lastAbove is the largest index of a path and the folders above it; -1 if none
// of them has one.
func (l lastFor) lastAbove(path string) int {
	if len(path) > maxPath {
		return math.MaxInt // it is no path, so nothing is said of it
	}
	last := -1
	for i := 1; i <= len(path); i++ {
		if i < len(path) && path[i] != '/' {
			continue
		}
		if at, ok := l[path[:i]]; ok {
			last = max(last, at)
		}
	}
	return last
}
