package lsp

import (
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/dockmend/dockmend/internal/resolve/fakeregistry"
)

// TestPin: the command pins the images of a document that is not saved; without it no registry
// is asked.
func TestPin(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	internet := fakeregistry.New(t)
	digest := internet.Push(t, fakeregistry.Index(t, v1.Config{}, "linux/amd64", "linux/arm64"), "docker.io/library/debian:12")
	c := startWith(t, tree(t, map[string]string{"Dockerfile": "FROM alpine\n"}), pulling, func(o *Options) { o.Env.Getenv = internet.Getenv })
	src := "FROM debian:12\nRUN true\n"
	c.open("Dockerfile", "dockerfile", src)
	c.pull("Dockerfile")
	c.actions("Dockerfile", 0, 1)
	if asked := internet.Requests(); len(asked) > 0 {
		t.Errorf("before anybody asked for it: %v", asked)
	}
	c.call("workspace/executeCommand", object{"command": commandPin, "arguments": []string{c.uri("Dockerfile")}}, nil)
	c.mu.Lock()
	defer c.mu.Unlock()
	if want := strings.Replace(src, "debian:12", "debian:12@"+digest, 1); len(c.applied) != 1 || applied(t, src, &c.applied[0]) != want {
		t.Errorf("applied %+v, want %q; said %q", c.applied, want, c.messages)
	}
}
