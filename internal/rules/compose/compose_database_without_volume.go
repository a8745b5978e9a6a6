package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposeDatabaseWithoutVolume finds database images without a mount on the
// folder of their data.
//
// The image declares an anonymous volume there, or none, and with the container
// the data is gone, or nobody finds it again. Mount a named volume.
//
// Off by default: data of a demonstration need not last. Silent for tmpfs, in
// files for tests, and in files that others complete.
var ComposeDatabaseWithoutVolume = lint.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-database-without-volume",
		Title:    "A database keeps its data in the container",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
	},
	Check: checkComposeDatabaseWithoutVolume,
}

func checkComposeDatabaseWithoutVolume(p *lint.Pass[*facts.Compose]) {
	if facts.IsDevelopmentName(p.Doc.Name) {
		return
	}
	for _, s := range wholeServices(p.Doc) {
		folder := dataFolder(s.Database())
		mounts := s.AllMounts()
		if folder == "" || s.Has("volumes_from") || slices.ContainsFunc(mounts, func(m compose.Mount) bool {
			return !m.Known || isBelow(folder, strings.TrimSuffix(m.Target, "/")) || isBelow(m.Target, folder) || strings.HasPrefix(m.Target, "/bitnami")
		}) {
			continue
		}
		p.Report(lint.Finding{
			Span:    s.Span(),
			Message: fmt.Sprintf("the data of %q is gone with the container; mount a named volume on %s", shortText(s.Name), folder),
		})
	}
}

// dataFolder is where the official image of a database keeps its data, by the
// images' own documentation; "" where nothing has to last.
func dataFolder(database string) string {
	switch database {
	case "postgres":
		return "/var/lib/postgresql"
	case "mysql", "mariadb":
		return "/var/lib/mysql"
	case "mongodb":
		return "/data/db"
	case "mssql":
		return "/var/opt/mssql"
	case "elasticsearch", "opensearch":
		return "/usr/share/" + database + "/data"
	case "cassandra":
		return "/var/lib/cassandra"
	case "couchdb":
		return "/opt/couchdb/data"
	case "clickhouse":
		return "/var/lib/clickhouse"
	case "neo4j":
		return "/data"
	}
	return ""
}
