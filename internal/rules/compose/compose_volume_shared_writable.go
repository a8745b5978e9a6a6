package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeVolumeSharedWritable finds a named volume that several services mount
// writable.
//
// Two programs that write the same files without knowing of each other can spoil
// them. Let one write, and mount it read-only for the others.
//
// Off by default: programs that are made for it share volumes with good reason.
// Silent where all but one mount it read-only.
var ComposeVolumeSharedWritable = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-volume-shared-writable",
		Title:    "Several services write to one volume",
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
				Message: fmt.Sprintf("%q writes to the volume %q as %q does, and each can spoil the other's files; let one write, and mount it read-only for the others", shortText(s.Name), shortText(m.Source), shortText(writer.Name)),
				Related: []lint.Related{{Span: places[m.Source], Message: "the other one"}},
			})
		}
	}
}
