package compose

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeLoggingWithoutRotation finds services whose logs go to files without
// max-size: the driver json-file, or none named.
//
// They grow until the disk is full. Set max-size and max-file, or use the driver
// local.
//
// Off by default: the daemon may have a limit for all, which the file does not
// show. There is one finding for the file; the option "per-service" makes one
// for each service.
//
// Silent for other drivers, and in files that others complete.
var ComposeLoggingWithoutRotation = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-logging-without-rotation",
		Title:    "Logs grow without a limit",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Options:  []lint.Option{perService()},
	},
	Check: checkComposeLoggingWithoutRotation,
}

func checkComposeLoggingWithoutRotation(p *facts.Pass[*facts.Compose]) {
	l := lacking{
		message: "the logs of %s grow until the disk is full; set max-size and max-file",
		title:   "set max-size and max-file",
		keys:    []string{"logging"},
		mend: func(s *facts.ComposeService) ([]text.Edit, bool) {
			return addKey(s, "logging", "logging:\n  driver: json-file\n  options:\n    max-size: 10m\n    max-file: \"3\"")
		},
	}
	for _, s := range wholeServices(p.Doc) {
		driver := s.Value("logging", "driver")
		if driver.Exists() && driver.Text != "json-file" || s.Value("logging", "options", "max-size").Exists() {
			continue
		}
		l.services = append(l.services, s)
	}
	l.report(p)
}
