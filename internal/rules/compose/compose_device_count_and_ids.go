package compose

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeDeviceCountAndIds finds a request for devices with both a count and
// identifiers. Compose refuses the file: keep one of them.
//
// Silent for either alone, and for neither.
//
// There is no fix: only the author knows whether the count or the identifiers are meant.
var ComposeDeviceCountAndIds = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-device-count-and-ids",
		Title:    "A request for devices has a count and identifiers",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("compose-go:device-request"),
	},
	Check: checkComposeDeviceCountAndIds,
}

func checkComposeDeviceCountAndIds(p *facts.Pass[*facts.Compose]) {
	d := p.Doc
	for _, s := range d.All() {
		for _, list := range []*yaml.Node{s.Get("deploy", "resources", "reservations", "devices"), s.Get("gpus")} {
			if list == nil {
				continue
			}
			for _, item := range list.Items {
				count, ids := d.View.Pair(item, "count"), d.View.Pair(item, "device_ids")
				if !isSet(count) || !isSet(ids) {
					continue
				}
				p.Report(lint.Finding{
					Span:    count.Span,
					Message: "\"count\" stands beside \"device_ids\", and Compose refuses the file; keep one of them",
					Related: []lint.Related{{Span: ids.Key.Span, Message: "the identifiers"}},
				})
			}
		}
	}
}
