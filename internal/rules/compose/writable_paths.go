package compose

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// tmpfsFix is the fix that adds file systems in memory.
func tmpfsFix(s *facts.ComposeService, folders []string) []lint.Fix {
	title := "add a tmpfs on " + strings.Join(folders, ", ")
	if edits, ok := addKey(s, "tmpfs", "tmpfs:\n  - "+strings.Join(folders, "\n  - ")); ok {
		return yamlFix(title, lint.Manual, edits, ok, "services.*.tmpfs")
	}
	p := s.Entry("tmpfs")
	if !s.Owns(p) || p.Value.Kind != yaml.Sequence || len(folders) != 1 {
		return nil
	}
	edits, ok := s.File().File.Append(p.Value, folders[0])
	return yamlFix(title, lint.Manual, edits, ok, "services.*.tmpfs")
}

// hasMountOn reports whether a folder, or one above it but the root, is a mount.
func hasMountOn(s *facts.ComposeService, folder string) bool {
	return slices.ContainsFunc(s.AllMounts(), func(m compose.Mount) bool {
		return m.Target != "" && (m.Target == folder || (isBelow(folder, strings.TrimSuffix(m.Target, "/")) && m.Target != "/"))
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

// isWritable reports whether a mount of the service or a VOLUME of the image holds
// the folder, or may do.
func isWritable(s *facts.ComposeService, stage *facts.Stage, folder string) bool {
	return stage.VolumeHolds(folder) || slices.ContainsFunc(s.AllMounts(), func(m compose.Mount) bool {
		return !m.Known || (!m.ReadOnly && facts.Holds(m.Target, folder))
	})
}
