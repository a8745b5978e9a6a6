package facts

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// ContextCopy is a source of COPY or ADD that lies in the build context.
type ContextCopy struct {
	Instruction *dockerfile.Instruction
	Word        dockerfile.Word
	// Path is relative to the context, cleaned, without quotes; "." is all of it.
	Path string
	// Stage that the instruction stands in, and whether what it copies is in the
	// image that the last stage makes.
	Stage   *Stage
	Shipped bool
}

// Whole reports whether all of the context is copied.
func (c ContextCopy) Whole() bool { return c.Path == "." || c.Path == "*" }

// ContextCopies lists what is copied from the build context, in file order.
// Sources with variables, addresses and here-documents are left out, and so are
// copies with --exclude, of which nobody knows here what they take.
func (f *Dockerfile) ContextCopies() []ContextCopy {
	return Once(f, "copies of the context", nil, f.readContextCopies)
}

func (f *Dockerfile) readContextCopies() []ContextCopy {
	var copies []ContextCopy
	for _, s := range f.Stages() {
		for _, in := range s.Instructions {
			if (in.Keyword != "copy" && in.Keyword != "add") || len(in.Words) < 2 ||
				slices.ContainsFunc(in.Flags, func(f dockerfile.Flag) bool { return f.Name == "from" || f.Name == "exclude" }) {
				continue
			}
			for _, w := range in.Words[:len(in.Words)-1] {
				if name, ok := contextPath(w.Text); ok {
					copies = append(copies, ContextCopy{in, w, name, s, s.InFinalImage()})
				}
			}
		}
	}
	return copies
}

func contextPath(word string) (string, bool) {
	if n := len(word); n >= 2 && (word[0] == '"' || word[0] == '\'') && word[n-1] == word[0] {
		word = word[1 : n-1]
	}
	if word == "" || strings.Contains(word, "$") || strings.Contains(word, "://") || strings.HasPrefix(word, "<<") {
		return "", false
	}
	if strings.HasPrefix(word, "git@") {
		return "", false
	}
	return path.Clean(strings.TrimLeft("./"+word, "/")), true
}

// Builds lists the Dockerfiles that are built with this ignore file, as far as
// the folder shows: for an ignore file of one Dockerfile that one, else those of
// the folder without one of their own, and those further down whose COPY names
// files of this folder that their own does not have. Each is read once.
func (p *Project) Builds(f *IgnoreFile) []*DockerfileNear {
	if !p.known() {
		return nil
	}
	return p.ignored.get(func() []*DockerfileNear {
		var builds []*DockerfileNear
		for _, name := range p.dockerfilesOf(f) {
			c, err := p.Context(".", name)
			if err != nil {
				return nil
			}
			d := c.Dockerfile()
			if d == nil || len(d.Stages()) == 0 || (strings.Contains(name, "/") && !isContextOf(c, d, path.Dir(name))) {
				continue
			}
			builds = append(builds, d)
		}
		return builds
	})
}

// maxBuilds is how many Dockerfiles of one context are read.
const maxBuilds = limits.ContextBuilds

func (p *Project) dockerfilesOf(f *IgnoreFile) []string {
	if own, ok := strings.CutSuffix(f.Name, ".dockerignore"); ok && own != "" {
		return []string{own}
	}
	tree := p.Tree(f)
	if tree == nil {
		return nil
	}
	ignores := map[string]bool{}
	for _, e := range tree.Entries {
		if !e.Dir && strings.HasSuffix(e.Path, ".dockerignore") {
			ignores[e.Path] = true
		}
	}
	var names []string
	for _, e := range tree.Entries {
		dir := path.Dir(e.Path)
		if e.Dir || !isDockerfileName(e.Base()) || ignores[e.Path+".dockerignore"] {
			continue
		}
		if dir != "." && ignores[path.Join(dir, ".dockerignore")] {
			continue
		}
		if len(names) == maxBuilds {
			p.files.Cut(fmt.Sprintf("more than %d Dockerfiles may be built with the ignore file: only the first in the order of their paths were read",
				maxBuilds))
			break
		}
		names = append(names, e.Path)
	}
	return names
}

// isContextOf reports whether a Dockerfile in a folder below is built with this
// folder as its context: it copies what is here and not beside it.
func isContextOf(c *BuildContext, d *DockerfileNear, dir string) bool {
	for _, x := range d.ContextCopies() {
		if x.Whole() || strings.ContainsAny(x.Path, "*?[") {
			continue
		}
		_, here := c.Files.Exists(x.Path)
		_, beside := c.Files.Exists(path.Join(dir, x.Path))
		if here && !beside {
			return true
		}
	}
	return false
}

func isDockerfileName(name string) bool {
	lower := strings.ToLower(name)
	for _, base := range []string{"dockerfile", "containerfile"} {
		if rest, ok := strings.CutPrefix(lower, base); ok &&
			(rest == "" || (rest[0] == '.' && rest != ".dockerignore" && rest != ".md" && rest != ".txt")) {
			return true
		}
		if strings.HasSuffix(lower, "."+base) {
			return true
		}
	}
	return false
}

// Tree lists the folder of the ignore file; nil where it is not known. What
// Entry.Ignored says is of the file on the disk, not of this document: ask Sent.
func (p *Project) Tree(f *IgnoreFile) *Tree {
	c, err := p.Context(".", strings.TrimSuffix(f.Name, ".dockerignore"))
	if err != nil {
		return nil
	}
	return c.Tree()
}

// Files is the gate to the folder of the ignore file; nil where it is not known.
func (p *Project) Files(f *IgnoreFile) lint.Context {
	c, err := p.Context(".", strings.TrimSuffix(f.Name, ".dockerignore"))
	if err != nil {
		return nil
	}
	return c.Files
}

// Sent reports whether a build sends a path of the context.
func (f *IgnoreFile) Sent(name string) bool {
	_, ignored := f.Ignored(name)
	return !ignored
}

// IsAllowList reports whether the file leaves out everything and takes back in
// what the build needs.
func (f *IgnoreFile) IsAllowList() bool {
	for _, p := range f.Patterns {
		switch p.Cleaned {
		case "*", "**", "**/*", ".", "/":
			return true
		}
	}
	return false
}

// WholeCopy is the first copy of the whole context by a build with this ignore
// file, one that ships before one that does not; ok is false if there is none.
func (p *Project) WholeCopy(f *IgnoreFile) (found ContextCopy, by *DockerfileNear, ok bool) {
	for _, d := range p.Builds(f) {
		for _, c := range d.ContextCopies() {
			if c.Whole() && (!ok || (c.Shipped && !found.Shipped)) {
				found, by, ok = c, d, true
			}
		}
	}
	return found, by, ok
}
