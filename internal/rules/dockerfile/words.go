package dockerfile

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return strings.TrimRight(line, " \t\r\\`")
}

// baseName is the last part of a path, of Windows too.
func baseName(path string) string { return path[strings.LastIndexAny(path, `/\`)+1:] }

func firstWord(words []facts.Argument) string {
	if len(words) == 0 {
		return ""
	}
	return words[0].Text
}

// mentions reports whether one of the words is anywhere in the file. It lets a rule stop
// early.
func mentions(d *facts.Dockerfile, words ...string) bool {
	return slices.ContainsFunc(words, d.Mentions)
}

func allPaths(words []facts.Argument) bool {
	for _, w := range words {
		if !isPath(w.Text) && (!strings.HasSuffix(w.Text, ".rpm") || strings.Contains(w.Text, "://")) {
			return false
		}
	}
	return true
}

// quoteShort quotes a text for a message, on one line and of bounded length. A
// text with quotes of its own stays readable between backquotes.
func quoteShort(s string) string {
	s = short(s)
	if strings.IndexByte(s, '"') >= 0 && strconv.CanBackquote(s) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}

// lastPart is the last part of a path, for a folder too.
func lastPart(w dockerfile.Word) string { return baseName(strings.TrimRight(bare(w.Text), "/")) }

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// short bounds a text that a message quotes.
func short(s string) string {
	const longest = 60
	if len(s) <= longest {
		return s
	}
	return strings.ToValidUTF8(s[:longest], "") + "…"
}

// isSystemDirectory reports whether a path is one of the system's folders, or is in one
// that does not belong to a single program.
func isSystemDirectory(path string) bool {
	path = strings.TrimRight(path, "/")
	for _, dir := range []string{"/proc", "/sys", "/dev", "/boot", "/lib", "/lib64", "/bin", "/sbin", "/etc", "/usr/bin", "/usr/sbin", "/usr/lib", "/run"} {
		if path == dir || (strings.HasPrefix(path, dir+"/") && dir != "/etc" && dir != "/usr/lib" && dir != "/run" && dir != "/lib") {
			return true
		}
	}
	return false
}

// isAbsolute reports whether a path of Unix or Windows is absolute; a variable may hold
// such a path.
func isAbsolute(path string) bool {
	return strings.HasPrefix(path, "/") || strings.HasPrefix(path, "\\") || strings.HasPrefix(path, "$") || (len(path) > 1 && path[1] == ':')
}
