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
// What is downloaded to HF_HOME and TORCH_HOME is meant to last, and the image may
// hold some of it already: it needs a named volume. A tmpfs would hide it.
//
// Silent for folders of VOLUME, which are writable, and for images from elsewhere.
// For manifests there is k8s-read-only-without-writable-path.
var ReadOnlyWithoutWritablePath = facts.Rule[*facts.Compose]{
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
			Message: fmt.Sprintf("the root of %q is read-only, and %s writes to %s; %s", shortText(s.Name), w.Who, shortText(w.Folder), advice),
			Related: []lint.Related{inDockerfile(b, w.Place, "it is named here")},
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
