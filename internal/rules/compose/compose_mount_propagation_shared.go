package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeMountPropagationShared reports mounts with the propagation `shared` or
// `rshared`. Findings have severity info and the variant `excused`:
//
//   - for `slave` and `rslave`, with which mounts of the host appear in the container
//   - for services with the device `/dev/fuse`, whose work is to mount for others
//   - in files for development, tests, demonstrations or exercises
//   - where a comment next to the mount gives the reason
//
// # Why it matters
//
// What the container mounts in the folder appears on the host, and what the host
// mounts appears in the container. A program in the container can so cover files of
// the host, or keep a disk of the host from being unmounted.
//
// # How to fix it
//
// Remove the option, unless the work of the container is to mount for others.
//
// # Exceptions
//
// It does not report the private forms.
var ComposeMountPropagationShared = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-mount-propagation-shared",
		Title:    "Mounts are shared between the container and the host",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native", "hardening"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases:  lint.Names("CIS-5.20", "CL-0017", "kics:volume_mounted_in_multiple_containers"),
	},
	Check: checkComposeMountPropagationShared,
}

func checkComposeMountPropagationShared(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		for _, m := range s.AllMounts() {
			option := m.Propagation()
			f := lint.Finding{Span: m.Span}
			switch option {
			case "shared", "rshared":
				f = weigh(p, f, mountsByFUSE(s))
				f.Message = fmt.Sprintf("with %q, what %q mounts appears on the host, and the other way round; remove the option", option, shortText(s.Name))
			case "slave", "rslave":
				f = facts.Excuse(f)
				f.Message = fmt.Sprintf("with %q, file systems that the host mounts later appear in %q; remove the option unless the program must see them", option, shortText(s.Name))
			default:
				continue
			}
			f.Fixes = withoutOption(p.Doc, m, option, "remove the option")
			onlyShown(f.Fixes)
			p.Report(f)
		}
	}
}
