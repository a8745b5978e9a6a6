package dockerfile

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// isThereAbove reports whether a path exists from a folder above the context: the
// build may be given that one.
func isThereAbove(files lint.Context, name string) bool {
	const levels = 4
	up := ".."
	for range levels {
		gate, err := files.In(up, "")
		if err != nil {
			return false
		}
		if _, ok := gate.Exists(name); ok {
			return true
		}
		up = path.Join("..", up)
	}
	return false
}

// manifestIn finds the folder of a build context from which the sources bring a
// file of that name: in the context that is likely, else in the Dockerfile's folder.
func manifestIn(p *facts.Pass[*facts.Dockerfile], sources facts.Sources, name string) (c *facts.BuildContext, folder string, ok bool) {
	c, ok = p.Project.LikelyContext(p.Doc)
	if !ok {
		var err error
		if c, err = p.Project.Context(".", path.Base(p.Doc.Name)); err != nil {
			return nil, "", false
		}
	}
	for _, source := range sources {
		for _, folder := range []string{source, path.Dir(source)} {
			if at := path.Join(folder, name); sources.Cover(at) && isSent(c.Files, at) {
				return c, folder, true
			}
		}
	}
	return nil, "", false
}

// isSent reports whether a build sends a file of the context.
func isSent(files lint.Context, name string) bool {
	isDir, ok := files.Exists(name)
	_, ignored := files.Ignored(name)
	return ok && !isDir && !ignored
}

// isFromElsewhere reports whether a COPY copies from another stage or image.
func isFromElsewhere(in *dockerfile.Instruction) bool {
	_, ok := flagOf(in, "from")
	return ok
}

// copiesNamed reports whether the stage copies a file by its name, or by a pattern with
// it, before the instruction.
func copiesNamed(s *facts.Stage, name string, before *dockerfile.Instruction) bool {
	first := s.First("copies a file called "+name, func(in *dockerfile.Instruction) bool {
		sources, _, ok := copyWords(in)
		return ok && (in.Keyword == "copy" || in.Keyword == "add") &&
			slices.ContainsFunc(sources, func(w dockerfile.Word) bool { return baseName(bare(w.Text)) == name })
	})
	return first != nil && first.Index() <= before.Index()
}

// readInContext reads the file of the build context that a path in the image most likely
// comes from: the file with the same path, or with the same name in the root of the
// context.
func readInContext(p *facts.Pass[*facts.Dockerfile], path string) (text string, ok bool) {
	for _, name := range []string{strings.TrimPrefix(path, "./"), baseName(path)} {
		if name == "" || strings.HasPrefix(name, "/") {
			continue
		}
		if src, err := p.Files.ReadFile(name); err == nil {
			return string(src), true
		}
	}
	return "", false
}

// contextOfSources is the build context by which the sources of the Dockerfile are found:
// the likely one, else its own folder.
func contextOfSources(p *facts.Pass[*facts.Dockerfile]) (context *facts.BuildContext, ok bool) {
	if context, ok = p.Project.LikelyContext(p.Doc); ok {
		return context, true
	}
	context, err := p.Project.Context(".", path.Base(p.Doc.Name))
	return context, err == nil
}

// foldersOfSources are the folders of the context in which sources lie, each once.
func foldersOfSources(context *facts.BuildContext, sources facts.Sources) (folders []string) {
	for _, source := range sources {
		folder := source
		if isDir, _ := context.Files.Exists(source); !isDir {
			folder = path.Dir(source)
		}
		if !slices.Contains(folders, folder) && !strings.HasPrefix(folder, "..") {
			folders = append(folders, folder)
		}
	}
	return folders
}

// copiesFolder reports whether an instruction copies more than single files.
func copiesFolder(p *facts.Pass[*facts.Dockerfile], in *dockerfile.Instruction) bool {
	sources, _, ok := copyWords(in)
	_, from := in.Flag("from")
	return ok && slices.ContainsFunc(sources, func(w dockerfile.Word) bool {
		name := bare(w.Text)
		if name == "." || name == ".." || strings.HasSuffix(name, "/") || strings.HasSuffix(name, "*") {
			return true
		}
		if from && !strings.Contains(baseName(name), ".") {
			return true
		}
		isDir, found := p.Files.Exists(name)
		return !from && found && isDir
	})
}

// copiesAll reports whether an instruction copies the whole build context.
func copiesAll(in *dockerfile.Instruction) bool {
	if in.Keyword != "copy" && in.Keyword != "add" {
		return false
	}
	if _, ok := in.Flag("from"); ok || len(in.Words) != 2 || len(in.Heredocs) > 0 {
		return false
	}
	switch in.Words[0].Text {
	case ".", "./", "/", "*", "./*":
		_, excludes := in.Flag("exclude")
		return !excludes
	}
	return false
}

// needsSources reports whether the dependencies cannot be resolved without the
// sources, as far as the manifest in a folder says.
func needsSources(files lint.Context, e ecosystem, folder string) bool {
	manifest, err := files.ReadFile(path.Join(folder, e.manifests[0]))
	if err != nil {
		return false
	}
	return slices.ContainsFunc(e.local, func(mark string) bool { return strings.Contains(string(manifest), mark) })
}
