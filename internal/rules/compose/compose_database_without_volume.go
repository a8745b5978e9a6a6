package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposeDatabaseWithoutVolume reports databases that have no volume on the folder of
// their data. By default, it reports a warning only where the database always restarts
// (the variant `in-use`), or where a service that depends on the database keeps its own
// state in a named volume (the variant `beside-kept-state`). The others are off, because
// the data of a demonstration need not last.
//
// # Why it matters
//
// The data is in the container or in an anonymous volume. When the container is
// removed, for example by `docker compose down`, the data is lost or hard to find
// again. If another service keeps its state, the two no longer match.
//
// # How to fix it
//
// Mount a named volume on the folder that the message names:
//
//	volumes:
//	  - data:/var/lib/postgresql/data
//
// For PostgreSQL, the folder depends on the major version: 17 and earlier use
// `/var/lib/postgresql/data`, 18 and later use `/var/lib/postgresql`. A volume on the
// wrong one loses data or prevents the start. Pin the major version, because a tag
// such as `latest` moves from one folder to the other.
//
// A mount on a parent folder of an image's own volume does not keep the data. With a
// volume on `/var/lib/postgresql`, PostgreSQL 17 still writes to an anonymous volume
// on `/var/lib/postgresql/data`.
//
// # Fix safety
//
// There is no automatic fix: a new volume is empty, so the database would start without the data
// that the container holds today.
//
// # Exceptions
//
// It does not report:
//
//   - data in a tmpfs, which is not meant to last
//   - files for development or tests, by their name
//   - services with `extends`, and files that are merged with another Compose file
//   - images whose data folder is not known, where a mount may hold the data
//   - mounts on a folder that the command names
var ComposeDatabaseWithoutVolume = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-database-without-volume",
		Title:    "Database has no volume for its data",
		Category: lint.Runtime,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Variants: []string{"beside-kept-state", "in-use"},
		OptIn:    []string{""},
	},
	Check: checkComposeDatabaseWithoutVolume,
}

func checkComposeDatabaseWithoutVolume(p *facts.Pass[*facts.Compose]) {
	if facts.IsDevelopmentName(p.Doc.Name) {
		return
	}
	for _, s := range wholeServices(p.Doc) {
		if !keepsData(s.Database()) || s.Has("volumes_from") {
			continue
		}
		folders := s.DataFolders()
		if mayKeepData(s, folders) {
			continue
		}
		f := lint.Finding{
			Span:    s.Span(),
			Message: fmt.Sprintf("the data of %q is lost when its container is removed; %s", shortText(s.Name), volumeAdvice(s, folders)),
		}
		if d := dependantWithState(p.Doc, s); d != nil {
			f.Variant, f.Severity = "beside-kept-state", lint.Warning
			f.Message = fmt.Sprintf("the data of %q is lost when its container is removed while %q keeps its own, so the two no longer match; %s", shortText(s.Name), shortText(d.Name), volumeAdvice(s, folders))
		} else if isKept(p, s) {
			f.Variant, f.Severity = "in-use", lint.Warning
		}
		p.Report(f)
	}
}

// isKept reports whether a database is run to be kept: it is started again whenever it
// ends, and the file is there to be used.
func isKept(p *facts.Pass[*facts.Compose], s *facts.ComposeService) bool {
	_, isExcused := p.Doc.Purposes(p.Project).Excuse(facts.ClaimUpkeep)
	return s.KeepsRunning() && !isExcused && !p.Doc.IsDevelopment(p.Doc.Name)
}

// dependantWithState is a service that depends on another one and keeps state in a named
// volume of its own; nil for none.
func dependantWithState(d *facts.Compose, s *facts.ComposeService) *facts.ComposeService {
	for _, other := range d.All() {
		depends := slices.ContainsFunc(other.DependsOn(), func(dep compose.Dependency) bool { return dep.Service == s.Name })
		if depends && slices.ContainsFunc(other.AllMounts(), func(m compose.Mount) bool {
			return m.Kind == compose.NamedVolume && !m.ReadOnly && keepsState(m.Target)
		}) {
			return other
		}
	}
	return nil
}

// keepsState reports whether a folder is one of state, by its name: what holds packages,
// caches and logs is none.
func keepsState(folder string) bool {
	lower := strings.ToLower(folder)
	return !slices.ContainsFunc([]string{"node_modules", "cache", ".m2", ".gradle", "vendor", "log", "venv", "static", "tmp", "bundle", "cargo", "target", "socket", "/run"}, func(w string) bool {
		return strings.Contains(lower, w)
	})
}

// keepsData reports whether the data of that kind of database have to last.
func keepsData(database string) bool {
	switch database {
	case "postgres", "mysql", "mariadb", "mongodb", "mssql", "elasticsearch", "opensearch", "cassandra", "couchdb", "clickhouse", "neo4j", "oracle":
		return true
	}
	return false
}

// mayKeepData reports whether a mount holds the data, as far as is known.
func mayKeepData(s *facts.ComposeService, folders []facts.DataFolder) bool {
	return slices.ContainsFunc(s.AllMounts(), func(m compose.Mount) bool {
		switch {
		case !m.Known || m.Target == "", len(folders) == 0 && !m.ReadOnly, namedByCommand(s, m.Target):
			return true
		case m.Kind == compose.Memory && isAboveData(m, folders):
			return true // they are not meant to last
		}
		return slices.ContainsFunc(folders, func(f facts.DataFolder) bool { return f.IsKeptBy(m.Target) })
	})
}

// isAboveData reports whether a mount covers a folder of data.
func isAboveData(m compose.Mount, folders []facts.DataFolder) bool {
	return slices.ContainsFunc(folders, func(f facts.DataFolder) bool { return isBelow(f.Path, strings.TrimSuffix(m.Target, "/")) })
}

// namedByCommand reports whether the service's command names the folder, as
// "--datadir" does.
func namedByCommand(s *facts.ComposeService, folder string) bool {
	return slices.ContainsFunc(slices.Concat(s.Values("command"), s.Values("entrypoint")), func(v compose.Value) bool {
		return strings.Contains(v.Text, folder)
	})
}

// volumeAdvice says where the volume belongs.
func volumeAdvice(s *facts.ComposeService, folders []facts.DataFolder) string {
	switch len(folders) {
	case 0:
		return "mount a named volume where its image stores data"
	case 1:
		return "mount a named volume on " + shortText(folders[0].Target()) + insteadOf(s, folders[0])
	}
	return fmt.Sprintf("pin the major version, and mount a named volume on %s (PostgreSQL 18 and later) or %s (17 and earlier)",
		folders[0].Target(), folders[1].Target())
}

// insteadOf names the mount that looks as if it kept the data.
func insteadOf(s *facts.ComposeService, f facts.DataFolder) string {
	for _, m := range s.AllMounts() {
		if isBelow(f.Path, strings.TrimSuffix(m.Target, "/")) {
			return fmt.Sprintf(", because the mount on %q does not replace the image's own volume there", shortText(m.Target))
		}
	}
	return ""
}
