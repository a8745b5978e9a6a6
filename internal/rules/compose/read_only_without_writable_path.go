package compose

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ReadOnlyWithoutWritablePath finds services with a read-only root whose server
// writes to a folder that no tmpfs and no volume covers: nginx its caches and its
// process number, Apache the latter, Gunicorn a heartbeat in /tmp, and what the
// Dockerfile names in TMPDIR and the like. It does not start, or fails later.
//
// Silent for folders of VOLUME, which are writable, and for images from elsewhere.
// For manifests there is k8s-read-only-without-writable-path.
var ReadOnlyWithoutWritablePath = lint.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "read-only-without-writable-path",
		Title:    "A service with a read-only root writes somewhere",
		Category: lint.Runtime,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkReadOnlyWithoutWritablePath,
}

func checkReadOnlyWithoutWritablePath(p *lint.Pass[*facts.Compose]) {
	eachBuild(p, func(s *facts.ComposeService, b *facts.ServiceBuild) {
		readOnly := s.Entry("read_only")
		if readOnly == nil || !s.Value("read_only").IsTrue() || siblingSets(p.Doc, s.Name, "tmpfs") || siblingSets(p.Doc, s.Name, "volumes") {
			return
		}
		w, ok := deniedWrite(s, b.Stage)
		if !ok {
			return
		}
		f := lint.Finding{
			Span:    readOnly.Span,
			Message: fmt.Sprintf("the root of %q is read-only, and %s writes to %s; mount a tmpfs there", shortText(s.Name), w.Who, shortText(w.Folder)),
			Related: []lint.Related{inDockerfile(b, w.Place, "it is named here")},
		}
		if yaml.PlainString(w.Folder, true) {
			f.Fixes = tmpfsFix(s, []string{w.Folder})
		}
		p.Report(f)
	})
}

// deniedWrite is the first folder that the program of a stage is known to write to
// and that nothing makes writable. One at a time: fixes would be in each other's way.
func deniedWrite(s *facts.ComposeService, stage *facts.Stage) (w facts.Write, found bool) {
	start, known := s.Start(stage)
	for _, w := range stage.Writes(start, known) {
		if !isWritable(s, stage, w.Folder) {
			return w, true
		}
	}
	return facts.Write{}, false
}

// isWritable tells whether a mount of the service or a VOLUME of the image holds
// the folder, or may do.
func isWritable(s *facts.ComposeService, stage *facts.Stage, folder string) bool {
	return stage.VolumeHolds(folder) || slices.ContainsFunc(s.AllMounts(), func(m compose.Mount) bool {
		return !m.Known || !m.ReadOnly && facts.Holds(m.Target, folder)
	})
}
