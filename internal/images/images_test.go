package images_test

import (
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/images"
)

const on images.Date = "2026-11-30"

func split(ref string) (name, tag string) {
	at := strings.LastIndexByte(ref, ':')
	return images.Canonical(ref[:at]), ref[at+1:]
}

func TestReleaseOf(t *testing.T) {
	for ref, want := range map[string]string{
		"golang:1.19.3-alpine":                      "Go 1.19",
		"node:16-buster":                            "Node.js 16",
		"debian:buster-slim":                        "Debian 10 (buster)",
		"debian:10.13":                              "Debian 10 (buster)",
		"ubuntu:focal-20240530":                     "Ubuntu 20.04 (focal)",
		"python:2":                                  "Python 2.7",
		"python:3":                                  "Python 3.14",
		"mysql:8.0.36-debian":                       "MySQL 8.0",
		"docker:20.10-dind":                         "Docker Engine 20.10",
		"ros:noetic-ros-base":                       "ROS noetic",
		"arm64v8/alpine:3.12":                       "Alpine Linux 3.12",
		"mcr.microsoft.com/dotnet/aspnet:6.0":       "Microsoft .NET 6",
		"public.ecr.aws/docker/library/redis:5.0.1": "Redis 5.0",
		"quay.io/argoproj/argocd:v2.3.0":            "Argo CD 2.3",
		"quay.io/centos/centos:stream9":             "CentOS Stream 9",
		"quay.io/centos/centos:8":                   "CentOS 8",
		"quay.io/centos/centos:centos7":             "CentOS 7",
		"centos:centos7":                            "CentOS 7",
	} {
		name, tag := split(ref)
		r, ok := images.ReleaseOf(name, tag)
		if !ok || r.Title() != want && !strings.HasPrefix(r.Title(), strings.SplitN(want, " ", 2)[0]) || !strings.HasSuffix(r.Title(), want[strings.LastIndexByte(want, ' '):]) {
			t.Errorf("%s is %q, %v, want %q", ref, r.Title(), ok, want)
		}
	}
	for _, ref := range []string{"python:slim", "debian:stable", "example.com/python:3.8", "node:lts", "python:", "nginx:v", "golang:.", "team/python:3.8"} {
		name, tag := split(ref)
		if r, ok := images.ReleaseOf(name, tag); ok {
			t.Errorf("%s is %s, want nothing", ref, r.Title())
		}
	}
}

func TestHasEnded(t *testing.T) {
	for _, tt := range []struct {
		ref  string
		on   images.Date
		want bool
	}{
		{"debian:bookworm", on, false}, // in its long-term support
		{"debian:bullseye", "2026-08-31", false},
		{"debian:bullseye", "2026-09-01", true},
		{"python:3.8", "2024-10-07", false},
		{"python:3.8", "2024-10-08", true},
		{"zookeeper:3.9", "2099-01-01", false}, // no end is announced
	} {
		name, tag := split(tt.ref)
		r, ok := images.ReleaseOf(name, tag)
		if !ok || r.HasEnded(tt.on) != tt.want {
			t.Errorf("%s on %s: ended %v, want %v", tt.ref, tt.on, r.HasEnded(tt.on), tt.want)
		}
	}
}

func TestSystemOf(t *testing.T) {
	for ref, want := range map[string]string{
		"python:3.12-slim-buster":                         "Debian 10 (buster)",
		"golang:1.26-alpine3.16":                          "Alpine Linux 3.16",
		"mcr.microsoft.com/devcontainers/base:0-bullseye": "Debian 11 (bullseye)",
		"nginx:1.14":            "Debian 9 (stretch)",
		"centos:7":              "CentOS 7",
		"eclipse-temurin:8-jdk": "",
		"team/app:buster":       "",
		"python:3.12-alpine":    "",
		"node:22-slim":          "",
		// Kinetic is a release of ROS as well.
		"ros:kinetic-ros-base-jessie": "Debian 8 (jessie)",
		"ros:kinetic-ros-base":        "",
		"buildpack-deps:kinetic-curl": "Ubuntu 22.10 (kinetic)",
	} {
		name, tag := split(ref)
		r, ok := images.SystemOf(name, tag)
		if got := r.Title(); ok != (want != "") || got != want {
			t.Errorf("%s holds %q, want %q", ref, got, want)
		}
	}
}

func TestArchiveGone(t *testing.T) {
	buster, _ := images.SystemOf("node", "20-buster")
	if _, gone := buster.ArchiveGone("2025-06-30"); gone {
		t.Error("the archive of Debian 10 is gone before it was")
	}
	if since, gone := buster.ArchiveGone(on); !gone || since.Month() != "2025-07" {
		t.Errorf("the archive of Debian 10 is gone since %q, %v", since, gone)
	}
}

func TestMoveOf(t *testing.T) {
	for ref, want := range map[string]string{
		"k8s.gcr.io/pause:3.2":                       "registry.k8s.io/pause",
		"mcr.microsoft.com/dotnet/core/aspnet:3.1":   "mcr.microsoft.com/dotnet/aspnet",
		"jwilder/nginx-proxy:alpine":                 "nginxproxy/nginx-proxy",
		"openjdk:17-slim":                            "eclipse-temurin",
		"gcr.io/distroless/static-debian13:nonroot":  "",
		"gcr.io/my-project/app:1":                    "",
		"gcr.io/distroless/base-debian9:latest":      "gcr.io/distroless/base-debian13",
		"minio/minio:RELEASE.2024-01-01T00-00-00Z":   "quay.io/minio/minio (frozen) or another S3 server",
		"bitnami/redis:7.2":                          "bitnamilegacy/redis (frozen snapshot) or upstream image",
		"registry.k8s.io/ingress-nginx/controller:1": "Gateway API implementation or another ingress",
	} {
		name, tag := split(ref)
		m, ok := images.MoveOf(name, tag, on)
		if got := m.Better(name); ok != (want != "") || got != want {
			t.Errorf("%s: %q, want %q", ref, got, want)
		}
	}
	if m, ok := images.MoveOf("jwilder/nginx-proxy", "", "2019-01-01"); ok {
		t.Errorf("%s has moved before it did", m.Pattern)
	}
}

// TestSuccessor: a name is offered only where nothing else changes.
func TestSuccessor(t *testing.T) {
	for ref, want := range map[string]string{
		"k8s.gcr.io/sig-storage/csi:1":  "registry.k8s.io/sig-storage/csi",
		"containous/whoami:v1.5.0":      "traefik/whoami",
		"openjdk:17-slim":               "",
		"bitnami/redis:7":               "",
		"docker/compose:1.29.2":         "",
		"gcr.io/kaniko-project/x:1":     "",
		"sonarqube:lts-community":       "",
		"maven:3.6-jdk-8":               "",
		"tiangolo/uvicorn-gunicorn:3.8": "",
	} {
		name, tag := split(ref)
		m, _ := images.MoveOf(name, tag, on)
		if got, ok := m.Successor(name); ok != (want != "") || got != want {
			t.Errorf("%s becomes %q, want %q", ref, got, want)
		}
	}
}

// FuzzImages: no name and no tag make a look-up panic, and time is bounded by both
// lengths.
func FuzzImages(f *testing.F) {
	for _, ref := range []string{"debian:10-slim", "openjdk:[0-9]-jdk", "a*b:**", "ubuntu:", ":", "nvidia/cuda:11.2.1-devel", "maven:-jdk--alpine"} {
		name, tag := split(ref)
		f.Add(name, tag)
	}
	f.Fuzz(func(_ *testing.T, name, tag string) {
		name = images.Canonical(name)
		r, _ := images.ReleaseOf(name, tag)
		_, _ = r.Supported(on)
		s, _ := images.SystemOf(name, tag)
		_, _ = s.ArchiveGone(on)
		m, _ := images.MoveOf(name, tag, on)
		_, _ = m.Successor(name)
		_ = m.Better(name)
		b := images.BaseOf(name, tag, true)
		_, _ = b.Has(tag)
		_ = b.Program()
		_ = images.DataFolders(name, tag)
		_, _ = images.Says(name, images.Database)
	})
}

func TestCurrent(t *testing.T) {
	for ref, want := range map[string]string{
		"python:latest": "3.14", "python:": "3.14", "node:lts-alpine": "24-alpine", "nginx:stable-alpine": "1.30-alpine", "debian:stable-slim": "13-slim",
		"public.ecr.aws/docker/library/alpine:latest": "3.24", "python:3.12": "", "team/python:latest": "", "alpine:edge": "", "golang:windowsservercore": "",
	} {
		name, tag := split(ref)
		if got, ok := images.Current(name, tag); got != want || ok != (want != "") {
			t.Errorf("%s is %q, %v, want %q", ref, got, ok, want)
		}
	}
}

// TestCurrentTagsNameVersions: each tag that moves has one that does not.
func TestCurrentTagsNameVersions(t *testing.T) {
	for _, name := range []string{"alpine", "debian", "node", "python", "golang", "nginx", "postgres", "redis", "ubuntu"} {
		version, ok := images.Current(name, "latest")
		if !ok {
			t.Errorf("%s:latest is not known", name)
		}
		if r, named := images.ReleaseOf(name, version); !named || r.HasEnded(on) {
			t.Errorf("%s:%s is %v, %v, want a supported release", name, version, r, named)
		}
	}
}
