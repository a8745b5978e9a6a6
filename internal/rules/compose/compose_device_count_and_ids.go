package compose

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeDeviceCountAndIds reports requests for devices, in `gpus` and in
// `deploy.resources.reservations.devices`, that have both `count` and `device_ids`.
//
// # Why it matters
//
// The two contradict each other, so Compose refuses the file.
//
// # How to fix it
//
// Keep `count` if any devices will do, or `device_ids` for certain ones:
//
//	devices:
//	  - driver: nvidia
//	    device_ids: ["0"]
//	    capabilities: [gpu]
//
// # Fix safety
//
// There is no automatic fix: only the author knows whether the number or the devices matter.
//
// # Exceptions
//
// It does not report requests with only one of the two, or with neither.
var ComposeDeviceCountAndIds = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-device-count-and-ids",
		Title:    "Device request has both count and device_ids",
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
					Message: "\"count\" and \"device_ids\" are both set, so Compose refuses the file; keep one of them",
					Related: []lint.Related{{Span: ids.Key.Span, Message: "the device IDs"}},
				})
			}
		}
	}
}
