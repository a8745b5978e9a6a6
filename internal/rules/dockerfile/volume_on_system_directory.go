package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// VolumeOnSystemDirectory finds VOLUME on a folder that belongs to the system:
// its programs then live in a volume that outlasts the image, and updates do
// not reach it.
//
// Silent for /sys/fs/cgroup, which systemd asks for, and for /run.
//
// There is no fix: data may be kept there by those who run the image.
var VolumeOnSystemDirectory = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "volume-on-system-directory",
		Title:    "VOLUME is a folder of the system",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Aliases:  lint.Names("DKL-DI-0002"),
	},
	Check: checkVolumeOnSystemDirectory,
}

func checkVolumeOnSystemDirectory(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("volume", true, func(in *dockerfile.Instruction) {
		for _, w := range in.Words {
			if path := bare(w.Text); isSystemDirectory(path) && path != "/run" && !strings.HasPrefix(path, "/sys/fs/cgroup") {
				p.Report(lint.Finding{Span: w.Span, Message: fmt.Sprintf("%s belongs to the system, and in a volume no update reaches it; use a folder for data", quoteShort(path))})
			}
		}
	})
}
