package facts

import (
	"path"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// DataFolder is where the image of a database keeps its data.
type DataFolder struct {
	// Path is the folder of the data.
	Path string
	// Volume is Path or a folder above it on which the image declares a volume;
	// empty where it declares none. The engine puts an anonymous volume there
	// unless a mount has exactly this target, so that a mount above it holds no
	// data.
	Volume string
}

// Target is where a volume has to be mounted to keep the data.
func (f DataFolder) Target() string {
	if f.Volume != "" {
		return f.Volume
	}
	return f.Path
}

// IsKeptBy reports whether a mount with that target holds the data, or a part of
// them.
func (f DataFolder) IsKeptBy(target string) bool {
	target = path.Clean(target)
	if f.Volume != "" && target != f.Volume && isWithin(f.Volume, target) {
		return false
	}
	return isWithin(f.Path, target) || isWithin(target, f.Path)
}

func isWithin(name, folder string) bool {
	return name == folder || strings.HasPrefix(name, strings.TrimSuffix(folder, "/")+"/")
}

// Data folders by the images' Dockerfiles and documentation, as of November 2026.
// PostgreSQL's are in postgresFolders and CouchDB's in couchFolders, since they
// differ by version.
var dataFolders = map[string]DataFolder{
	"mysql":              {Path: "/var/lib/mysql", Volume: "/var/lib/mysql"},
	"mysql/mysql-server": {Path: "/var/lib/mysql", Volume: "/var/lib/mysql"},
	"mariadb":            {Path: "/var/lib/mysql", Volume: "/var/lib/mysql"},
	"percona":            {Path: "/var/lib/mysql", Volume: "/var/lib/mysql"},
	"mongo":              {Path: "/data/db", Volume: "/data/db"},
	"cassandra":          {Path: "/var/lib/cassandra", Volume: "/var/lib/cassandra"},
	"scylladb/scylla":    {Path: "/var/lib/scylla"},
	"neo4j":              {Path: "/data"},

	"clickhouse":                   {Path: "/var/lib/clickhouse"},
	"clickhouse/clickhouse-server": {Path: "/var/lib/clickhouse"},
	"yandex/clickhouse-server":     {Path: "/var/lib/clickhouse"},

	"elasticsearch":         {Path: "/usr/share/elasticsearch/data"},
	"elastic/elasticsearch": {Path: "/usr/share/elasticsearch/data"},
	"docker.elastic.co/elasticsearch/elasticsearch": {Path: "/usr/share/elasticsearch/data"},

	"opensearchproject/opensearch":                {Path: "/usr/share/opensearch/data"},
	"public.ecr.aws/opensearchproject/opensearch": {Path: "/usr/share/opensearch/data"},
	"mcr.microsoft.com/mssql/server":              {Path: "/var/opt/mssql"},
	"mcr.microsoft.com/azure-sql-edge":            {Path: "/var/opt/mssql"},
	"linuxserver/mariadb":                         {Path: "/config"},
	"lscr.io/linuxserver/mariadb":                 {Path: "/config"},
	"ghcr.io/linuxserver/mariadb":                 {Path: "/config"},
}

// DataFolders are the folders in which the service's database may keep its data,
// and where a volume belongs. There is one where the image and its version are
// known, and one for each layout where the version is not. There is none where the
// image is not known, or a variable without a value decides.
func (s *ComposeService) DataFolders() []DataFolder {
	image, ok := s.Image()
	if !ok || s.Has("build") {
		return nil
	}
	if !image.Known {
		// "postgres:${VERSION}": the name is known, the version is not.
		name, _, tagged := strings.Cut(image.Raw, ":$")
		if !tagged || strings.Contains(name, "$") {
			return nil
		}
		image = ParseImage(name)
	}
	name := officialName(image)
	switch {
	case postgresImages[name]:
		return s.withPGDATA(postgresFolders(image))
	case name == "couchdb" || name == "apache/couchdb":
		return couchFolders(image)
	case isBitnami(image.Repository):
		return []DataFolder{{Path: "/bitnami/" + path.Base(image.Repository)}}
	}
	if f, ok := dataFolders[name]; ok {
		return []DataFolder{f}
	}
	return nil
}

// officialName is Image.Name, with the name on Docker Hub for the official images
// of the mirrors that keep them under library/.
func officialName(i Image) string {
	if _, name, ok := strings.Cut("/"+i.Repository, "/library/"); ok {
		return name
	}
	return i.Name()
}

func isBitnami(repository string) bool {
	owner, _, _ := strings.Cut(repository, "/")
	return owner == "bitnami" || owner == "bitnamilegacy" || owner == "bitnamisecure"
}

// postgresImages are the official image and images on top of it whose tags name
// its major version.
var postgresImages = map[string]bool{
	"postgres": true, "postgis/postgis": true, "pgvector/pgvector": true, "timescale/timescaledb": true,
	"debezium/postgres": true, "quay.io/debezium/postgres": true,
}

// postgresFolders: since version 18 the image keeps the data in a folder of the
// version, below its volume (docker-library/postgres, README and Dockerfiles).
func postgresFolders(i Image) []DataFolder {
	const since18, before = "/var/lib/postgresql", "/var/lib/postgresql/data"
	switch major, ok := postgresMajor(i); {
	case !ok:
		return []DataFolder{{Path: since18, Volume: since18}, {Path: before, Volume: before}}
	case major >= 18:
		return []DataFolder{{Path: since18, Volume: since18}}
	default:
		return []DataFolder{{Path: before, Volume: before}}
	}
}

// postgresMajor reads the server's version from a tag: "17.2-alpine",
// "16-3.4" of postgis, "pg17" and "2.17.2-pg17" of extensions.
func postgresMajor(i Image) (major int, ok bool) {
	for part := range strings.SplitSeq(i.Tag, "-") {
		if n, found := strings.CutPrefix(part, "pg"); found {
			return leadingNumber(n)
		}
	}
	if i.Repository == "pgvector/pgvector" || i.Repository == "timescale/timescaledb" {
		return 0, false
	}
	return leadingNumber(i.Tag)
}

// couchFolders: version 1 had another layout (apache/couchdb-docker).
func couchFolders(i Image) []DataFolder {
	const since2, before = "/opt/couchdb/data", "/usr/local/var/lib/couchdb"
	if major, ok := leadingNumber(i.Tag); ok && major == 1 {
		return []DataFolder{{Path: before, Volume: before}}
	}
	return []DataFolder{{Path: since2, Volume: since2}}
}

// leadingNumber is the number with which a tag begins.
func leadingNumber(tag string) (n int, ok bool) {
	digits := len(tag) - len(strings.TrimLeft(tag, "0123456789"))
	n, err := strconv.Atoi(tag[:digits])
	return n, err == nil
}

// withPGDATA moves the data to where the service's environment says.
func (s *ComposeService) withPGDATA(folders []DataFolder) []DataFolder {
	kv, ok := s.Getenv("PGDATA")
	if !ok {
		return folders
	}
	at := pgdata(kv)
	if at == "" {
		return nil
	}
	var moved []DataFolder
	for _, f := range folders {
		if !isWithin(at, f.Volume) {
			f.Volume = ""
		}
		f.Path = at
		moved = append(moved, f)
	}
	return moved
}

func pgdata(kv compose.KeyValue) string {
	if !kv.Value.Known || !path.IsAbs(kv.Value.Text) {
		return ""
	}
	return path.Clean(kv.Value.Text)
}
