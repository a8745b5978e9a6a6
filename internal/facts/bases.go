package facts

import "strings"

// Base is what is known about a base image without asking a registry.
type Base struct {
	// Entrypoint is NoEntrypoint, SomeEntrypoint or UnknownEntrypoint.
	Entrypoint Entrypoint
	// User is the configured user; empty means root.
	User string
	// HasShell tells that /bin/sh exists in the image.
	HasShell bool
	// DefaultShell tells that the image sets no SHELL of its own.
	DefaultShell bool
}

// Entrypoint says whether a base image has an entrypoint.
type Entrypoint uint8

// What can be known about a base image's entrypoint.
const (
	UnknownEntrypoint Entrypoint = iota
	NoEntrypoint
	SomeEntrypoint
)

// plainBases are images that configure neither an entrypoint nor a user nor a SHELL
// and have a shell, by the Dockerfiles that their publishers keep in the open
// (docker-library/official-images; dotnet/dotnet-docker; microsoft
// devcontainers; the UBI images' labels), as of November 2026.
var plainBases = map[string]bool{
	"alpine": true, "almalinux": true, "alt": true, "amazonlinux": true, "archlinux": true,
	"buildpack-deps": true, "busybox": true, "centos": true, "clearlinux": true, "crystallang/crystal": true,
	"dart": true, "debian": true, "elixir": true, "erlang": true, "fedora": true, "gcc": true, "golang": true, "gradle": true,
	"haskell": true, "mageia": true, "openjdk": true, "opensuse/leap": true, "opensuse/tumbleweed": true,
	"oraclelinux": true, "perl": true, "photon": true, "pypy": true, "python": true, "r-base": true, "rockylinux": true,
	"ruby": true, "rust": true, "sapmachine": true, "swift": true, "swipl": true, "ubuntu": true, "amazoncorretto": true,
	"continuumio/miniconda3": true, "continuumio/anaconda3": true,
	"mcr.microsoft.com/dotnet/sdk": true, "mcr.microsoft.com/dotnet/aspnet": true, "mcr.microsoft.com/dotnet/runtime": true,
	"mcr.microsoft.com/dotnet/runtime-deps": true, "mcr.microsoft.com/devcontainers/base": true,
	"registry.access.redhat.com/ubi8/ubi": true, "registry.access.redhat.com/ubi9/ubi": true, "registry.access.redhat.com/ubi10/ubi": true,
	"registry.access.redhat.com/ubi8/ubi-minimal": true, "registry.access.redhat.com/ubi9/ubi-minimal": true,
	"registry.access.redhat.com/ubi10/ubi-minimal": true,
	"quay.io/centos/centos":                        true, "quay.io/fedora/fedora": true,
	"public.ecr.aws/docker/library/python": true, "public.ecr.aws/docker/library/alpine": true,
	"public.ecr.aws/docker/library/debian": true, "public.ecr.aws/docker/library/ubuntu": true,
	"public.ecr.aws/docker/library/golang": true,
}

// entrypointBases configure an entrypoint and no SHELL, run as root and have a shell
// (same sources).
var entrypointBases = map[string]bool{
	"node": true, "php": true, "nginx": true, "redis": true, "postgres": true, "mysql": true, "mariadb": true, "mongo": true,
	"rabbitmq": true, "wordpress": true, "eclipse-temurin": true, "maven": true, "memcached": true, "influxdb": true,
	"traefik": true, "registry": true, "docker": true, "composer": true, "bash": true,
	"public.ecr.aws/docker/library/node": true, "public.ecr.aws/docker/library/nginx": true, "nvidia/cuda": true,
}

// userBases configure a user other than root (same sources, and the image
// documentation of each publisher).
var userBases = map[string]string{
	"jenkins/jenkins": "jenkins", "jenkins/agent": "jenkins", "jenkins/inbound-agent": "jenkins", "elasticsearch": "1000",
	"docker.elastic.co/elasticsearch/elasticsearch": "1000", "kibana": "1000", "logstash": "1000", "solr": "solr",
	"nginxinc/nginx-unprivileged": "101", "grafana/grafana": "472", "prom/prometheus": "nobody", "prom/alertmanager": "nobody",
	"prom/node-exporter": "nobody", "jupyter/base-notebook": "1000", "jupyter/minimal-notebook": "1000", "jupyter/scipy-notebook": "1000",
	"jupyter/datascience-notebook": "1000", "quay.io/jupyter/base-notebook": "1000", "quay.io/jupyter/minimal-notebook": "1000",
	"mambaorg/micromamba": "57439", "quay.io/keycloak/keycloak": "1000", "gitpod/workspace-full": "gitpod",
	"gitpod/workspace-base": "gitpod", "haproxy": "haproxy", "memcached": "memcache", "cimg/base": "circleci",
	"homebrew/brew": "linuxbrew", "apache/airflow": "airflow", "apache/superset": "superset", "sonarqube": "sonarqube", "varnish": "varnish",
	"coder/code-server": "1000", "codercom/code-server": "1000", "selenium/standalone-chrome": "1200", "n8nio/n8n": "node",
}

// userPrefixes are publishers whose images all run as a user other than root.
var userPrefixes = []string{
	"bitnami/", "docker.io/bitnami/", "bitnamilegacy/", "cgr.dev/chainguard/", "dhi.io/", "registry.access.redhat.com/ubi8/python",
	"registry.access.redhat.com/ubi9/python", "registry.access.redhat.com/ubi8/nodejs", "registry.access.redhat.com/ubi9/nodejs",
	"registry.access.redhat.com/ubi8/openjdk", "registry.access.redhat.com/ubi9/openjdk", "quay.io/jupyter/", "jupyter/", "cimg/",
	"gitpod/workspace-", "registry.redhat.io/openshift", "selenium/",
}

// LookupBase tells what is known about an image; ok is false for one that is in
// no table.
func LookupBase(i Image) (b Base, ok bool) {
	if !i.Known {
		return Base{}, false
	}
	name := i.Name()
	switch {
	case i.IsScratch():
		return Base{Entrypoint: NoEntrypoint}, true
	case strings.HasPrefix(name, "gcr.io/distroless/"):
		return distroless(name, i.Tag), true
	case userBases[name] != "":
		return Base{User: userBases[name], HasShell: true}, true
	case plainBases[name]:
		return Base{Entrypoint: NoEntrypoint, HasShell: true, DefaultShell: true, User: dotnetUser(name, i.Tag)}, true
	case entrypointBases[name]:
		return Base{Entrypoint: SomeEntrypoint, HasShell: true, DefaultShell: true}, true
	}
	for _, p := range userPrefixes {
		if strings.HasPrefix(name, p) {
			return Base{User: "nonroot"}, true
		}
	}
	return Base{}, false
}

// distroless images have no shell; a tag with "nonroot" sets the user, and the
// language images set their interpreter as entrypoint
// (GoogleContainerTools/distroless).
func distroless(name, tag string) Base {
	b := Base{Entrypoint: SomeEntrypoint}
	switch {
	case strings.HasPrefix(name, "gcr.io/distroless/static"), strings.HasPrefix(name, "gcr.io/distroless/base"), strings.HasPrefix(name, "gcr.io/distroless/cc"):
		b.Entrypoint = NoEntrypoint
	}
	if strings.Contains(tag, "nonroot") {
		b.User = "nonroot"
	}
	b.HasShell = strings.Contains(tag, "debug")
	return b
}

// dotnetUser is the user of .NET's chiseled and distroless variants, which set
// one; the others only create it.
func dotnetUser(name, tag string) string {
	if strings.HasPrefix(name, "mcr.microsoft.com/dotnet/") && (strings.Contains(tag, "chiseled") || strings.Contains(tag, "distroless")) {
		return "app"
	}
	return ""
}
