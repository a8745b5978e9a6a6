package facts_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

const podManifest = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n    - {name: web, image: %s}\n"

// nearManifests are the paths of the manifests that a document in deploy/ finds.
func nearManifests(p *facts.Project) (paths []string) {
	for _, m := range p.Manifests() {
		paths = append(paths, m.Source.Path)
	}
	return paths
}

func TestManifestsAreFoundInFoldersOfTheUsualNames(t *testing.T) {
	pod := fmt.Sprintf(podManifest, "web")
	p := projectOf(t, map[string]string{
		"deploy/compose.yaml": "services: {}\n", "deploy/pod.yaml": pod, "deploy/k8s/base/pod.yml": pod, "pod.yaml": pod,
		"kubernetes/a/b/pod.yaml": pod, "kubernetes/a/b/c/pod.yaml": pod, // one too deep
		"src/pod.yaml": pod, "manifests/list.yaml": "apiVersion: v1\nkind: ConfigMap\n", "manifests/empty.yaml": "# apiVersion\n",
	})
	want := []string{"shown/deploy/k8s/base/pod.yml", "shown/deploy/pod.yaml", "shown/kubernetes/a/b/pod.yaml", "shown/pod.yaml"}
	if diff := cmp.Diff(want, nearManifests(p)); diff != "" {
		t.Error(diff)
	}
	if !p.Orchestrated() {
		t.Error("nothing is for Kubernetes")
	}
}

func TestManifestsAreBounded(t *testing.T) {
	files := map[string]string{"deploy/compose.yaml": ""}
	for n := range 100 {
		files[fmt.Sprintf("k8s/%03d.yaml", n)] = fmt.Sprintf(podManifest, "web")
	}
	if found := len(nearManifests(projectOf(t, files))); found != 64 {
		t.Errorf("%d manifests are read, want 64", found)
	}
}

func TestOrchestratedByWhatIsNotRead(t *testing.T) {
	for name, want := range map[string]bool{
		"charts/web/templates/web.yaml": true, "deploy/Chart.yaml": true, "k8s/kustomization.yaml": true, "skaffold.yaml": true,
		"catalog-info.yaml": false, "src/charts/web.yaml": false,
	} {
		p := projectOf(t, map[string]string{"deploy/compose.yaml": "", name: "apiVersion: example.org/v1\nkind: Thing\n"})
		if got := p.Orchestrated(); got != want {
			t.Errorf("%s: %t, want %t", name, got, want)
		}
	}
	var none *facts.Project
	if none.Orchestrated() || none.Manifests() != nil {
		t.Error("a project that is not there has something")
	}
}

func TestContainersRunWhatTheRepositoryBuilds(t *testing.T) {
	p := projectOf(t, map[string]string{
		"deploy/Dockerfile": "", "deploy/a.yaml": fmt.Sprintf(podManifest, "acme/web:1"), "deploy/b.yaml": fmt.Sprintf(podManifest, "acme/job"),
		"deploy/c.yaml": fmt.Sprintf(podManifest, "acme/other"), "deploy/d.yaml": fmt.Sprintf(podManifest, "acme/twice"),
		"compose.yaml": "services:\n  web: {image: 'acme/web:${TAG}', build: deploy}\n  job: {image: acme/job, build: {context: ., dockerfile: deploy/Dockerfile, target: one}}\n" +
			"  other: {image: acme/other, build: .}\n  twice: {image: acme/twice, build: deploy}\n  again: {image: acme/twice, build: .}\n",
	})
	d := facts.NewDockerfile(dockerfile.Parse([]byte("FROM alpine AS one\nFROM one AS two\n")))
	d.Name = "shown/deploy/Dockerfile"
	var got []string
	for _, c := range p.Containers(d) {
		got = append(got, c.File.Source.Path+" "+c.Stage.Name)
	}
	if diff := cmp.Diff([]string{"shown/deploy/a.yaml two", "shown/deploy/b.yaml one"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestContextSources(t *testing.T) {
	for src, want := range map[string]struct {
		sources facts.Sources
		open    bool
	}{
		"FROM a AS one\nCOPY x/ ./y.txt /\nFROM one\nRUN --mount=type=bind,source=z,target=/z --mount=type=bind,from=b,src=q true\n": {facts.Sources{"x", "y.txt", "z"}, false},
		"FROM a\nRUN --mount=type=bind,target=/src true\n":                                                                           {facts.Sources{"."}, false},
		"FROM a\nCOPY $x y /\n":                                {facts.Sources{"y"}, true},
		"FROM a\nADD https://example.org/x y /\n":              {facts.Sources{"y"}, true},
		"FROM a\nCOPY <<EOF /x\nEOF\n":                         {nil, true},
		"FROM a AS one\nFROM a\nCOPY --from=one /x /y\n":       {nil, true},
		"FROM a\nCOPY --from=ghcr.io/astral-sh/uv /uv /bin/\n": {nil, false},
		"FROM a\nCOPY --exclude=*.lock . /\n":                  {nil, true},
	} {
		s := facts.NewDockerfile(dockerfile.Parse([]byte(src))).Final()
		sources, open := s.ContextSources(nil)
		if diff := cmp.Diff(want.sources, sources); diff != "" || open != want.open {
			t.Errorf("%q: open %t\n%s", src, open, diff)
		}
	}
	for name, want := range map[string]bool{"a/b": true, "a": true, "ab": false, "package-lock.json": true, "c": false} {
		if got := (facts.Sources{"a", "package*.json"}).Cover(name); got != want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
