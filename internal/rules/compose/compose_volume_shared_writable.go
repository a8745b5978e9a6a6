package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeVolumeSharedWritable reports named volumes that several services mount
// without `ro`.
//
// # Why it matters
//
// Two programs that write to the same files without knowing about each other can
// damage them.
//
// The rule is off by default, because programs that are made for it share volumes for
// good reasons.
//
// # How to fix it
//
// Let one service write, and mount the volume read-only in the others:
//
//	volumes:
//	  - data:/data:ro
//
// # Exceptions
//
// It does not report:
//
//   - volumes that all services but one mount read-only
//   - services whose profiles are never active together
var ComposeVolumeSharedWritable = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-volume-shared-writable",
		Title:    "Several services write to the same volume",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases:  lint.Names("kics:shared_volumes_between_containers"),
	},
	Check: checkComposeVolumeSharedWritable,
}

func checkComposeVolumeSharedWritable(p *facts.Pass[*facts.Compose]) {
	first := map[string]*facts.ComposeService{}
	told := map[string]bool{}
	places := map[string]text.Span{}
	for _, s := range p.Doc.All() {
		for _, m := range s.AllMounts() {
			if m.Kind != compose.NamedVolume || m.ReadOnly || !m.Known {
				continue
			}
			writer := first[m.Source]
			if writer == nil {
				first[m.Source], places[m.Source] = s, m.SourceSpan
				continue
			}
			if writer == s || told[m.Source] || !s.MayRunWith(writer) {
				continue
			}
			told[m.Source] = true
			p.Report(lint.Finding{
				Span:    m.SourceSpan,
				Message: fmt.Sprintf("%q and %q can both write to the volume %q and damage each other's files; mount it read-only in the service that only reads", shortText(s.Name), shortText(writer.Name), shortText(m.Source)),
				Related: []lint.Related{{Span: places[m.Source], Message: "the other service that can write to it"}},
			})
		}
	}
}
