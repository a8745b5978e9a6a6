package facts

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/gitindex"
	"github.com/dockmend/dockmend/internal/syntax/ignorefile"
	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
)

// maxFoldersUp bounds how far up the root of the repository is looked for.
const maxFoldersUp = 32

// Repository is what git says of the files around a document, as far as files
// tell: those of ignored patterns, and the index.
type Repository struct {
	files   lint.Context
	all     []gitignore.Pattern
	matcher gitignore.Matcher
	// below are the folders under the document's whose patterns were read.
	below map[string]bool
	// way has the names of the folders from the root down to the document.
	way []string
	// patterns tells that there is a .gitignore.
	patterns bool
	// tracked is nil where the index was not read.
	tracked *gitindex.Index
	whole   bool
	// submodules are their paths from the root.
	submodules []string
}

// Repository reads the .gitignore files of the document's folder and of those
// above, and git's index, once.
func (p *Project) Repository() *Repository {
	if !p.known() {
		return &Repository{matcher: gitignore.NewMatcher(nil)}
	}
	return p.RepositoryAt(p.files)
}

// RepositoryAt is Repository for another folder.
func (p *Project) RepositoryAt(files lint.Context) *Repository {
	r := p.repositories[files.Path(".")]
	if r == nil {
		r = readRepository(files)
		p.repositories[files.Path(".")] = r
	}
	return r
}

func readRepository(files lint.Context) *Repository {
	// The folders from the document's up to the root, with the name of each.
	var gates []lint.Context
	var names []string
	r := &Repository{files: files, below: map[string]bool{}}
	up := "."
	for range maxFoldersUp {
		gate, err := files.In(up, "")
		if err != nil {
			break
		}
		gates, names = append(gates, gate), append(names, path.Base(gate.Path(".")))
		up = path.Join("..", up)
		if index, _, err := lint.Shared(gate, ".git/index", parseIndex); err == nil {
			r.tracked = index
		}
		if _, ok := gate.Exists(".git"); ok {
			r.whole = true
			break
		}
	}
	slices.Reverse(gates)
	slices.Reverse(names)
	if len(names) > 0 {
		r.way = names[1:]
	}
	if len(gates) > 0 {
		r.submodules = readSubmodules(gates[0])
	}
	for i, gate := range gates {
		r.read(gate, ".gitignore", r.way[:i])
	}
	r.matcher = gitignore.NewMatcher(r.all)
	r.whole = r.whole || r.patterns
	return r
}

// NotWhole is why a rule is skipped that needs IsWhole.
const NotWhole = "neither .git nor a .gitignore shows that all files of the project are there"

// IsWhole reports whether the folders look like the checkout of a repository: what
// is not there is then missing, and not just left out by whoever gave the files.
func (r *Repository) IsWhole() bool { return r.whole }

// read adds the patterns of a .gitignore, whose folder is domain.
func (r *Repository) read(gate lint.Context, name string, domain []string) {
	src, err := gate.ReadFile(name)
	if err != nil {
		return
	}
	r.patterns = true
	lines, all := ignorefile.GitPatterns(string(src))
	if room := limits.GitPatterns - len(r.all); len(lines) > room {
		lines, all = lines[:room], false
	}
	for _, line := range lines {
		r.all = append(r.all, gitignore.ParsePattern(line, domain))
	}
	if !all {
		gate.Cut(fmt.Sprintf("the .gitignore files around a document have more than %s patterns, or one of them more than %s bytes: further ones ignore nothing",
			limits.Number(limits.GitPatterns), limits.Number(limits.GitPatternBytes)))
	}
}

// readBelow adds the patterns of the folders between the document's and a path.
func (r *Repository) readBelow(name string) {
	folder := path.Dir(path.Clean(name))
	if r.files == nil || folder == "." || strings.HasPrefix(folder, "..") || path.IsAbs(folder) {
		return
	}
	at := ""
	for part := range strings.SplitSeq(folder, "/") {
		at = path.Join(at, part)
		if !r.below[at] {
			r.below[at] = true
			r.read(r.files, path.Join(at, ".gitignore"), append(slices.Clone(r.way), strings.Split(at, "/")...))
			r.matcher = gitignore.NewMatcher(r.all)
		}
	}
}

// at is a path from the root of the repository, for one from the document.
func (r *Repository) at(name string) (parts []string, ok bool) {
	full := path.Join(append(append([]string{"/"}, r.way...), name)...)
	back := strings.Count(path.Clean(name)+"/", "../")
	if back > len(r.way) || full == "/" {
		return nil, false
	}
	return strings.Split(full[1:], "/"), true
}

// Ignores reports whether a pattern of a .gitignore leaves out a path, given from
// the document's folder, or a folder that it lies in.
func (r *Repository) Ignores(name string) bool {
	parts, ok := r.at(name)
	if !ok {
		return false
	}
	r.readBelow(name)
	for n := 1; n < len(parts); n++ {
		if r.matcher.Match(parts[:n], true) {
			return true
		}
	}
	return r.matcher.Match(parts, false) || r.matcher.Match(parts, true)
}

// Tracks reports whether git has a file of that path, given from the document's
// folder. Without an index that can be read, a file counts as tracked which no
// .gitignore leaves out; known is false where there is no .gitignore either.
func (r *Repository) Tracks(name string) (tracked, known bool) {
	parts, ok := r.at(name)
	switch {
	case !ok:
		return false, false
	case r.tracked != nil:
		return r.tracked.Has(strings.Join(parts, "/")), true
	}
	ignored := r.Ignores(name)
	return !ignored, r.patterns
}

// Submodule reports whether a path, given from the document's folder, is one of
// git's submodules or lies in it.
func (r *Repository) Submodule(name string) bool {
	parts, ok := r.at(name)
	full := strings.Join(parts, "/")
	return ok && slices.ContainsFunc(r.submodules, func(s string) bool { return full == s || strings.HasPrefix(full, s+"/") })
}

// readSubmodules lists the paths in .gitmodules.
func readSubmodules(root lint.Context) []string {
	src, err := root.ReadFile(".gitmodules")
	if err != nil {
		return nil
	}
	var paths []string
	for line := range strings.Lines(string(src)) {
		key, value, ok := strings.Cut(line, "=")
		if value = strings.Trim(strings.TrimSpace(value), `"/`); ok && strings.TrimSpace(key) == "path" && value != "" {
			paths = append(paths, value)
		}
	}
	return paths
}

// parseIndex is nil for an index that is not read.
func parseIndex(src *lint.Source) *gitindex.Index {
	index, err := gitindex.Parse(src.Bytes)
	if err != nil {
		return nil
	}
	return index
}
