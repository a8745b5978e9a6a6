package facts

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/ignorefile"
)

// Reasons why a build context cannot be looked at, beside lint.ErrOutside and
// fs.ErrNotExist. They are worded for Pass.Skip.
var (
	ErrRemote   = errors.New("the build context is not on this disk")
	ErrVariable = errors.New("the build context depends on a variable")
	ErrNoFiles  = errors.New("the files around the document are not known")
)

// Project is the repository as one document sees it: what its files say of each
// other. It reads through the document's gate, where each file is parsed once for
// the whole run, and keeps its answers; those that name a document are for that
// one. It belongs to the document's goroutine. Of a nil Project nothing is known.
type Project struct {
	files lint.Context

	contexts     map[contextKey]*BuildContext
	repositories map[string]*Repository
	// homes are the gates of Compose files that were reached from the document.
	homes    map[*Compose]lint.Context
	composes map[string][]*ComposeNear
	builds   map[*ComposeService]builtService
	// builtNear are the answers of BuiltNear, by the place of the site.
	builtNear map[siteKey]string
	// followed is how many scripts were looked for that instructions run.
	followed int
	// searches is how often recipes were searched, tagsHere the answers of TagsHere.
	searches int
	tagsHere memo[string, bool]

	services   lazy[[]ServiceNear]
	containers lazy[[]ContainerNear]
	siblings   lazy[[]*ComposeNear]
	sites      lazy[[]ImageSite]
	setSites   lazy[[]ImageSite]
	dotenv     lazy[map[string]string]
	recipes    lazy[[]*folderRecipes]
	manifests  lazy[manifestsNear]
	nearby     lazy[[]*ManifestNear]
	ignored    lazy[[]*DockerfileNear]
	near       lazy[[]*folderTexts]
	all        lazy[*repositoryTexts]
	purposes   lazy[Purposes]
	loads      lazy[[]ComposeLoad]
	loaders    lazy[[]*composeLoads]
}

// contextKey names a build context: by the folder that it is given from, the
// context's own, and the Dockerfile.
type contextKey struct{ from, folder, dockerfile string }

// NewProject makes the project of a document from its gate; nothing is read yet.
func NewProject(files lint.Context) *Project {
	return &Project{
		files: files, contexts: map[contextKey]*BuildContext{}, repositories: map[string]*Repository{}, homes: map[*Compose]lint.Context{},
		composes: map[string][]*ComposeNear{}, builds: map[*ComposeService]builtService{}, builtNear: map[siteKey]string{},
	}
}

// known reports whether anything is known of the files around the document.
func (p *Project) known() bool { return p != nil && p.files.Known() }

// Context is the build context that a document names: a folder relative to the
// document's own, and the Dockerfile relative to that folder ("Dockerfile" if it
// is empty). The error says why nothing is known of it: a rule then skips.
func (p *Project) Context(folder, dockerfile string) (*BuildContext, error) {
	if !p.known() {
		return nil, ErrNoFiles
	}
	return p.contextFrom(p.files, folder, dockerfile)
}

// contextFrom is Context for a file that lies elsewhere.
func (p *Project) contextFrom(home lint.Context, folder, dockerfile string) (*BuildContext, error) {
	switch {
	case strings.Contains(folder, "$") || strings.Contains(dockerfile, "$"):
		return nil, ErrVariable
	case IsRemote(folder):
		return nil, ErrRemote
	case path.IsAbs(folder) || path.IsAbs(dockerfile):
		return nil, lint.ErrOutside
	}
	if dockerfile == "" {
		dockerfile = "Dockerfile"
	}
	key := contextKey{home.Path("."), path.Clean(folder), path.Clean(dockerfile)}
	if c, ok := p.contexts[key]; ok {
		return c, nil
	}
	gate, err := home.In(key.folder, key.dockerfile)
	if err != nil {
		return nil, err
	}
	c := &BuildContext{Files: gate, name: key.dockerfile}
	p.contexts[key] = c
	return c, nil
}

// IsRemote reports whether a context is a repository, an address or an archive
// from standard input, as Docker reads it.
func IsRemote(folder string) bool {
	return folder == "-" || strings.Contains(folder, "://") || strings.HasPrefix(folder, "git@") || strings.HasPrefix(folder, "github.com/")
}

// BuildContext is a folder that a build sends, and the Dockerfile that it reads.
type BuildContext struct {
	// Files is the gate to the folder. What it calls ignored is what the build's
	// ignore file leaves out.
	Files lint.Context
	// name of the Dockerfile, relative to the folder.
	name string

	file   lazy[*DockerfileNear]
	ignore lazy[*IgnoreFileNear]
}

// DockerfileNear is a Dockerfile beside the document that is checked. Source is
// for related places.
type DockerfileNear struct {
	*Dockerfile
	Source *lint.Source
}

// IgnoreFileNear is an ignore file beside the document that is checked.
type IgnoreFileNear struct {
	*ignorefile.Document
	Source *lint.Source
}

// Dockerfile reads the build's Dockerfile; nil if there is none that can be read.
func (c *BuildContext) Dockerfile() *DockerfileNear {
	return c.file.get(func() *DockerfileNear {
		d, source, err := sharedFrom(c.Files, c.name, ParseDockerfile)
		if err != nil || d.Limit != "" {
			return nil
		}
		near := &DockerfileNear{Dockerfile: NewDockerfile(d), Source: source}
		near.Name = source.Path
		return near
	})
}

// sharedFrom is a file that may lie beside the folder: a Dockerfile may.
func sharedFrom[D any](files lint.Context, name string, parse func(*lint.Source) D) (d D, source *lint.Source, err error) {
	gate, err := files.In(path.Dir(name), "")
	if err != nil {
		return d, nil, err
	}
	return lint.Shared(gate, path.Base(name), parse)
}

// HasDockerfile reports whether there is a file of the Dockerfile's name, whether
// or not it can be read.
func (c *BuildContext) HasDockerfile() bool {
	gate, err := c.Files.In(path.Dir(c.name), "")
	if err != nil {
		return errors.Is(err, lint.ErrOutside) // it may be there
	}
	isDir, ok := gate.Exists(path.Base(c.name))
	return ok && !isDir
}

// DockerfileName is the path of the Dockerfile, from the context.
func (c *BuildContext) DockerfileName() string { return c.name }

// IgnoreFile reads the ignore file that the build uses: the Dockerfile's own,
// else the folder's; nil if it has none.
func (c *BuildContext) IgnoreFile() *IgnoreFileNear {
	return c.ignore.get(func() *IgnoreFileNear {
		for _, name := range []string{c.name + ".dockerignore", ".dockerignore"} {
			if d, source, err := sharedFrom(c.Files, name, ParseIgnoreFile); err == nil {
				return &IgnoreFileNear{Document: d, Source: source}
			}
		}
		return nil
	})
}

// Tree lists the context's files; see ListTree. Builds with the same context and
// the same ignore file share it.
func (c *BuildContext) Tree() *Tree {
	return lint.Derived(c.Files, func() *Tree { return ListTree(c.Files) })
}

// maxEntries is how many files and folders of a context are looked at.
const maxEntries = limits.ContextEntries

// maxTreeDepth is how many folders deep a context is looked at.
const maxTreeDepth = 64

// Tree is a listing of a folder.
type Tree struct {
	// Entries in order of their paths, each folder before what it holds.
	Entries []Entry
	// Complete is false where there is more than was looked at.
	Complete bool
}

// Weight is about how many bytes of memory the listing takes.
func (t *Tree) Weight() int {
	const entry = 64
	return entry * len(t.Entries)
}

// Entry is a file or a folder, by its path in the context.
type Entry struct {
	Path string
	Dir  bool
	// Ignored is set for what the ignore file keeps out of the build.
	Ignored bool
}

// Base is the name without the folders.
func (e Entry) Base() string { return path.Base(e.Path) }

// ListTree lists a context, at most 20,000 entries of it. Folders that programs
// fill are listed and not entered: they alone would use that up.
func ListTree(files lint.Context) *Tree {
	t := &Tree{Complete: true}
	t.walk(files, "", 0)
	if len(t.Entries) == maxEntries && !t.Complete {
		files.Cut(fmt.Sprintf("the build context has more than %s files and folders: only the first in the order of their paths were looked at", limits.Number(maxEntries)))
	}
	return t
}

func (t *Tree) walk(files lint.Context, dir string, depth int) {
	names, err := files.List(path.Join(".", dir))
	if err != nil || depth > maxTreeDepth {
		t.Complete = false
		return
	}
	for _, name := range names {
		if len(t.Entries) == maxEntries {
			t.Complete = false
			return
		}
		folder, isDir := strings.CutSuffix(name, "/")
		e := Entry{Path: path.Join(dir, folder), Dir: isDir}
		_, e.Ignored = files.Ignored(e.Path)
		t.Entries = append(t.Entries, e)
		if isDir && !isFilledByPrograms(folder) {
			t.walk(files, e.Path, depth+1)
		}
	}
}

// Unlisted reports whether a folder was listed itself, and nothing in it.
func (t *Tree) Unlisted(e Entry) bool { return e.Dir && isFilledByPrograms(e.Base()) }

func isFilledByPrograms(folder string) bool {
	switch folder {
	case ".git", "node_modules", ".venv", "venv", "__pycache__", ".tox", ".mypy_cache", ".pytest_cache", ".ruff_cache":
		return true
	}
	return false
}

// IsMade reports whether a part of a path has a name of what is built, downloaded or
// written before an image is.
func IsMade(name string) bool {
	for part := range strings.SplitSeq(strings.ToLower(name), "/") {
		switch part {
		case "dist", "build", "target", "out", "output", "bin", "obj", "publish", "release", "artifacts", "vendor", "node_modules", "public", "static", "staticfiles", "_site",
			"pkg", "tmp", "temp", "cache", ".next", ".output", "coverage", "wheels", "wheelhouse", "certs", "cert", "ssl", "keys", "secrets", "data", "models", "license", "version", "generated", "gen":
			return true
		}
	}
	return false
}
