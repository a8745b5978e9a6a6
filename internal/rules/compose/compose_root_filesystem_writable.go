package compose

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeRootFilesystemWritable reports services without `read_only: true`, in one
// finding for the file.
//
// # Why it matters
//
// An attacker in the container can write tools there and run them, or change the
// program itself. With a read-only root file system, and a tmpfs for the files that the
// program writes, this is much harder.
//
// The rule is off by default, because you have to run the program to find out whether
// it works with a read-only file system.
//
// # How to fix it
//
// Make the root file system read-only, and add a tmpfs for each folder that the
// program writes to:
//
//	read_only: true
//	tmpfs:
//	  - /tmp
//
// # Exceptions
//
// It does not report:
//
//   - databases, and images that update themselves
//   - services with `develop.watch`, which copies files into the container
//   - a `read_only` that depends on a variable without a default
//   - services with `extends`, and files that are merged with another Compose file
var ComposeRootFilesystemWritable = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-root-filesystem-writable",
		Title:    "Root file system of a service is writable",
		Category: lint.Security,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native", "hardening"},
		Aliases:  lint.Names("CIS-5.13", "CL-0007", "OWASP-R8", "semgrep:writable-filesystem-service"),
		Options:  []lint.Option{perService()},
	},
	Check: checkComposeRootFilesystemWritable,
}

func checkComposeRootFilesystemWritable(p *facts.Pass[*facts.Compose]) {
	l := lacking{
		message: "the root file system of %s is writable, so an attacker can write and run programs there; set \"read_only: true\", and mount a tmpfs where the program writes",
		title:   "set read_only with a tmpfs on /tmp",
		keys:    []string{"read_only", "tmpfs"},
		manual:  true,
		fix: func(s *facts.ComposeService) ([]text.Edit, bool) {
			code := "read_only: true"
			if !hasMountOn(s, "/tmp") {
				if s.Entry("tmpfs") != nil {
					return nil, false
				}
				code += "\ntmpfs:\n  - /tmp"
			}
			return addKey(s, "read_only", code)
		},
	}
	for _, s := range wholeServices(p.Doc) {
		if v := s.Value("read_only"); v.IsTrue() || (v.Exists() && !v.Known) || s.Database() != "" || len(s.Watch()) > 0 || writesRoot(s) {
			continue
		}
		l.services = append(l.services, s)
	}
	l.report(p)
}

// writesRoot reports whether a service cannot do without a root file
// system that it can write, by its image.
func writesRoot(s *facts.ComposeService) bool { return s.ImageSays(images.UpdatesItself) }
