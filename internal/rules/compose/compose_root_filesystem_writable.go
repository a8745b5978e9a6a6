package compose

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeRootFilesystemWritable finds services without "read_only: true".
//
// Whoever gets into the container can store and run tools there. With a root
// file system that is read-only, and a tmpfs for what the program writes, they
// cannot.
//
// Off by default: whether a program can do without is known only when it runs.
// So the fix, a tmpfs on /tmp beside "read_only: true", is shown and not applied: a program
// that writes elsewhere would stop. There is one finding for the file; the option "per-service" makes one for each
// service.
//
// Silent for databases and other images that write there, for services that are
// synchronised by develop.watch, and in files that others complete.
var ComposeRootFilesystemWritable = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-root-filesystem-writable",
		Title:    "The root file system of a service is writable",
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
		message: "%s can store and run what an attacker brings; set read_only, and a tmpfs for what is written",
		title:   "set read_only with a tmpfs on /tmp",
		keys:    []string{"read_only", "tmpfs"},
		manual:  true,
		mend: func(s *facts.ComposeService) ([]text.Edit, bool) {
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
		if v := s.Value("read_only"); v.IsTrue() || v.Exists() && !v.Known || s.Database() != "" || len(s.Watch()) > 0 || writesRoot(s) {
			continue
		}
		l.services = append(l.services, s)
	}
	l.report(p)
}

// writesRoot tells by its image whether a service cannot do without a root file
// system that it can write.
func writesRoot(s *facts.ComposeService) bool { return s.ImageSays(images.UpdatesItself) }

// hasMountOn tells whether a folder, or one above it but the root, is a mount.
func hasMountOn(s *facts.ComposeService, folder string) bool {
	return slices.ContainsFunc(s.AllMounts(), func(m compose.Mount) bool {
		return m.Target != "" && (m.Target == folder || isBelow(folder, strings.TrimSuffix(m.Target, "/")) && m.Target != "/")
	})
}
