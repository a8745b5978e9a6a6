package dockerfile

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// DeleteInLaterLayer finds rm of files in another RUN or after the COPY that
// brought them: the layer above only hides them, and the image stays as large.
// What was secret stays readable.
//
// Remove them in the RUN that makes them, mount them with RUN
// --mount=type=bind, or build in another stage.
//
// Silent in stages whose layers are no part of the image, and for a single file
// that is small by its kind: a script, a source, a configuration, a package.
var DeleteInLaterLayer = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "delete-in-later-layer",
		Title:    "What a layer has is not removed by a later one",
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
				Message: fmt.Sprintf("%s stays in the layer of its %s, this only hides it; use it with RUN --mount=type=bind, or in another stage", quoteShort(a.Text), strings.ToUpper(from.Keyword)),
				Related: []lint.Related{{Span: from.Head, Message: "it is copied here"}},
			})
			return
		}
	}
}

// largeFile is from how many bytes on a file in a layer is worth a word.
const largeFile = 1 << 20

// isLarge reports whether a copied file takes much place: by its size in the build context,
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

// isSmallKind tells whether a file's name is one of a kind that takes little place.
func isSmallKind(name string) bool {
	switch path.Ext(name) {
	case ".c", ".h", ".cfg", ".conf", ".deb", ".ini", ".js", ".json", ".lock", ".patch", ".py", ".rb", ".rpm", ".sh", ".sql", ".toml", ".txt", ".xml", ".yaml", ".yml":
		return true
	}
	return false
}
