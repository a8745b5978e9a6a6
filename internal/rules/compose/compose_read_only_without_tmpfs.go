package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeReadOnlyWithoutTmpfs reports services with `read_only: true` that have no
// writable `/tmp`, and for nginx no writable `/var/cache/nginx` and `/var/run`. It
// looks at services that Compose builds, and at images that are known to write there.
//
// # Why it matters
//
// Most programs write temporary files at some time, for example to buffer a large
// request. In a read-only container, that request fails.
//
// # How to fix it
//
// Add a file system in memory:
//
//	tmpfs:
//	  - /tmp
//
// # Exceptions
//
// It does not report:
//
//   - folders on which a volume or a tmpfs is mounted
//   - images that are not known to write files
//   - services that the rule `read-only-without-writable-path` reports
//   - services with `extends`, and files that are merged with another Compose file
//   - services that the option `except` names
var ComposeReadOnlyWithoutTmpfs = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-read-only-without-tmpfs",
		Title:    "Read-only service cannot write to /tmp",
		Category: lint.Runtime,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native"},
		Options:  []lint.Option{{Name: "except", Doc: "names of services that write nothing and are not reported", Kind: lint.ListOption}},
	},
	Check: checkComposeReadOnlyWithoutTmpfs,
}

func checkComposeReadOnlyWithoutTmpfs(p *facts.Pass[*facts.Compose]) {
	if p.Doc.IsFragment(p.Doc.Name) {
		return
	}
	for _, s := range p.Doc.All() {
		v := s.Value("read_only")
		if !v.IsTrue() || s.Has("extends") || slices.Contains(p.Options.List("except"), s.Name) {
			continue
		}
		if b, err := p.Project.Build(s); err == nil && b != nil && b.Stage != nil {
			if _, ok := deniedWrite(s, b.Stage); ok {
				continue // read-only-without-writable-path knows which folder
			}
		}
		written, _ := images.Says(s.ImageBase(), images.Writes)
		needed := strings.Fields(written)
		if writesTmp(s) {
			needed = append([]string{"/tmp"}, needed...)
		}
		missing := slices.DeleteFunc(needed, func(folder string) bool {
			return hasMountOn(s, folder) || (folder == "/var/run" && hasMountOn(s, "/run"))
		})
		unknown := slices.ContainsFunc(
			s.AllMounts(),
			func(m compose.Mount) bool { return strings.Contains(m.Target, "$") || (!m.Known && m.Target == "") },
		)
		if len(missing) == 0 || unknown {
			continue
		}
		p.Report(lint.Finding{
			Span:    s.Entry("read_only").Span,
			Message: fmt.Sprintf("%q cannot write to %s, which most programs do at some time, so it can fail; add a tmpfs", shortText(s.Name), text.List(missing, "and")),
			Fixes:   tmpfsFix(s, missing),
		})
	}
}

// writesTmp reports whether a service runs a program of the project, or an image
// that is known to write temporary files. A single static program often does not.
func writesTmp(s *facts.ComposeService) bool { return s.Has("build") || s.ImageSays(images.WritesTmp) }
