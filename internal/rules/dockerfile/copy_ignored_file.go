package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// CopyIgnoredFile finds COPY and ADD of files that .dockerignore keeps out of
// the build.
//
// The build fails, or copies nothing, though the file is there. Take it back in
// with a "!" pattern, or copy another one.
//
// Silent for other stages and images, addresses, here-documents, patterns and
// folders, and for what is not in the build context at all.
var CopyIgnoredFile = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "copy-ignored-file",
		Title:    ".dockerignore keeps a copied file out of the build",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
		Aliases:  lint.Names("CopyIgnoredFile", "DF077"),
	},
	Check: checkCopyIgnoredFile,
}

func checkCopyIgnoredFile(p *facts.Pass[*facts.Dockerfile]) {
	for _, in := range p.Doc.Instructions {
		if in.Keyword != "copy" && in.Keyword != "add" || in.Err != nil || len(in.Heredocs) > 0 || len(in.Words) < 2 {
			continue
		}
		if _, ok := in.Flag("from"); ok {
			continue
		}
		for _, w := range in.Words[:len(in.Words)-1] {
			name, known := p.Doc.Expand(in, w.Text)
			if !known || strings.Contains(name, "://") || strings.ContainsAny(name, "*?[") || strings.HasPrefix(name, "git@") {
				continue
			}
			isDir, exists := p.Files.Exists(name)
			pattern, ignored := p.Files.Ignored(name)
			if !exists || isDir || !ignored {
				continue
			}
			p.Report(lint.Finding{
				Span:    w.Span,
				Message: fmt.Sprintf("%q is kept out of the build by %q in .dockerignore; take it back in with %q, or do not copy it", short(name), short(pattern), "!"+short(name)),
			})
		}
	}
}
