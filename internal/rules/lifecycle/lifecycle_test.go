package lifecycle_test

import (
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules/lifecycle"
)

// TestOneFindingOfItsAge: what moved is not reported a second time for its version, and
// weighs more where that is out of support too.
func TestOneFindingOfItsAge(t *testing.T) {
	const on images.Date = "2026-11-30"
	for ref, want := range map[string]struct {
		moved, ended string
		severity     lint.Severity
	}{
		"circleci/node:14":          {moved: "cimg/node"},
		"phpmyadmin/phpmyadmin:5.2": {moved: "phpmyadmin", severity: lint.Info},
		"centos:7":                  {ended: "CentOS 7"},
		"python:3.8":                {ended: "Python 3.8"},
		"nginx:1.29":                {ended: "nginx 1.29", severity: lint.Info}, // short branches, ended within a year
		"openjdk:17-slim":           {moved: "eclipse-temurin"},
		"alpine:3.21":               {ended: "3.21"},
		"python:3.13":               {},
	} {
		i := facts.ParseImage(ref)
		m, moved := lifecycle.Moved(i, on)
		e, ended := lifecycle.Ended(i, "", on)
		switch {
		case moved && ended:
			t.Errorf("%s: both %q and %q", ref, m.Message, e.Message)
		case moved != (want.moved != "") || ended != (want.ended != ""):
			t.Errorf("%s: moved %v, ended %v", ref, moved, ended)
		case !strings.Contains(m.Message, want.moved) || !strings.Contains(e.Message, want.ended) || m.Severity+e.Severity != want.severity:
			t.Errorf("%s: %v %q, %v %q", ref, m.Severity, m.Message, e.Severity, e.Message)
		}
	}
}

// TestEnded: that support ends soon is said 90 days before, that it ended on the day after.
func TestEnded(t *testing.T) {
	for _, tt := range []struct {
		ref  string
		on   images.Date
		want string
	}{
		{"python:3.11", "2027-08-01", ""},
		{"python:3.11", "2027-08-02", "reaches end of life on 2027-10-31"},
		{"python:3.11", "2027-10-31", "reaches end of life on 2027-10-31"},
		{"python:3.11", "2027-11-01", "reached end of life on 2027-10-31"},
		{"python:3.13-slim-bookworm", "2028-07-01", "is based on Debian 12 (bookworm)"},
		{"zookeeper:3.9", "2090-01-01", ""},
		{"example.com/python:2.7", "2026-11-30", ""},
	} {
		v, ok := lifecycle.Ended(facts.ParseImage(tt.ref), "", tt.on)
		if ok != (tt.want != "") || !strings.Contains(v.Message, tt.want) {
			t.Errorf("%s on %s: %q, want %q", tt.ref, tt.on, v.Message, tt.want)
		}
	}
}

func TestIsVariantOf(t *testing.T) {
	r, _ := images.ReleaseOf("python", "3.8")
	buster, _ := images.ReleaseOf("debian", "buster")
	for file, want := range map[string]bool{
		"3.8/slim/Dockerfile": true, "3.8.2/Dockerfile": true, "docker/Dockerfile-3.8": true, "app/Dockerfile": false, "13.8/Dockerfile": false, "v8/Dockerfile": false,
	} {
		if got := lifecycle.IsVariantOf(file, r); got != want {
			t.Errorf("%s is a variant for 3.8: %v, want %v", file, got, want)
		}
	}
	elastic, _ := images.ReleaseOf("elasticsearch", "7.17.22")
	alpine, _ := images.ReleaseOf("alpine", "3.16")
	if !lifecycle.IsVariantOf("24/buster-slim/Dockerfile", buster) || !lifecycle.IsVariantOf("alpine3.16/Dockerfile", alpine) {
		t.Error("a folder that begins with the release is that of the variant")
	}
	if !lifecycle.IsVariantOf("elasticsearch/v7/compose.yaml", elastic) || lifecycle.IsVariantOf("api/v7/compose.yaml", elastic) {
		t.Error("a major version counts below a folder of the product alone")
	}
	centos, _ := images.ReleaseOf("centos", "7")
	focal, _ := images.ReleaseOf("ubuntu", "20.04")
	for _, file := range []string{"centos7.httpd24/Dockerfile", "SG1/centos-7/media/Dockerfile", "CentOS7Slim.Dockerfile", "Dockerfile.centos7"} {
		if !lifecycle.IsVariantOf(file, centos) {
			t.Errorf("%s is the variant for CentOS 7", file)
		}
	}
	for _, file := range []string{"centos/Dockerfile", "centos70/Dockerfile", "mycentos7/Dockerfile", "xtrabackup-7/Dockerfile-centos"} {
		if lifecycle.IsVariantOf(file, centos) {
			t.Errorf("%s is no variant for CentOS 7", file)
		}
	}
	for _, file := range []string{"releases/ubuntu/ubuntu20-node16/Dockerfile", "node-24/24.15.0-glibc-2.31/Dockerfile"} {
		if !lifecycle.IsVariantOf(file, focal) {
			t.Errorf("%s is the variant for Ubuntu 20.04", file)
		}
	}
	if !lifecycle.IsVariantOf("Dockerfile.buster", buster) || lifecycle.IsVariantOf("Dockerfile", buster) {
		t.Error("Dockerfile.buster is the variant for buster, Dockerfile is not")
	}
}
