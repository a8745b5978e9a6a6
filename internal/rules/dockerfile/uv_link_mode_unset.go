package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UvLinkModeUnset finds uv sync with a mounted cache and without
// UV_LINK_MODE=copy: uv tries to link, cannot, copies, and warns.
//
// Off by default: it works all the same.
var UvLinkModeUnset = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "uv-link-mode-unset",
		Title:    "uv cannot link across the mount",
		Category: lint.Python,
		Severity: lint.Info,
		Since:    "0.1.0",
	},
	Check: checkUvLinkModeUnset,
}

func checkUvLinkModeUnset(p *facts.Pass[*facts.Dockerfile]) {
	var said facts.SaidOnce
	uvSyncs(p.Doc, func(s *facts.Stage, c facts.PackageCommand) {
		if !mountsPath(c.Instruction, "uv") || envAt(p.Doc, c.Command, "UV_LINK_MODE") || c.HasFlag("--link-mode") {
			return
		}
		said.Add(s, lint.Finding{Fixes: setForUv(c.Command, "UV_LINK_MODE", "copy"), Span: c.Span, Message: fmt.Sprintf("%s cannot link from the mounted cache, and warns; set UV_LINK_MODE=copy", quoteShort(firstLine(p.Doc.Text(c.Span))))})
	})
	said.Report(p.Report)
}
