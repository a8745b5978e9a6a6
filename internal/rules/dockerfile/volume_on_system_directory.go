package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// VolumeOnSystemDirectory reports `VOLUME` on a directory that belongs to the system, such
// as `/usr/lib` or `/etc`.
//
// # Why it matters
//
// A volume is filled once and then outlives the image. Programs and configuration of the
// system stay at their old version in it, also after an update of the image.
//
// # How to fix it
//
// Declare a directory that only holds data:
//
//	VOLUME /var/lib/app
//
// # Fix safety
//
// There is no automatic fix: users of the image may have data in this volume.
//
// # Exceptions
//
// It does not report:
//
//   - `/sys/fs/cgroup`, which systemd needs
//   - `/run`
var VolumeOnSystemDirectory = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "volume-on-system-directory",
		Title:    "VOLUME is a system directory",
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
				p.Report(lint.Finding{Span: w.Span, Message: fmt.Sprintf("%s is a system directory, and a volume there does not receive updates of the image; use a directory for data", quoteShort(path))})
			}
		}
	})
}
