package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeMountPropagationShared finds mounts with the propagation shared or
// rshared: what the container mounts there appears on the host, and the other
// way round. The slave forms, by which the host's mounts appear in the
// container, are info.
//
// Leave the option out, unless the container's work is to mount for others.
//
// It is info, and excused, for services that have /dev/fuse, which mount for others.
//
// Silent for the private forms.
var ComposeMountPropagationShared = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-mount-propagation-shared",
		Title:    "Mounts leak between the container and its host",
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
				f.Message = fmt.Sprintf("%q lets what %q mounts appear on the host, and the other way round; leave it out", option, shortText(s.Name))
			case "slave", "rslave":
				f = facts.Excuse(f)
				f.Message = fmt.Sprintf("%q lets what the host mounts appear in %q; leave it out, unless that is meant", option, shortText(s.Name))
			default:
				continue
			}
			f.Fixes = withoutOption(p.Doc, m, option, "leave the option out")
			onlyShown(f.Fixes)
			p.Report(f)
		}
	}
}
