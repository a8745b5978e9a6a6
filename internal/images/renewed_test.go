package images_test

import (
	"testing"

	"github.com/dockmend/dockmend/internal/images"
)

func TestRenewed(t *testing.T) {
	const on = "2026-11-30"
	tests := []struct{ name, tag, want string }{
		{"debian", "bullseye-slim", "trixie-slim"},
		{"debian", "11", "13"},
		{"debian", "11.7-slim", "13-slim"},
		{"debian", "bullseye-20230109-slim", ""},
		{"debian", "bookworm", ""},
		{"alpine", "3.12", "3.24"},
		{"alpine", "3.12.4", "3.24"},
		{"alpine", "3", ""},
		{"golang", "1.17", "1.27"},
		{"golang", "1.17-alpine3.15", "1.27-alpine"},
		{"golang", "1.17-buster", "1.27-bookworm"},
		{"golang", "1.17-windowsservercore", ""},
		{"nginx", "1.21.6-alpine", "1.31-alpine"},
		{"nginx", "1.21-bullseye", ""},
		{"traefik", "v1.7", ""},
		{"python", "3.12-slim-buster", "3.12-slim-bookworm"},
		{"python", "3.12.1-slim-buster", ""},
		{"python", "3.8-slim-buster", ""},
		{"node", "22-alpine3.18", "22-alpine"},
		{"node", "22-bookworm", ""},
		{"php", "7.4-apache", ""},
		{"postgres", "11", ""},
	}
	for _, tt := range tests {
		got, _, ok := images.Renewed(tt.name, tt.tag, on)
		if ok != (tt.want != "") || (ok && got != tt.want) {
			t.Errorf("%s:%s: got %q, %t, want %q", tt.name, tt.tag, got, ok, tt.want)
		}
	}
}

func TestTemurin(t *testing.T) {
	tests := []struct{ name, tag, want string }{
		{"openjdk", "8-jre-slim", "eclipse-temurin:8-jre"},
		{"openjdk", "17", "eclipse-temurin:17-jdk"},
		{"openjdk", "11-jdk-alpine", "eclipse-temurin:11-jdk-alpine"},
		{"openjdk", "8u102-jre", ""},
		{"openjdk", "11.0.3-jdk-slim", "eclipse-temurin:11-jdk"},
		{"openjdk", "19", ""},
		{"maven", "3.6.1-jdk-11-slim", "maven:3.9-eclipse-temurin-11"},
		{"java", "openjdk-8-jre", "eclipse-temurin:8-jre"},
		{"maven", "3-jdk-8", "maven:3.9-eclipse-temurin-8"},
		{"maven", "3.8.6-openjdk-17", "maven:3.9-eclipse-temurin-17"},
		{"maven", "3.6-jdk-8-alpine", ""},
		{"maven", "2-jdk-8", ""},
		{"tomcat", "8-jre8", ""},
	}
	for _, tt := range tests {
		got, _, ok := images.Temurin(tt.name, tt.tag)
		if ok != (tt.want != "") || (ok && got != tt.want) {
			t.Errorf("%s:%s: got %q, %t, want %q", tt.name, tt.tag, got, ok, tt.want)
		}
	}
}
