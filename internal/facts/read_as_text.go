package facts

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
)

// readerLines are the lines of a repository's programs that may look for something in
// the text of a Dockerfile.
type readerLines struct {
	lines []string
	// all is false where there are more programs than are read.
	all bool
}

// Weight is about how many bytes of memory the lines take.
func (r *readerLines) Weight() int {
	weight := 0
	for _, line := range r.lines {
		weight += len(line)
	}
	return weight
}

// ReadAsText reports whether a program of the repository may read instructions of a kind
// as text, as with awk, sed or a regular expression: it looks for the keyword, or for the
// key that the instruction sets. It is true where there are more programs than are read.
func (p *Project) ReadAsText(keyword, key string) bool {
	if !p.known() {
		return false
	}
	root, _ := p.top()
	readers := lint.Derived(root, func() *readerLines {
		r := &readerLines{}
		all := walkRepository(root, isProgram, r.read)
		r.all = all && len(r.lines) < limits.ReaderLines
		return r
	})
	if !readers.all {
		return true
	}
	keyword = strings.ToUpper(keyword)
	for _, line := range readers.lines {
		if countWord(line, key) > 0 || looksFor(line, keyword) {
			return true
		}
	}
	return false
}

func (r *readerLines) read(gate lint.Context, name string) {
	src, err := gate.ReadFile(name)
	if err != nil || len(src) > maxTextSize {
		return
	}
	if path.Ext(name) == "" && !isNamedProgram(name) && !strings.HasPrefix(string(src), "#!") {
		return
	}
	text := string(src)
	readsDockerfile := containsAny(text, "ockerfile", "DOCKERFILE")
	if !readsDockerfile && !containsAny(text, "ENV", "LABEL") {
		return
	}
	for line := range strings.Lines(text) {
		if len(line) > limits.LoadLineBytes || len(r.lines) == limits.ReaderLines {
			continue
		}
		searches := readsDockerfile && containsAny(line, "grep", "awk", "sed ", "cut ", "perl", "rg ", "match", "search", "split", "find", "scan", "startswith", "Prefix", "egex", "re.", "Select-String", "=~")
		if searches || looksFor(line, "ENV") || looksFor(line, "LABEL") {
			r.lines = append(r.lines, line)
		}
	}
}

// looksFor reports whether a text or a pattern of a program begins with a keyword:
// "ENV ", '^ENV\s+', /ENV [A-Z]/.
func looksFor(line, keyword string) bool {
	for at := 0; ; {
		i := strings.Index(line[at:], keyword)
		if i < 0 {
			return false
		}
		start, end := at+i, at+i+len(keyword)
		at = end
		before := strings.TrimRight(line[:start], "(?:")
		begins := before != "" && strings.ContainsRune("\"'`^/|", rune(before[len(before)-1]))
		if begins && end < len(line) && strings.IndexByte(" \\[(.\"'`|)+\t", line[end]) >= 0 {
			return true
		}
	}
}

// isNamedProgram reports whether a file of that name, which has no ending, says how
// something is made.
func isNamedProgram(name string) bool {
	switch strings.ToLower(name) {
	case "makefile", "gnumakefile", "rakefile", "justfile", "jenkinsfile", "taskfile":
		return true
	}
	return false
}

// isProgram reports whether a file of that name may be a program, or tell one what to
// look for.
func isProgram(name string) bool {
	lower := strings.ToLower(name)
	if strings.HasPrefix(lower, "makefile") || strings.Contains(lower, "renovate") {
		return true
	}
	switch path.Ext(lower) {
	case "":
		return !isDockerfileName(lower)
	case ".go", ".py", ".rb", ".js", ".mjs", ".cjs", ".ts", ".pl", ".pm", ".php", ".rs", ".java", ".kt", ".kts", ".groovy", ".gradle", ".sh", ".bash", ".zsh", ".fish",
		".awk", ".sed", ".mk", ".ps1", ".psm1", ".bat", ".cmd", ".jq", ".ex", ".exs", ".lua", ".cs", ".r", ".yml", ".yaml":
		return !IsComposeName(lower)
	}
	return lower == "package.json"
}
