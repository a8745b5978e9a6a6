package facts

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

func manifest(src string) *Manifest {
	return &Manifest{File: yaml.Parse([]byte(src), text.NewLineIndex([]byte(src)))}
}

func TestWorkloads(t *testing.T) {
	const src = `apiVersion: v1
kind: Pod
spec:
  restartPolicy: Never
  containers: [{name: once, image: a}]
---
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers: [{name: patched}]
---
apiVersion: v1
kind: List
items:
  - apiVersion: batch/v1
    kind: CronJob
    spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: nightly, image: a}]}}}}}
  - apiVersion: apps/v1
    kind: StatefulSet
    spec:
      selector: {}
      template:
        spec:
          initContainers: [{name: init, image: a}, {name: side, image: a, restartPolicy: Always}]
          containers: [{name: main, image: a}]
---
apiVersion: apps/v1
kind: DaemonSet
spec: {template: {spec: {containers: [{name: "{{ .Name }}", image: a}]}}}
---
apiVersion: serving.knative.dev/v1
kind: Service
spec: {template: {spec: {containers: [{image: a}]}}}
---
apiVersion: example.com/v1
kind: Deployment
spec: {template: {spec: {containers: [{name: foreign, image: a}]}}}
`
	var got []string
	for _, w := range manifest(src).Workloads() {
		var running []string
		for _, c := range w.Containers {
			if c.RunsOn() {
				running = append(running, c.Name)
			}
		}
		got = append(got, fmt.Sprintf("%s once=%t partial=%t knative=%t %d [%s]", w.Object.Kind, w.RunsOnce, w.Partial, w.Knative, len(w.Containers), strings.Join(running, " ")))
	}
	want := []string{
		"Pod once=true partial=false knative=false 1 []",
		"Deployment once=false partial=true knative=false 1 [patched]",
		"CronJob once=true partial=false knative=false 1 []",
		"StatefulSet once=false partial=false knative=false 3 [side main]",
		"Service once=false partial=false knative=true 1 []", // its container needs no name
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestWorkloadsOfHostileFiles: aliases bring nothing twice, and what is not as
// the schema has it is no reason to fail.
func TestWorkloadsOfHostileFiles(t *testing.T) {
	bomb := "a: &a {apiVersion: v1, kind: Pod, spec: {containers: [{name: x, image: y}]}}\n"
	last := "a"
	for i := range 20 {
		name := fmt.Sprintf("l%d", i)
		bomb += fmt.Sprintf("%s: &%s {apiVersion: v1, kind: List, items: [*%s, *%s, *%s]}\n", name, name, last, last, last)
		last = name
	}
	bomb += "apiVersion: v1\nkind: List\nitems: [*" + last + "]\n"
	if n := len(manifest(bomb).Workloads()); n != 1 {
		t.Errorf("%d workloads, want 1", n)
	}
	for _, src := range []string{
		"", "apiVersion: v1\nkind: Pod\n", "apiVersion: v1\nkind: Pod\nspec: []\n", "apiVersion: v1\nkind: Pod\nspec: {containers: [a, [], {}, {name: []}]}\n",
		"apiVersion: v1\nkind: List\nitems: {}\n", "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, ports: [a, {containerPort: x}], env: a, securityContext: 1}]}\n",
		"apiVersion: v1\nkind: List\nitems: &a [*a]\n",
	} {
		for _, w := range manifest(src).Workloads() {
			for _, c := range w.Containers {
				_, _ = c.Image()
				_ = c.Place()
				_ = c.Ports()
				_ = c.Security("runAsUser")
				_, _ = c.Words("env")
			}
		}
	}
}

func TestIsReference(t *testing.T) {
	for ref, want := range map[string]bool{
		"nginx": true, "ghcr.io/acme/web:V1": true, "a@sha256:AB": true, "": false, "$IMAGE": false, "ghcr.io/acme/web:$(TAG)": false,
		"IMAGE_NAME": false, "<image>": false, "acme/placeholder:1": false, "${REGISTRY}/web:1": false,
	} {
		if got := IsReference(ref); got != want {
			t.Errorf("IsReference(%q) = %t, want %t", ref, got, want)
		}
	}
}

func TestIsSecret(t *testing.T) {
	tests := []struct {
		name, value string
		want        bool
	}{
		{"DB_PASSWORD", "kohlrabi7", true}, {"API_KEY", "x9", true}, {"SORT_KEY", "name", false}, {"RANDOM_KEY", "q1w2z3r4t5y6u7k8", true},
		{"DB_PASSWORD_FILE", "kohlrabi7", false}, {"DB_PASSWORD", "", false}, {"DB_PASSWORD", "your-password", false}, {"NAME", "kohlrabi7", false},
	}
	for _, tt := range tests {
		if got := IsSecret(tt.name, tt.value); got != tt.want {
			t.Errorf("IsSecret(%q, %q) = %t, want %t", tt.name, tt.value, got, tt.want)
		}
	}
}
