package facts

import (
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/tailscale/hujson"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeLoad is one way in which the repository loads a Compose file together with
// others, as one project.
type ComposeLoad struct {
	// Files are all of them, by their paths from the root of the repository, in the
	// order in which each completes those before it. One whose name is not known is
	// empty.
	Files []string
	// By names the file that loads them.
	By string
}

// Loads lists the ways in which something in the repository loads the document with
// other Compose files: the dockerComposeFile of a devcontainer.json, several -f of a
// command, COMPOSE_FILE.
func (p *Project) Loads(f *Compose) []ComposeLoad {
	if !p.known() || f.Name == "" {
		return nil
	}
	return p.loads.get(func() []ComposeLoad {
		var found []ComposeLoad
		for _, loads := range p.composeLoads() {
			for _, l := range loads.lists[path.Base(f.Name)] {
				if files := l.resolve(f.Name); files != nil {
					found = append(found, ComposeLoad{Files: files, By: l.by})
				}
			}
		}
		return found
	})
}

// RunByPodmanOnly reports whether the document is written for podman-compose: its name
// or its folder says so, or the files around run podman-compose on it, and never Compose.
func (p *Project) RunByPodmanOnly(f *Compose) bool {
	if hasNamePart(f.Name, "podman") {
		return true
	}
	if !p.known() {
		return false
	}
	all := p.composeLoads()
	if !slices.ContainsFunc(all, func(l *composeLoads) bool { return l.podman }) {
		return false
	}
	podman := false
	for _, l := range all {
		for _, r := range l.runsOf(f.Name) {
			if !r.runs(f.Name) {
				continue
			}
			if !r.podman {
				return false
			}
			podman = true
		}
	}
	return podman
}

// composeList is a list of Compose files as a file of the repository writes it.
type composeList struct {
	words []string
	// by is the path of the file; exact is set where the words are relative to its
	// folder, and not to wherever a command is run.
	by    string
	exact bool
}

// resolve lists the files by their paths from the root; nil where the document is none
// of them.
func (l composeList) resolve(document string) []string {
	for base := path.Dir(l.by); ; base = path.Dir(base) {
		if slices.ContainsFunc(l.words, func(word string) bool { return path.Join(base, word) == document }) {
			files := make([]string, len(l.words))
			for i, word := range l.words {
				if word != "" {
					files[i] = path.Join(base, word)
				}
			}
			return files
		}
		if l.exact || base == "." || base == "/" {
			return nil
		}
	}
}

// composeRun is a command that runs Compose, or podman-compose.
type composeRun struct {
	composeList
	podman bool
}

// runs reports whether the command is about the document: it names it, or names none
// where the document is the default one.
func (r composeRun) runs(document string) bool {
	if len(r.words) > 0 {
		return r.resolve(document) != nil
	}
	return slices.Contains(DefaultComposeNames, path.Base(document)) && path.Dir(document) == path.Dir(r.by)
}

// composeText is what a text says of how Compose files are loaded.
type composeText struct {
	lists []composeList
	runs  []composeRun
}

// composeLoads are what several texts say of it.
type composeLoads struct {
	// lists are those of at least two files, by the base name of each.
	lists map[string][]composeList
	// runs are by the base name of each file, or by the folder of the text where they
	// name none.
	runs map[string][]composeRun
	// podman is set where one of the runs is by podman-compose.
	podman bool
	// words is how many there are in all.
	words int
}

// Weight is about how many bytes of memory it takes.
func (l *composeLoads) Weight() int {
	const word = 128 // with its part of a list, and of the index
	return word * l.words
}

func (l *composeLoads) add(t *composeText) {
	for _, list := range t.lists {
		if len(list.words) > 1 {
			index(&l.lists, list.baseNames(), list)
			l.words += len(list.words)
		}
	}
	for _, r := range t.runs {
		keys := r.baseNames()
		if len(r.words) == 0 {
			keys = []string{folderKey(r.by)}
		}
		index(&l.runs, keys, r)
		l.podman = l.podman || r.podman
		l.words += len(r.words) + 1
	}
}

// runsOf are the runs that may be about the document.
func (l *composeLoads) runsOf(document string) []composeRun {
	return slices.Concat(l.runs[path.Base(document)], l.runs[folderKey(document)])
}

// folderKey is the folder of a file, unlike any base name.
func folderKey(name string) string { return path.Dir(name) + "/" }

// baseNames are those of the files, each once.
func (l composeList) baseNames() []string {
	names := make([]string, len(l.words))
	for i, word := range l.words {
		names[i] = path.Base(path.Clean(word))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// index adds a value to a map of lists under several keys.
func index[V any](to *map[string][]V, keys []string, value V) {
	if *to == nil {
		*to = map[string][]V{}
	}
	for _, key := range keys {
		(*to)[key] = append((*to)[key], value)
	}
}

// composeLoads are what the texts of the whole repository say, then what the documents and
// the dev containers of each folder around do.
func (p *Project) composeLoads() []*composeLoads {
	return p.loaders.get(func() []*composeLoads {
		all := []*composeLoads{p.repositoryTexts().loads}
		for gate := range p.foldersUp(maxFoldersUp) {
			all = append(all, lint.Derived(gate, func() *composeLoads { return loadsIn(gate) }))
		}
		return all
	})
}

// loadsIn reads the documents and the dev containers of one folder.
func loadsIn(gate lint.Context) *composeLoads {
	f := &composeLoads{}
	read := 0
	take := func(name string, parse func(*lint.Source) *composeText) {
		if read == maxLoaders {
			return
		}
		if t, _, err := lint.Shared(gate, name, parse); err == nil {
			f.add(t)
			read++
		}
	}
	names, _ := gate.List(".")
	for _, name := range names {
		switch {
		case strings.HasSuffix(name, "devcontainer.json"):
			take(name, readDevcontainer)
		case strings.EqualFold(path.Ext(name), ".md"):
			take(name, func(src *lint.Source) *composeText { return readComposeText(src.Path, string(src.Bytes)) })
		}
	}
	inside, _ := gate.List(".devcontainer")
	for _, name := range inside {
		if folder, isDir := strings.CutSuffix(name, "/"); isDir {
			take(path.Join(".devcontainer", folder, "devcontainer.json"), readDevcontainer)
		} else if name == "devcontainer.json" {
			take(".devcontainer/"+name, readDevcontainer)
		}
	}
	return f
}

// readDevcontainer reads the list of Compose files of a dev container.
func readDevcontainer(src *lint.Source) *composeText {
	if text.CountAny(src.Bytes, "[{") > limits.Brackets {
		return &composeText{}
	}
	plain, err := hujson.Standardize(src.Bytes)
	if err != nil {
		return &composeText{}
	}
	var file struct {
		List json.RawMessage `json:"dockerComposeFile"`
	}
	var words []string
	if json.Unmarshal(plain, &file) != nil || json.Unmarshal(file.List, &words) != nil {
		return &composeText{} // none, or a single file
	}
	for i, word := range words {
		words[i] = composeWord(word)
	}
	return &composeText{lists: []composeList{{words: words, by: src.Path, exact: true}}}
}

// composeWord is the path that a word of a command or a list names, without a variable
// for the folder that it is relative to; empty for one that is not known.
func composeWord(word string) string {
	word = strings.Trim(word, "\"'`[](),;{}")
	if at := strings.LastIndexAny(word, "})"); at >= 0 && strings.HasPrefix(word, "$") && strings.HasPrefix(word[at+1:], "/") {
		word = word[at+2:]
	} else if folder, rest, ok := strings.Cut(word, "/"); ok && strings.HasPrefix(folder, "$") {
		word = rest
	}
	if strings.ContainsAny(word, "$*{}()<>") || path.IsAbs(word) {
		return ""
	}
	return word
}

var (
	assignment  = regexp.MustCompile(`^\s*(?:export\s+|local\s+|readonly\s+|- )?([A-Za-z_][A-Za-z0-9_]*)\s*(\+=|[:?]?=|:\s)\s*(.+)$`)
	variableUse = regexp.MustCompile(`\$(?:\{([A-Za-z_][A-Za-z0-9_]*)(?:\[[@*]\])?\}|\(([A-Za-z_][A-Za-z0-9_]*)\)|([A-Za-z_][A-Za-z0-9_]*))`)
)

const (
	// maxLoadLine bounds a line with its variables put in, in bytes.
	maxLoadLine = limits.LoadLineBytes
	// maxLoadVariables is how many variables a line may use.
	maxLoadVariables = 16
	// maxLoaders is how many documents and dev containers of a folder are read.
	maxLoaders = limits.LoadersRead
)

// readComposeText reads the commands of a text that name Compose files.
func readComposeText(name, src string) *composeText {
	t := &composeText{}
	if !strings.Contains(strings.ToLower(src), "compose") && !strings.Contains(src, "-f ") {
		return t
	}
	values := map[string]string{}
	for _, line := range commandLines(src) {
		if len(line) > maxLoadLine || strings.Count(line, "$") > maxLoadVariables || strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		line = variableUse.ReplaceAllStringFunc(line, func(use string) string {
			if value, ok := values[strings.Trim(use, "${}()[@*]")]; ok {
				return value
			}
			return use
		})
		if len(line) > maxLoadLine {
			continue
		}
		if m := assignment.FindStringSubmatch(line); m != nil {
			value := strings.Trim(m[3], " \t\r\"'()")
			if m[2] == "+=" {
				value = values[m[1]] + " " + value
			}
			if len(value) > maxLoadLine {
				continue
			}
			if m[1] == "COMPOSE_FILE" {
				t.add(composeList{words: composeFileWords(value), by: name, exact: strings.HasPrefix(path.Base(name), ".env")})
				continue
			}
			if strings.Contains(value, "-f") || strings.Contains(strings.ToLower(value), "compose") {
				values[m[1]] = value
			}
			line = value
		}
		t.readCommands(name, line)
	}
	return t
}

func (t *composeText) add(l composeList) {
	if len(l.words) > 0 {
		t.lists = append(t.lists, l)
	}
}

// composeFileWords are the files of a value of COMPOSE_FILE.
func composeFileWords(value string) []string {
	value, _, _ = strings.Cut(value, " ")
	var words []string
	for _, word := range strings.FieldsFunc(value, func(r rune) bool { return r == ':' || r == ';' || r == ',' }) {
		words = append(words, composeWord(word))
	}
	return words
}

// commandLines are the lines of a text, those that go on in the next one as one.
func commandLines(src string) []string {
	var lines []string
	open := ""
	for line := range strings.Lines(src) {
		line = strings.TrimRight(line, "\r\n")
		if continues(line) && len(open) < maxLoadLine {
			open += strings.TrimRight(line, "\\ \t`^") + " "
			continue
		}
		lines = append(lines, open+line)
		open = ""
	}
	return append(lines, open)
}

// readCommands reads the commands of one line.
func (t *composeText) readCommands(name, line string) {
	var words []string
	runs, podman, named := false, false, false
	flush := func() {
		l := composeList{words: words, by: name}
		t.add(l)
		if runs {
			t.runs = append(t.runs, composeRun{composeList: l, podman: podman})
		}
		words, runs, podman, named = nil, false, false, false
	}
	before := ""
	for _, field := range strings.Fields(line) {
		word := strings.Trim(field, "\"'`[](),;")
		value, isFlag := fileFlag(word)
		isFlag = isFlag && (word != "-c" || strings.Contains(line, " stack "))
		switch {
		case field == "&&" || field == "||" || field == "|" || field == ";":
			flush()
		case named:
			value, isFlag, named = word, true, false
		case isFlag:
			named = value == ""
		case word == "podman-compose", word == "compose" && before == "podman":
			runs, podman = true, true
		case word == "docker-compose", word == "compose" && before == "docker":
			runs = true
		}
		if isFlag && isComposeFileWord(value) {
			words = append(words, composeWord(value))
		}
		if strings.HasSuffix(field, ";") {
			flush()
		}
		before = word
	}
	flush()
}

// fileFlag reports whether a word of a command is a flag that names a Compose file; the
// value is empty where that is the next word.
func fileFlag(word string) (value string, ok bool) {
	flag, value, _ := strings.Cut(word, "=")
	switch flag {
	case "-f", "--file", "--compose-file", "-c":
		return value, true
	}
	value, ok = strings.CutPrefix(word, "-f")
	return value, ok && isComposeFileWord(value)
}

// isComposeFileWord reports whether a value of such a flag may be a Compose file.
func isComposeFileWord(value string) bool {
	lower := strings.ToLower(value)
	if ext := path.Ext(lower); ext == ".yml" || ext == ".yaml" {
		return true
	}
	return strings.Contains(lower, "$") && strings.Contains(lower, "compose")
}

// DefaultComposeNames are those that Compose looks for by itself, in its order.
var DefaultComposeNames = []string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}

// ComposeSamples lists the Compose files of the document's folder that are to be copied
// before they are used, as compose.override.yaml.example, at most 12.
func (p *Project) ComposeSamples() []*Compose {
	if !p.known() {
		return nil
	}
	names, err := p.files.List(".")
	if err != nil {
		return nil
	}
	var found []*Compose
	for _, name := range names {
		if !isComposeSample(name) || len(found) == maxComposeNear {
			continue
		}
		if c, _, err := lint.Shared(p.files, name, ParseCompose); err == nil {
			found = append(found, c)
		}
	}
	return found
}

// isComposeSample reports whether a file of that name is a sample of a Compose file.
func isComposeSample(name string) bool {
	lower := strings.ToLower(name)
	for _, mark := range []string{"example", "sample", "dist", "template", "tmpl", "tpl", "default"} {
		for _, sign := range []string{".", "-", "_"} {
			if whole, ok := strings.CutSuffix(lower, sign+mark); ok && IsComposeName(whole) {
				return true
			}
		}
	}
	return IsComposeName(lower) && hasNamePart("/"+lower, "example", "sample", "dist", "template", "tmpl", "tpl")
}

// templateMark is a mark of a template engine where a key, a value or an item begins
// without quotes, or on a line of its own: no YAML means anything by it.
var templateMark = regexp.MustCompile(`(?m)^[ \t]*(?:- +)?(?:[A-Za-z0-9_.-]+:[ \t]+)?(?:\{\{|\{%|<%|@@|%%)`)

// IsTemplate reports whether a program makes the file that Compose loads from this one:
// by its name, or by the marks in its text.
func (f *Compose) IsTemplate() bool {
	return (isComposeSample(path.Base(f.Name)) && !IsComposeName(path.Base(f.Name))) ||
		hasNamePart("/"+path.Base(f.Name), "template", "tmpl", "tpl", "j2") || templateMark.Match(f.Src)
}
