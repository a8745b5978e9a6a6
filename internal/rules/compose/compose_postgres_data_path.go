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

// ComposePostgresDataPath finds a mount on /var/lib/postgresql/data of PostgreSQL 18 and
// later: the image keeps the data below /var/lib/postgresql, and its start script ends
// with an error when it finds something mounted on the old folder.
//
// Mount /var/lib/postgresql. Data of an older version have to be moved with pg_upgrade or
// a dump first.
//
// The other way round, PostgreSQL 17 and earlier keep their data in /var/lib/postgresql/data,
// on which their image declares a volume of its own: a mount on /var/lib/postgresql alone
// keeps nothing.
//
// It is a warning for tags without a version, such as latest and alpine, which are
// version 18 or later: pin the version that the data are of.
//
// Silent where PGDATA is set, for services that are built, and where a variable decides.
//
// There is no fix: the data are in the old place, and have to be moved with the server
// stopped.
var ComposePostgresDataPath = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-postgres-data-path",
		Title:    "A volume is not where this version of PostgreSQL keeps its data",
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
		if !ok || !image.Known || moved || image.Tag == "" && image.Digest != "" || s.Database() != "postgres" || len(s.EnvFiles()) > 0 {
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
				Message: fmt.Sprintf("%q is PostgreSQL 18 or later, which does not start with a volume on %s; mount %s", shortText(image.Raw), m.Target, folders[0].Target()),
			}
			if len(folders) > 1 {
				f.Severity = lint.Warning
				f.Message = fmt.Sprintf("%q has no version and is PostgreSQL 18 or later, which does not start with a volume on %s; pin the major version of the data, or mount %s", shortText(image.Raw), m.Target, folders[0].Target())
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
		Message: fmt.Sprintf("%q keeps its data in %s, on which its image has a volume of its own, so this mount keeps nothing and the data are lost with the container; mount %s", shortText(image.Raw), data.Path, data.Target()),
	})
}
