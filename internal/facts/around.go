package facts

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
)

// Limits on the files that say how things are built and run.
const (
	// maxTexts is how many of them are read for one document.
	maxTexts = limits.BuildTexts
	// maxTextSize is in bytes; a larger file is left out.
	maxTextSize = limits.BuildTextBytes
	// maxTextFolders is how many folders are listed.
	maxTextFolders = limits.BuildFolders
)

// buildText is a file that says how images are built, or what is started: a
// Compose file, a workflow, a file for bake, a Makefile, a script, an .env.
type buildText struct {
	// name is how reports name it.
	name string
	src  string

	split lazy[[]string]
	// parents has for each line the nearest one above with less indentation, -1 for none.
	parents lazy[[]int]
	// inBuild has for each line whether a command that goes on in it is a build so far.
	inBuild lazy[[]bool]
	// lists is set where a list of tags holds whole references, metadata where an action
	// makes them.
	lists, metadata lazy[bool]
	// tagged are the variables that are the tag of a build.
	tagged lazy[map[string]bool]
	// images has the tags of those of its services with a build, by their names.
	images lazy[map[string][]string]
}

func readBuildText(src *lint.Source) *buildText {
	return &buildText{name: src.Path, src: string(src.Bytes)}
}

// Weight is about how many bytes of memory the text takes: its own, and its lines.
func (t *buildText) Weight() int { return 2 * len(t.src) }

// lines are those of the text.
func (t *buildText) lines() []string {
	return t.split.get(func() []string { return strings.Split(t.src, "\n") })
}

// isBuildText reports whether a file of that name is one.
func isBuildText(name string) bool {
	lower := strings.ToLower(name)
	switch {
	case strings.HasPrefix(lower, ".env"),
		strings.HasPrefix(lower, "readme"),
		strings.HasPrefix(lower, "makefile"),
		strings.HasPrefix(lower, "jenkinsfile"),
		strings.HasPrefix(lower, "docker-bake"):
		return true
	}
	switch lower {
	case "gnumakefile", "justfile", "taskfile", "package.json", "tiltfile", "earthfile":
		return true
	}
	switch path.Ext(lower) {
	case ".yml", ".yaml", ".sh", ".bash", ".mk", ".hcl", ".env", ".ps1", ".bat":
		return true
	}
	return false
}

// holdsBuildTexts reports whether a folder of that name, beside a document or
// above it, is one in which people keep such files.
func holdsBuildTexts(folder string) bool {
	lower := strings.ToLower(folder)
	return lower == ".github" || lower == "workflows" || lower == ".circleci" || lower == "ci" || lower == "ops" ||
		containsAny(lower, "docker", "build", "bake", "compose", "deploy", "script", "infra", "make", "release", "hack")
}

// folderTexts are such files of a folder, and of folders in it with a usual name, with
// what was asked of them. All documents below share them.
type folderTexts struct {
	texts []*buildText
	// built and contexts are answers, by the image's name.
	built, contexts memo[string, string]
}

// Weight is about how many bytes of memory the texts take.
func (f *folderTexts) Weight() (bytes int) {
	for _, t := range f.texts {
		bytes += len(t.src)
	}
	return bytes
}

// textsNear are such files of the document's folder, of four above and of the top of
// the repository.
func (p *Project) textsNear() []*folderTexts {
	if !p.known() {
		return nil
	}
	return p.near.get(func() []*folderTexts {
		var all []*folderTexts
		top, isTop := p.top()
		for gate := range p.foldersUp(maxAbove) {
			all = append(all, textsOf(gate))
			isTop = isTop && gate.Path(".") != top.Path(".")
		}
		if isTop {
			all = append(all, textsOf(top))
		}
		return all
	})
}

func textsOf(gate lint.Context) *folderTexts {
	return lint.Derived(gate, func() *folderTexts {
		f := &folderTexts{}
		walkTexts(gate, 2, holdsBuildTexts, func(_ lint.Context, _ string, t *buildText) { f.texts = append(f.texts, t) })
		return f
	})
}

// top is the highest folder that may be looked at, or the one with .git below it; isWhole
// reports whether it is that one.
func (p *Project) top() (gate lint.Context, isWhole bool) {
	gate = p.files
	for up := ".."; ; up = path.Join("..", up) {
		if _, isWhole = gate.Exists(".git"); isWhole {
			return gate, true
		}
		above, err := p.files.In(up, "")
		if err != nil || strings.Count(up, "..") > maxFoldersUp {
			return gate, false
		}
		gate = above
	}
}

// find names the first text that holds something; empty where none does.
func (f *folderTexts) find(holds func(*buildText) bool) string {
	for _, t := range f.texts {
		if holds(t) {
			return t.name
		}
	}
	return ""
}

// repositoryTexts are such files of a whole repository, and what they say of how Compose
// files are loaded. The texts are asked for again where they are needed, which is seldom:
// together they may be more than is kept.
type repositoryTexts struct {
	places []textPlace
	loads  *composeLoads
	// arguments are answers of NamesArgument, by the argument's name.
	arguments memo[string, bool]
}

// textPlace is where a text lies.
type textPlace struct {
	folder lint.Context
	name   string
}

// Weight is about how many bytes of memory the places take, and what the texts say.
func (r *repositoryTexts) Weight() int {
	const place = 128
	return place*len(r.places) + r.loads.Weight()
}

// repositoryTexts are such files of the whole repository, which is known.
func (p *Project) repositoryTexts() *repositoryTexts {
	return p.all.get(func() *repositoryTexts {
		root, _ := p.top()
		return lint.Derived(root, func() *repositoryTexts {
			r := &repositoryTexts{loads: &composeLoads{}}
			walkTexts(root, maxTreeDepth, isOwnFolder, func(folder lint.Context, name string, t *buildText) {
				r.places = append(r.places, textPlace{folder, name})
				r.loads.add(readComposeText(t.name, t.src))
			})
			return r
		})
	})
}

// findText names the first text of the repository that holds something; empty where none
// does.
func (p *Project) findText(holds func(*buildText) bool) string {
	if !p.known() {
		return ""
	}
	for _, at := range p.repositoryTexts().places {
		if t, _, err := lint.Shared(at.folder, at.name, readBuildText); err == nil && holds(t) {
			return t.name
		}
	}
	return ""
}

// fileWalk lists files of a folder and of those below.
type fileWalk struct {
	// folders and files are how many more are looked at.
	folders, files int
	// enter reports whether to look into a folder of that name, wanted whether to visit a
	// file of that name.
	enter, wanted func(name string) bool
	visit         func(gate lint.Context, name string)
	// cut is set where there is more than was looked at.
	cut bool
}

// walkTexts gives take the files in a folder and in those below that enter takes, in the
// order of their paths.
func walkTexts(gate lint.Context, depth int, enter func(folder string) bool, take func(folder lint.Context, name string, t *buildText)) {
	w := fileWalk{
		folders: maxTextFolders, files: maxTexts, enter: enter, wanted: isBuildText,
		visit: func(gate lint.Context, name string) {
			if t, _, err := lint.Shared(gate, name, readBuildText); err == nil && len(t.src) <= maxTextSize {
				take(gate, name, t)
			}
		},
	}
	w.folder(gate, depth)
	if w.cut {
		gate.Cut(fmt.Sprintf("more than %s files, or more than %s folders, may say how images are built: only the first in the order of their paths were read",
			limits.Number(maxTexts), limits.Number(maxTextFolders)))
	}
}

// walkRepository visits the files with a wanted name of the repository in which a gate
// lies; all is false where there are more than are looked at.
func walkRepository(root lint.Context, wanted func(name string) bool, visit func(gate lint.Context, name string)) (all bool) {
	w := fileWalk{folders: maxTextFolders, files: maxTexts, enter: isOwnFolder, wanted: wanted, visit: visit}
	w.folder(root, maxTreeDepth)
	return !w.cut
}

// isOwnFolder reports whether people keep files of their own in a folder of that name.
func isOwnFolder(folder string) bool { return folder != "vendor" && !isFilledByPrograms(folder) }

func (w *fileWalk) folder(gate lint.Context, depth int) {
	if depth < 0 {
		return
	}
	if w.folders--; w.folders < 0 {
		w.cut = true
		return
	}
	names, err := gate.List(".")
	if err != nil {
		return
	}
	for _, name := range names {
		if w.cut && w.files == 0 {
			return
		}
		folder, isDir := strings.CutSuffix(name, "/")
		switch {
		case isDir && w.enter(folder):
			if below, err := gate.In(folder, ""); err == nil {
				w.folder(below, depth-1)
			}
		case isDir || !w.wanted(name):
		case w.files == 0:
			w.cut = true
		default:
			w.files--
			w.visit(gate, name)
		}
	}
}

// NamedContext names a file around in which a build has a context of that name, which
// takes the place of an image; empty where there is none.
func (p *Project) NamedContext(reference string) string {
	if reference == "" || strings.Contains(reference, "$") {
		return ""
	}
	for _, f := range p.textsNear() {
		answer := func() string { return f.find(func(t *buildText) bool { return t.namesContext(reference) }) }
		if by := f.contexts.get(reference, answer); by != "" {
			return by
		}
	}
	return ""
}

// NamedBy names another file of the repository in which the name of a file stands,
// as in "-f compose.yaml" or "include: ../compose.yaml"; empty where there is none.
func (p *Project) NamedBy(own, name string) string {
	return p.findText(func(t *buildText) bool { return t.name != own && countWord(t.src, name) > 0 })
}

// ComposeNaming names another Compose file of the repository in which a word stands;
// empty where there is none.
func (p *Project) ComposeNaming(own, word string) string {
	return p.findText(func(t *buildText) bool {
		return t.name != own && strings.Contains(t.src, "services:") && countWord(t.src, word) > 0
	})
}

// maxAside is how many bytes of a line are looked at on either side of a word: a line
// may have many, so that their work would add up to the square of its length.
const maxAside = 1 << 10

// eachLine calls visit for the lines in which a word stands by itself, with what
// stands before and behind it.
func (t *buildText) eachLine(word string, visit func(number int, before, behind string) bool) bool {
	if !strings.Contains(t.src, word) {
		return false
	}
	for number, line := range t.lines() {
		for at := 0; ; {
			i := strings.Index(line[at:], word)
			if i < 0 {
				break
			}
			start, end := at+i, at+i+len(word)
			at = end
			if start > 0 && (isFileByte(line[start-1]) || line[start-1] == '/') {
				continue
			}
			if end < len(line) && (isFileByte(line[end]) || line[end] == '/') {
				continue
			}
			if visit(number, line[max(0, start-maxAside):start], line[end:min(len(line), end+maxAside)]) {
				return true
			}
		}
	}
	return false
}

// under reports whether a place of a line belongs to one of the keys: its own, or
// that of the nearest line above with less indentation.
func (t *buildText) under(number int, before string, keys ...string) bool {
	hasKey, isOne := endsInKey(before[max(0, len(before)-maxKeys):], keys)
	if n := t.above()[number]; !hasKey && n >= 0 {
		line := t.lines()[n]
		_, isOne = endsInKey(line[:min(len(line), maxKeys)], keys)
	}
	return isOne
}

// above has for each line the nearest one before it that is not blank and has less
// indentation, -1 for none. The key of a list's item may stand in the same column.
func (t *buildText) above() []int {
	return t.parents.get(func() []int {
		above := make([]int, len(t.lines()))
		var open []int // the lines before that may be above one, each with more indentation than the one before
		for n, line := range t.lines() {
			indent, own := indentOf(line), indentOf(line)
			if strings.HasPrefix(line[indent:], "-") {
				indent++
			}
			pop := func(indent int) {
				for len(open) > 0 && indentOf(t.lines()[open[len(open)-1]]) >= indent {
					open = open[:len(open)-1]
				}
			}
			pop(indent)
			above[n] = -1
			if len(open) > 0 {
				above[n] = open[len(open)-1]
			}
			if strings.TrimSpace(line) != "" {
				pop(own)
				open = append(open, n)
			}
		}
		return above
	})
}

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }

const (
	// maxKeys is how many bytes of a line are searched for keys, maxKey the length of
	// the longest word that counts as one.
	maxKeys = 256
	maxKey  = 64
)

// endsInKey reports whether a text has keys, words that a colon or an equals sign
// follows, and whether one of them is among these.
func endsInKey(s string, keys []string) (hasKey, isOne bool) {
	for i := range len(s) {
		if s[i] != ':' && s[i] != '=' {
			continue
		}
		word := strings.TrimRight(s[:i], " \t\"'")
		word = word[max(0, len(word)-maxKey):]
		word = word[strings.LastIndexAny(word, " \t\"'{}[],(")+1:]
		if word = strings.TrimLeft(word, "-"); word != "" {
			hasKey = true
			isOne = isOne || slices.ContainsFunc(keys, func(key string) bool { return strings.EqualFold(key, word) })
		}
	}
	return hasKey, isOne
}

// namesContext reports whether a build of the file has a context of that name.
func (t *buildText) namesContext(reference string) bool {
	if !containsAny(t.src, "additional_contexts", "build-contexts", "--build-context", "contexts") {
		return false
	}
	names := []string{
		reference,
		strings.TrimSuffix(reference, ":latest"),
		strings.TrimPrefix(strings.TrimPrefix(reference, "docker.io/"), "library/"),
	}
	slices.Sort(names)
	return slices.ContainsFunc(slices.Compact(names), func(name string) bool {
		return t.eachLine(name, func(number int, before, behind string) bool {
			behind = strings.TrimLeft(strings.TrimLeft(behind, `"'`), " \t")
			if behind == "" || (behind[0] != ':' && behind[0] != '=') {
				return false
			}
			if strings.HasSuffix(strings.TrimRight(before, " \"'="), "--build-context") {
				return true
			}
			return t.under(number, before, "additional_contexts", "build-contexts", "contexts")
		})
	})
}
