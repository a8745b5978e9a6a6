package resolve_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/resolve"
	"github.com/dockmend/dockmend/internal/resolve/fakeregistry"
)

func TestVersionFromTheConfig(t *testing.T) {
	n := fakeregistry.New(t)
	full := n.Push(t, fakeregistry.Index(t, config("PYTHON_VERSION=3.13.1"), "linux/amd64", "linux/arm64"), "python:latest", "python:3", "python:3.13", "python:3.13.1")
	slim := n.Push(t, fakeregistry.Index(t, config("PYTHON_VERSION=3.13.1", "S=1"), "linux/amd64"), "python:slim", "python:3.13.1-slim", "python:3.13-slim")
	r := resolver(t, n, nil)
	for ref, want := range map[string]lint.Version{
		"python": {Tag: "3.13.1", Digest: full}, "python:latest": {Tag: "3.13.1", Digest: full}, "python:3": {Tag: "3.13.1", Digest: full},
		"python:3.13.1": {Tag: "3.13.1", Digest: full},
		"python:slim":   {Tag: "3.13.1-slim", Digest: slim}, "python:3.13-slim": {Tag: "3.13.1-slim", Digest: slim},
	} {
		if got, err := r.Version(ref); err != nil || got != want {
			t.Errorf("Version(%s) = %+v, %v, want %+v", ref, got, err, want)
		}
	}
	for _, q := range n.Requests() {
		if strings.Contains(q.Path, "/tags/list") {
			t.Errorf("the list of tags was read for nothing: %s", q)
		}
		if q.Method == "GET" && strings.Contains(q.Path, "/manifests/") && !strings.Contains(q.Path, "sha256:") {
			t.Errorf("a tag was pulled: %s", q)
		}
	}
}

func TestVersionFromTheTags(t *testing.T) {
	n := fakeregistry.New(t)
	n.Push(t, fakeregistry.Index(t, config("A=0"), "linux/amd64"), "alpine:3.22", "alpine:3.22.0", "alpine:edge", "alpine:20260101")
	want := n.Push(t, fakeregistry.Index(t, config("A=1"), "linux/amd64"), "alpine:latest", "alpine:3", "alpine:3.22.1", "alpine:3.22")
	r := resolver(t, n, nil)
	if got, err := r.Version("alpine"); err != nil || got != (lint.Version{Tag: "3.22.1", Digest: want}) {
		t.Errorf("Version = %+v, %v", got, err)
	}
	// What the config says is not believed: the tag has other bytes.
	n.Push(t, fakeregistry.Index(t, config("TOOL_VERSION=1.0.0"), "linux/amd64"), "quay.io/x/tool:latest")
	n.Push(t, fakeregistry.Index(t, config("TOOL_VERSION=1.0.0", "B=1"), "linux/amd64"), "quay.io/x/tool:1.0.0")
	_, err := r.Version("quay.io/x/tool")
	if err == nil || err.Error() != `no version tag names the same image as "latest"` {
		t.Error(err)
	}
	if len(r.Failures()) > 0 {
		t.Error(r.Failures())
	}
}

func TestVersionIsBounded(t *testing.T) {
	n := fakeregistry.New(t)
	for i := range 30 {
		n.Push(t, fakeregistry.Index(t, config(fmt.Sprint("A=", i)), "linux/amd64"), fmt.Sprintf("tool/x:1.%d.0", i), fmt.Sprintf("tool/y:1.%d.0", i))
	}
	n.Push(t, fakeregistry.Index(t, v1.Config{User: "other"}, "linux/amd64"), "tool/x:latest", "tool/y:latest")
	r := resolver(t, n, func(o *resolve.Options) { o.Limits.AllCandidates = 25 })
	if _, err := r.Version("tool/x"); err == nil || !strings.Contains(err.Error(), "first 20") {
		t.Error(err)
	}
	if _, err := r.Version("tool/y"); err == nil || !strings.Contains(err.Error(), "more than 25 tags") {
		t.Error(err)
	}
	if got, want := r.Searches(), (resolve.Searches{Tried: 25, Most: 25, Cut: 2}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	heads := map[string]int{}
	for _, q := range n.Requests() {
		if q.Method == "HEAD" {
			heads[strings.Split(q.Path, "/manifests/")[0]]++
		}
	}
	if diff := cmp.Diff(map[string]int{"/v2/tool/x": 21, "/v2/tool/y": 6}, heads); diff != "" {
		t.Error(diff)
	}
}
