package lifecycle_test

import (
	"testing"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/rules/lifecycle"
)

// TestKnownImages: of well-known images that are out of support or were given up something
// is said, of living ones nothing.
func TestKnownImages(t *testing.T) {
	const on images.Date = "2026-11-30"
	said := func(ref string) string {
		i := facts.ParseImage(ref)
		v, ok := lifecycle.Moved(i, on)
		if !ok {
			v, ok = lifecycle.Ended(i, "", on)
		}
		if !ok {
			v, _ = lifecycle.WithoutArchive(i, on)
		}
		return v.Message
	}
	for _, ref := range []string{
		"golang:1.19", "nginx:1.14", "rabbitmq:3.8", "tomcat:8.5", "elasticsearch:7.10.1", "node:16-buster", "python:2.7",
		"php:7.4-apache", "ubuntu:20.04", "alpine:3.12", "ruby:2.7", "debian:buster", "fedora:38", "postgres:11", "mongo:4.0",
		"python:3.8", "php:8.0", "hashicorp/vault:1.9", "mariadb:10.3", "mysql:5.7", "golang:1.21-alpine", "alpine:3.18", "haproxy:2.0",
		"zookeeper:3.5", "nextcloud:24", "sonarqube:8.9-community", "grafana/grafana:8.5.0", "kibana:7.10.1", "neo4j:3.5",
		"cassandra:3.0", "photon:3.0", "opensuse/leap:15.3", "perl:5.30", "erlang:23", "mcr.microsoft.com/dotnet/aspnet:6.0",
		"mcr.microsoft.com/windows/servercore:1909", "wordpress:5.9", "solr:7.7", "python:3.12-slim-buster", "node:18-stretch",
		"php:8.3-apache-buster", "ruby:3.3-slim-buster", "bitnami/redis:7.2", "k8s.gcr.io/pause:3.2",
		"gcr.io/google-containers/pause:3.1", "jboss/keycloak:15.0", "jboss/wildfly:25.0.0.Final", "adoptopenjdk:11", "openjdk:17-slim",
		"mysql/mysql-server:8.0", "mcr.microsoft.com/dotnet/core/aspnet:3.1", "mcr.microsoft.com/vscode/devcontainers/base:0-bullseye",
		"circleci/node:14", "gcr.io/kaniko-project/executor:v1.9.0", "centos:7", "vault:1.13", "consul:1.15", "jenkins:2.60",
		"containous/whoami:v1.5.0", "jwilder/nginx-proxy:alpine", "mailhog/mailhog:v1.0.1", "portainer/portainer:1.24",
		"phpmyadmin/phpmyadmin:5.2", "java:8", "minio/minio:RELEASE.2024-01-01T00-00-00Z", "docker/compose:1.29.2",
	} {
		if said(ref) == "" {
			t.Errorf("%s: nothing is said", ref)
		}
	}
	for _, ref := range []string{
		"debian:13-slim", "debian:trixie", "ubuntu:24.04", "alpine:3.23", "python:3.14-slim", "python:3.13-slim-trixie",
		"node:24-alpine", "node:22-bookworm-slim", "golang:1.26", "redis:8.2", "postgres:18", "mariadb:11.8", "nginx:1.30",
		"ruby:3.4-slim", "php:8.4-fpm", "eclipse-temurin:21-jre", "rabbitmq:4.3", "httpd:2.4", "caddy:2",
		"gcr.io/distroless/static-debian12:nonroot", "cgr.dev/chainguard/static:latest",
	} {
		if message := said(ref); message != "" {
			t.Errorf("%s: %s", ref, message)
		}
	}
}
