package compose

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeLoggingWithoutRotation reports services whose logs go to files without
// `max-size`, in one finding for the file: the driver is `json-file`, or none is set.
//
// # Why it matters
//
// The log of a container grows until the disk of the host is full. Then other services
// fail too.
//
// The rule is off by default, because the daemon can set a limit for all containers,
// which the file does not show.
//
// # How to fix it
//
// Limit the size, or use the driver `local`, which has a limit by default:
//
//	logging:
//	  driver: json-file
//	  options:
//	    max-size: 10m
//	    max-file: "3"
//
// # Exceptions
//
// It does not report:
//
//   - other drivers
//   - services with `extends`, and files that are merged with another Compose file
var ComposeLoggingWithoutRotation = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-logging-without-rotation",
		Title:    "Container logs grow without a limit",
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
		message: "the logs of %s grow until the disk is full; set max-size and max-file in logging.options",
		title:   "set max-size and max-file",
		keys:    []string{"logging"},
		fix: func(s *facts.ComposeService) ([]text.Edit, bool) {
			return addKey(s, "logging", "logging:\n  driver: json-file\n  options:\n    max-size: 10m\n    max-file: \"3\"")
		},
	}
	for _, s := range wholeServices(p.Doc) {
		driver := s.Value("logging", "driver")
		if (driver.Exists() && driver.Text != "json-file") || s.Value("logging", "options", "max-size").Exists() {
			continue
		}
		l.services = append(l.services, s)
	}
	l.report(p)
}
