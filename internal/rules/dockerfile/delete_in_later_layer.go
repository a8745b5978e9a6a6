package dockerfile

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// DeleteInLaterLayer reports `rm` of large files that an earlier `COPY` or `ADD` brought
// into the image, such as archives and installers.
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
					if strings.HasSuffix(target, "/") && name != "" && !strings.ContainsAny(name, "*?.") || strings.HasSuffix(target, "/") && strings.Contains(name, ".") && !strings.ContainsAny(name, "*?") && name != "." {
						copied[target+name] = in
					} else if len(sources) == 1 && !strings.HasSuffix(target, "/") {
						copied[target] = in
					}
				}
			case "run":
				reportLateRemoval(p, in, copied)
			}
		}
	}
}

// reportLateRemoval reports an rm of what an instruction before copied.
func reportLateRemoval(p *facts.Pass[*facts.Dockerfile], in *dockerfile.Instruction, copied map[string]*dockerfile.Instruction) {
	if len(copied) == 0 || !strings.Contains(in.Body, "rm ") {
		return
	}
	for _, c := range p.Doc.Commands(in) {
		if c.Name() != "rm" {
			continue
		}
		for _, a := range c.Positional() {
			from := copied[strings.TrimRight(a.Text, "/")]
			if from == nil || len(a.Text) < 2 || isSmallKind(a.Text) || !isLarge(p, from, a.Text) {
				continue
			}
			p.Report(lint.Finding{
				Span:    a.Span,
				Message: fmt.Sprintf("%s stays in the layer of its %s, so the image does not become smaller; use RUN --mount=type=bind, or another stage", quoteShort(a.Text), strings.ToUpper(from.Keyword)),
				Related: []lint.Related{{Span: from.Head, Message: "the file is copied here"}},
			})
			return
		}
	}
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
