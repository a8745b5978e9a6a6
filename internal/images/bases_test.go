package images_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/images"
)

func base(ref string) images.Base {
	name, tag := split(ref)
	return images.BaseOf(name, tag, true)
}

// TestBaseOf: rows are joined, the special over the general, and a row for the usual
// variant says nothing of those on another system.
func TestBaseOf(t *testing.T) {
	type facts struct{ System, User, Entrypoint, Shell, Program string }
	for ref, want := range map[string]facts{
		"python:3.13":                  {"debian", "root", "", "dash", "python3"},
		"python:3.13-alpine3.23":       {"alpine", "root", "", "busybox", "python3"},
		"node:22-bookworm-slim":        {"debian", "root", `["docker-entrypoint.sh"]`, "dash", "node"},
		"memcached:1.6":                {"debian", "memcache", `["docker-entrypoint.sh"]`, "dash", "memcached"},
		"haproxy:2.2":                  {"debian", "root", `["docker-entrypoint.sh"]`, "dash", "haproxy"},
		"fedora:44":                    {"redhat", "root", "", "bash", "bash"},
		"eclipse-temurin:21-jre":       {"debian", "root", `["/__cacert_entrypoint.sh"]`, "dash", ""},
		"eclipse-temurin:21-ubi9":      {"redhat", "root", `["/__cacert_entrypoint.sh"]`, "bash", ""},
		"gcr.io/distroless/cc:nonroot": {"", "65532", "", "", ""},
		"gcr.io/distroless/cc:debug":   {"", "root", `["/busybox/sh"]`, "busybox", ""},
		"bitnami/redis:7.2":            {"", "1001", "", "", ""},
		"ruby:3.4":                     {"debian", "root", "", "dash", "irb"},
		"example.com/python:3":         {},
		"mysql:8.4":                    {"redhat", "root", `["docker-entrypoint.sh"]`, "bash", "mysqld"},
		"postgres:13-alpine":           {"alpine", "root", `["docker-entrypoint.sh"]`, "busybox", ""},
		"php:8.4-fpm-alpine3.22":       {"alpine", "root", `["docker-php-entrypoint"]`, "busybox", "php-fpm"},
		"mcr.microsoft.com/dotnet/aspnet:8.0-jammy-chiseled": {"", "1654", "", "", ""},
	} {
		b := base(ref)
		user, _ := b.User()
		entrypoint, _ := b.Entrypoint()
		shell, _ := b.Shell()
		if diff := cmp.Diff(want, facts{b.System(), user, entrypoint, shell, b.Program()}); diff != "" {
			t.Errorf("%s (-want +got)\n%s", ref, diff)
		}
	}
	if b := images.BaseOf("python", "", false); b.System() != "" || !b.IsKnown() {
		t.Error("a digest alone says which variant an image is")
	}
	if user, known := images.BaseOf("debian", "", false).User(); user != "root" || !known {
		t.Errorf("the user of any Debian is %q, %v", user, known)
	}
}

func TestPrograms(t *testing.T) {
	for ref, want := range map[string]string{
		"python:3.13-slim curl":               "no",
		"python:3.13 curl":                    "yes",
		"python:3.13-slim nc":                 "no",
		"python:3.13 nc":                      "unknown",
		"debian:13 wget":                      "no",
		"alpine:3.23 wget":                    "yes",
		"alpine:3.23 bash":                    "no",
		"mongo:7.0 mongo":                     "no",
		"mongo:latest mongo":                  "no",
		"mongo:4.4 mongo":                     "yes",
		"mongo:5.0 mongosh":                   "yes",
		"mariadb:11.8 mysqladmin":             "no",
		"mariadb:10.11 mysqladmin":            "unknown",
		"gcr.io/distroless/static:nonroot sh": "no",
		"gcr.io/distroless/static:debug sh":   "yes",
		"bitnami/redis:7.2 curl":              "unknown",
		"eclipse-temurin:21-jre javac":        "no",
		"mcr.microsoft.com/mssql/server:2022-latest /opt/mssql-tools/bin/sqlcmd": "no",
	} {
		var image, program string
		for i := range ref {
			if ref[i] == ' ' {
				image, program = ref[:i], ref[i+1:]
			}
		}
		has, known := base(image).Has(program)
		got := map[[2]bool]string{{true, true}: "yes", {false, true}: "no", {false, false}: "unknown"}[[2]bool{has, known}]
		if got != want {
			t.Errorf("%s: %s, want %s", ref, got, want)
		}
	}
}

// TestSetsVariable: that one is missing is said only where the list is whole.
func TestSetsVariable(t *testing.T) {
	for _, tt := range []struct {
		ref, name   string
		sets, known bool
	}{
		{"python:3.13", "PYTHON_VERSION", true, true},
		{"python:3.13", "PIP_NO_CACHE_DIR", false, true},
		{"php:8.4-apache", "APACHE_CONFDIR", true, true},
		{"wordpress:6", "PHP_VERSION", true, true},
		{"wordpress:6", "WORDPRESS_VERSION", false, false},
		{"postgres:17", "PGDATA", true, true},
		{"postgres:17", "X", false, false},
		{"debian:13", "LANG", false, true},
	} {
		if sets, known := base(tt.ref).SetsVariable(tt.name); sets != tt.sets || known != tt.known {
			t.Errorf("%s %s: %v, %v", tt.ref, tt.name, sets, known)
		}
	}
}

func TestDataFolders(t *testing.T) {
	old := images.DataFolder{Path: "/var/lib/postgresql/data", Volume: "/var/lib/postgresql/data"}
	since18 := images.DataFolder{Path: "/var/lib/postgresql", Volume: "/var/lib/postgresql"}
	for ref, want := range map[string][]images.DataFolder{
		"postgres:17":                       {old},
		"postgres:9.6-alpine":               {old},
		"postgres:13-bullseye":              {old},
		"postgres:18-alpine":                {since18},
		"postgres:19":                       {since18},
		"postgres:latest":                   {since18, old},
		"postgres:alpine":                   {since18, old},
		"postgis/postgis:16-3.4":            {old},
		"pgvector/pgvector:pg18":            {since18},
		"pgvector/pgvector:0.8.1-pg17":      {old},
		"pgvector/pgvector:0.8.1":           {since18, old},
		"timescale/timescaledb:latest-pg16": {old},
		"mongo:8":                           {{Path: "/data/db", Volume: "/data/db"}},
		"couchdb:1.7":                       {{Path: "/usr/local/var/lib/couchdb", Volume: "/usr/local/var/lib/couchdb"}},
		"couchdb:latest":                    {{Path: "/opt/couchdb/data", Volume: "/opt/couchdb/data"}},
		"neo4j:5":                           {{Path: "/data"}},
		"bitnami/postgresql:16":             {{Path: "/bitnami/postgresql"}},
		"bitnamilegacy/mysql:8.4":           {{Path: "/bitnami/mysql"}},
		"team/postgres:16":                  nil,
	} {
		name, tag := split(ref)
		if diff := cmp.Diff(want, images.DataFolders(name, tag)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", ref, diff)
		}
	}
}

func TestSays(t *testing.T) {
	for name, want := range map[string]string{
		"postgres": "postgres", "team/postgres": "postgres", "mcr.microsoft.com/mssql/server": "mssql", "server": "", "postgres-exporter": "", "": "",
	} {
		if got, _ := images.Says(name, images.Database); got != want {
			t.Errorf("%q is a database %q, want %q", name, got, want)
		}
	}
	for name, trait := range map[string]images.Trait{
		"nginx-proxy": images.Proxy, "linuxserver/plex": images.UpdatesItself, "lscr.io/linuxserver/plex": images.UpdatesItself, "opensuse/leap": images.Bash,
		"quay.io/centos/centos": images.Distribution, "nvcr.io/nvidia/tritonserver": images.GPU, "golang:1.26-nanoserver": images.Windows,
	} {
		if _, ok := images.Says(name, trait); !ok {
			t.Errorf("%s is no %s", name, trait)
		}
	}
}

func TestHasSlimVariant(t *testing.T) {
	for name, want := range map[string]bool{"python": true, "node": true, "perl": true, "nginx": false, "team/python": false, "alpine": false} {
		if got := images.HasSlimVariant(name); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}
