package compose

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ReadOnlyWithoutWritablePath reports services with `read_only: true` whose server
// writes to a folder that no tmpfs and no volume covers. It knows the folders of nginx
// (caches and PID file), Apache (PID file) and Gunicorn (heartbeat files in `/tmp`),
// and those that the Dockerfile names in variables such as `TMPDIR`.
//
// # Why it matters
//
// The server does not start, or fails later when it writes to the folder.
//
// # How to fix it
//
// Mount a tmpfs on the folder:
//
//	read_only: true
//	tmpfs:
//	  - /tmp
//
// Use a named volume for downloads that must last, such as those in `HF_HOME` and
// `TORCH_HOME`. A tmpfs would hide files that the image already has there.
//
// # Exceptions
//
// It does not report:
//
//   - folders that the image declares as `VOLUME`, which are writable
//   - images that the project does not build
//
// The rule `k8s-read-only-without-writable-path` checks Kubernetes manifests.
var ReadOnlyWithoutWritablePath = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "read-only-without-writable-path",
		Title:    "Server writes to a read-only file system",
		Category: lint.Runtime,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkReadOnlyWithoutWritablePath,
}

func checkReadOnlyWithoutWritablePath(p *facts.Pass[*facts.Compose]) {
	eachBuild(p, func(s *facts.ComposeService, b *facts.ServiceBuild) {
		readOnly := s.Entry("read_only")
		if readOnly == nil || !s.Value("read_only").IsTrue() || siblingSets(p, s.Name, "tmpfs") || siblingSets(p, s.Name, "volumes") {
			return
		}
		w, ok := deniedWrite(s, b.Stage)
		if !ok {
			return
		}
		advice, fixes := writableAdvice(s, w)
		p.Report(lint.Finding{
			Span:    readOnly.Span,
			Message: fmt.Sprintf("the root file system of %q is read-only, but %s writes to %s, so it fails; %s", shortText(s.Name), w.Who, shortText(w.Folder), advice),
			Related: []lint.Related{inDockerfile(b, w.Place, "the program or the folder is set here")},
			Fixes:   fixes,
		})
	})
}

// writableAdvice says how the folder becomes writable. Compose accepts one mount for
// a target, so there is no fix where one is there already.
func writableAdvice(s *facts.ComposeService, w facts.Write) (advice string, fixes []lint.Fix) {
	switch {
	case slices.ContainsFunc(s.AllMounts(), func(m compose.Mount) bool { return facts.Holds(m.Target, w.Folder) }):
		return "make the read-only mount there writable", nil
	case w.Lasting:
		return "mount a named volume there", nil
	case yaml.PlainString(w.Folder, true):
		fixes = tmpfsFix(s, []string{w.Folder})
	}
	return "mount a tmpfs there", fixes
}
