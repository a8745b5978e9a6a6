package dockerfile

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// DeleteInLaterLayer reports `rm` of files in a later `RUN` than the one that downloaded
// them, and of large files, such as archives and installers, that an earlier `COPY` or
// `ADD` brought into the image.
//
// # Why it matters
//
// The later layer only hides the file. The image is as large as before, and anyone who
// has the image can read the file in its layer.
//
// # How to fix it
//
// Mount the file for the `RUN` that needs it and do not copy it, or use it in another
// stage:
//
//	RUN --mount=type=bind,source=installer.bin,target=/tmp/installer.bin /tmp/installer.bin
//
// # Fix safety
//
// There is no automatic fix: the files must be removed in the step that creates them, and a step
// in between may need them.
//
// # Exceptions
//
// It does not report:
//
//   - stages whose layers are not part of the final image
//   - files that are small, by their size in the build context or by their kind, such
//     as scripts, sources, configurations and packages
var DeleteInLaterLayer = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "delete-in-later-layer",
		Title:    "File is deleted in a later layer and stays in the image",
		Category: lint.Size,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("docs:minimise-layers"),
	},
	Check: checkDeleteInLaterLayer,
}

func checkDeleteInLaterLayer(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if !s.InFinalImage() {
			continue
		}
		copied := map[string]*dockerfile.Instruction{}
		for _, in := range s.Instructions {
			switch in.Keyword {
			case "copy", "add":
				sources, to, ok := copyWords(in)
				target := bare(to.Text)
				if !ok || !strings.HasPrefix(target, "/") || strings.Contains(target, "$") {
					continue
				}
				for _, w := range sources {
					name := baseName(strings.TrimRight(bare(w.Text), "/"))
					if (strings.HasSuffix(target, "/") && name != "" && !strings.ContainsAny(name, "*?.")) ||
						(strings.HasSuffix(target, "/") && strings.Contains(name, ".") && !strings.ContainsAny(name, "*?") && name != ".") {
						copied[target+name] = in
					} else if len(sources) == 1 && !strings.HasSuffix(target, "/") {
						copied[target] = in
					}
				}
			case "run":
				reportLateRemoval(p, in, copied)
				noteDownloads(p.Doc, s, in, copied)
			}
		}
	}
}

// noteDownloads adds the files that a RUN downloads and leaves there, by their path.
func noteDownloads(d *facts.Dockerfile, s *facts.Stage, in *dockerfile.Instruction, left map[string]*dockerfile.Instruction) {
	if !strings.Contains(in.Body, "://") || strings.Contains(in.Body, "rm ") || strings.Contains(in.Body, "mv ") {
		return
	}
	folder, known := s.Folder(in)
	for _, c := range d.Commands(in) {
		switch c.Name() {
		case "cd", "pushd":
			known = false
		case "curl", "wget":
			if name := downloadedTo(c); name != "" && writesDownload(c) && (known || strings.HasPrefix(name, "/")) {
				if !strings.HasPrefix(name, "/") {
					name = path.Join(folder, name)
				}
				left[name] = in
			}
		}
	}
}

// downloadedTo is the file to which a download goes; empty where that is not known.
func downloadedTo(c *facts.Command) string {
	if to, ok := c.FlagValue("-o", "--output", "-O", "--output-document"); ok && to.Literal && !strings.Contains(to.Text, "://") {
		return to.Text
	}
	if (c.Name() == "curl" && !c.HasFlag("-O", "--remote-name")) || c.HasFlag("-P", "--directory-prefix", "--output-dir") {
		return ""
	}
	for _, a := range c.Args() {
		if _, address, ok := strings.Cut(a.Text, "://"); ok && !strings.Contains(a.Text, "?") {
			return path.Base(address)
		}
	}
	return ""
}

// reportLateRemoval reports an rm of what an instruction before copied or downloaded.
func reportLateRemoval(p *facts.Pass[*facts.Dockerfile], in *dockerfile.Instruction, copied map[string]*dockerfile.Instruction) {
	if len(copied) == 0 || !strings.Contains(in.Body, "rm ") {
		return
	}
	for _, c := range p.Doc.Commands(in) {
		if c.Name() != "rm" {
			continue
		}
		for _, a := range c.Positional() {
			name := strings.TrimRight(a.Text, "/")
			if folder, known := p.Doc.StageOf(in).Folder(in); known && !strings.HasPrefix(name, "/") && !strings.Contains(in.Body, "cd ") {
				name = path.Join(folder, name)
			}
			from := copied[name]
			if from == nil || len(a.Text) < 2 || isSmallKind(a.Text) || !isLarge(p, from, a.Text) {
				continue
			}
			p.Report(lateRemoval(a, from))
			return
		}
	}
}

func lateRemoval(a facts.Argument, from *dockerfile.Instruction) lint.Finding {
	f := lint.Finding{
		Span: a.Span,
		Message: fmt.Sprintf("%s stays in the layer of its %s, so the image does not become smaller; use RUN --mount=type=bind, or another stage",
			quoteShort(a.Text), strings.ToUpper(from.Keyword)),
		Related: []lint.Related{{Span: from.Head, Message: "the file is copied here"}},
	}
	if from.Keyword == "run" {
		f.Message = fmt.Sprintf("%s stays in the layer of the RUN that downloads it, so the image does not become smaller; download, use and remove it in one RUN",
			quoteShort(a.Text))
		f.Related[0].Message = "the file is downloaded here"
	}
	return f
}

// largeFile is the size in bytes from which a file in a layer is reported.
const largeFile = 1 << 20

// isLarge reports whether a copied file takes much space: by its size in the build context,
// else by its name, which is that of an archive or a package.
func isLarge(p *facts.Pass[*facts.Dockerfile], from *dockerfile.Instruction, name string) bool {
	if src, ok := p.Project.FileAt(p.Doc.StageOf(from), nil, name); ok {
		return len(src) >= largeFile
	}
	if value, known := p.Doc.Expand(from, name); known {
		name = value
	}
	lower := strings.ToLower(name)
	for _, end := range []string{".rpm", ".deb", ".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".jar", ".war", ".ear", ".run", ".bin", ".iso", ".exe", ".msi"} {
		if strings.HasSuffix(lower, end) {
			return true
		}
	}
	return false
}

// isSmallKind reports whether a file's name is one of a kind that takes little place.
func isSmallKind(name string) bool {
	switch path.Ext(name) {
	case ".c", ".h", ".cfg", ".conf", ".deb", ".ini", ".js", ".json", ".lock", ".patch", ".py", ".rb", ".rpm", ".sh", ".sql", ".toml", ".txt", ".xml", ".yaml", ".yml":
		return true
	}
	return false
}
