package compose

import (
	"fmt"
	"path"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposePostgresDataPath reports mounts on `/var/lib/postgresql/data` for PostgreSQL
// 18 and later, and mounts on `/var/lib/postgresql` alone for PostgreSQL 17 and
// earlier. For tags without a version that are version 18 or later, such as `latest`
// and `alpine`, the severity is warning.
//
// # Why it matters
//
//   - PostgreSQL 18 and later store their data below `/var/lib/postgresql`. The start
//     script of the image stops with an error if something is mounted on the old
//     folder.
//   - PostgreSQL 17 and earlier store their data in `/var/lib/postgresql/data`, which
//     is a volume of the image. A mount on the folder above keeps nothing, so the data
//     is lost with the container.
//
// # How to fix it
//
// Mount the folder of the version, and pin the major version of your data:
//
//	image: postgres:18
//	volumes:
//	  - data:/var/lib/postgresql
//
// Before you change the major version, move the data with `pg_upgrade` or a dump.
//
// # Fix safety
//
// There is no automatic fix: the data is in the old folder, and must be moved while the server
// is stopped.
//
// # Exceptions
//
// It does not report:
//
//   - services that set `PGDATA`, or that have an environment file
//   - services that Compose builds
//   - images and paths that depend on a variable
var ComposePostgresDataPath = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-postgres-data-path",
		Title:    "Volume is not where this PostgreSQL version stores its data",
		Category: lint.Runtime,
		Severity: lint.Error,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkComposePostgresDataPath,
}

func checkComposePostgresDataPath(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		image, ok := s.Image()
		_, moved := s.Getenv("PGDATA")
		if !ok || !image.Known || moved {
			continue
		}
		if (image.Tag == "" && image.Digest != "") || s.Database() != "postgres" || len(s.EnvFiles()) > 0 {
			continue
		}
		folders := s.DataFolders()
		layouts := images.DataLayouts(images.Canonical(image.Name()))
		if len(folders) == 0 || len(layouts) < 2 {
			continue
		}
		if folders[0].DataFolder != layouts[0] {
			reportMountAboveData(p, s, folders[0], layouts[0].Path)
			continue
		}
		for _, m := range s.AllMounts() {
			if !m.Known || !slices.ContainsFunc(layouts[1:], func(old images.DataFolder) bool { return path.Clean(m.Target) == old.Path }) {
				continue
			}
			f := lint.Finding{
				Span:    m.Span,
				Message: fmt.Sprintf("%q is PostgreSQL 18 or later, which does not start with a volume on %s; mount the volume on %s", shortText(image.Raw), m.Target, folders[0].Target()),
			}
			if len(folders) > 1 {
				f.Severity = lint.Warning
				f.Message = fmt.Sprintf("%q is PostgreSQL 18 or later, which does not start with a volume on %s; pin the version that wrote the data, or mount the volume on %s", shortText(image.Raw), m.Target, folders[0].Target())
			}
			p.Report(f)
		}
	}
}

// reportMountAboveData reports a mount on the folder of newer versions where nothing holds
// the data of this one.
func reportMountAboveData(p *facts.Pass[*facts.Compose], s *facts.ComposeService, data facts.DataFolder, newer string) {
	var above *compose.Mount
	for _, m := range s.AllMounts() {
		switch {
		case !m.Known || data.IsKeptBy(m.Target) || m.Kind == compose.Memory:
			return
		case data.Volume != "" && isBelow(newer, path.Clean(m.Target)):
			above = &m
		}
	}
	if above == nil || s.Has("volumes_from") {
		return
	}
	image, _ := s.Image()
	p.Report(lint.Finding{
		Span:    above.Span,
		Message: fmt.Sprintf("%q stores its data in %s, a volume of its image, so this mount keeps nothing and the data is lost with the container; mount %s", shortText(image.Raw), data.Path, data.Target()),
	})
}
