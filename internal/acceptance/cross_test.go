package acceptance

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
)

const manifestName, workflowName = "k8s/app.yaml", ".github/workflows/image.yml"

// wholeProject is the founding document's tree with a manifest and a workflow that
// run and build its image.
func wholeProject(t *testing.T) *txtar.Archive {
	t.Helper()
	archive, err := txtar.ParseFile("../../testdata/seed/canonical.txtar")
	if err != nil {
		t.Fatal(err)
	}
	workflow := strings.Replace(goodWorkflow, "          pull: true\n", "          context: .\n          target: runtime\n          pull: true\n", 1)
	archive.Files = append(archive.Files, txtar.File{Name: manifestName, Data: []byte(goodManifest)}, txtar.File{Name: workflowName, Data: []byte(workflow)})
	return archive
}

// brokenBetween are what the founding document advises against and no file shows by
// itself: changes of its tree, and the file in which a rule must say so under the
// preset cloud-native.
var brokenBetween = []struct {
	name    string
	changes []change
	in      string
	rule    string
}{
	{"S06: nothing to mount", []change{{"uv.lock", "version = 1", ""}, {"Dockerfile", "COPY pyproject.toml uv.lock /app/", "COPY . /app/"}}, "Dockerfile", "lockfile-missing"},
	{"S07: the lock left out", []change{
		{".dockerignore", "docs/\n", "docs/\n*.lock\n"}, {"Dockerfile", "COPY pyproject.toml uv.lock /app/", "COPY . /app/"},
	}, "Dockerfile", "lockfile-missing"},
	{"S08: root", []change{{"Dockerfile", "USER appuser\n", ""}, {manifestName, "        runAsUser: 1001\n", ""}}, "Dockerfile", "final-user-unset"},
	{"S15: no HEALTHCHECK", []change{{"Dockerfile", "HEALTHCHECK", "# HEALTHCHECK"}}, "Dockerfile", "healthcheck-missing"},
	{"S24: no time to stop, by args", []change{{manifestName, `"--workers", "1"`, `"--timeout-graceful-shutdown", "60"`}}, manifestName, "k8s-grace-below-app-timeout"},
	{"S24: no time to stop, by the image", []change{
		{manifestName, `          command: ["uvicorn", "my_app.main:app", "--workers", "1"]` + "\n", ""}, {"Dockerfile", `"--port", "8000"`, `"--port", "8000", "--timeout-graceful-shutdown", "60"`},
	}, manifestName, "k8s-grace-below-app-timeout"},
	{"S25: nowhere to write", []change{
		{manifestName, "mountPath: /tmp", "mountPath: /data"}, {manifestName, "uvicorn", "gunicorn"},
	}, manifestName, "k8s-read-only-without-writable-path"},
	{"S26: workers of the image", []change{
		{manifestName, `          command: ["uvicorn", "my_app.main:app", "--workers", "1"]` + "\n", ""}, {"Dockerfile", `"--workers", "1"`, `"--workers", "4"`},
	}, manifestName, "multiple-workers-under-orchestrator"},
	{"S27: another Python", []change{{"pyproject.toml", "name", "requires-python = \">=3.13\"\nname"}}, "Dockerfile", "python-version-mismatch"},
	{"S28: no such stage", []change{{workflowName, "target: runtime", "target: runtme"}}, workflowName, "workflow-build-path-missing"},
	{"S28: no such folder", []change{{workflowName, "context: .", "context: ./app"}}, workflowName, "workflow-build-path-missing"},
	{"S29: nowhere to write", []change{
		{"compose.yaml", "    restart:", "    read_only: true\n    restart:"}, {"Dockerfile", `CMD ["uvicorn"`, `CMD ["gunicorn"`},
	}, "compose.yaml", "read-only-without-writable-path"},
}

// change replaces a text of a file, which is taken away where nothing is left of it.
type change struct{ file, old, changed string }

func TestBreakagesBetweenFiles(t *testing.T) {
	catalog := rules.All()
	set, err := (&config.Config{Presets: []string{"cloud-native"}}).Resolve(catalog.Metas(), config.Flags{})
	if err != nil {
		t.Fatal(err)
	}
	said := func(t *testing.T, archive *txtar.Archive, name string) (ids []string) {
		t.Helper()
		for _, d := range lintTree(t, unpacked(t, archive), catalog, set, name).Diagnostics {
			ids = append(ids, fmt.Sprint(d.Rule.ID, "/", d.Severity))
		}
		return ids
	}
	has := func(ids []string, rule string) bool {
		return slices.ContainsFunc(ids, func(id string) bool { return strings.HasPrefix(id, rule+"/") })
	}
	for _, name := range []string{"Dockerfile", "compose.yaml", manifestName, workflowName} {
		for _, id := range said(t, wholeProject(t), name) {
			if !strings.HasSuffix(id, "/"+lint.Info.String()) {
				t.Errorf("%s, as it is: %s", name, id)
			}
		}
	}
	for _, b := range brokenBetween {
		t.Run(b.name, func(t *testing.T) {
			archive := wholeProject(t)
			if has(said(t, archive, b.in), b.rule) {
				t.Fatalf("%s is found before the change", b.rule)
			}
			for _, c := range b.changes {
				at := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == c.file })
				before := string(archive.Files[at].Data)
				after := strings.Replace(before, c.old, c.changed, 1)
				if after == before {
					t.Fatalf("%q is not in %s", c.old, c.file)
				}
				archive.Files[at].Data = []byte(after)
				if strings.TrimSpace(after) == "" {
					archive.Files = slices.Delete(archive.Files, at, at+1)
				}
			}
			if found := said(t, archive, b.in); !has(found, b.rule) {
				t.Errorf("%s is not found in %s, only %v", b.rule, b.in, found)
			}
		})
	}
}

// isBrokenBetween reports whether a change of the whole tree must bring a rule.
func isBrokenBetween(rule string) bool {
	for _, b := range brokenBetween {
		if b.rule == rule {
			return true
		}
	}
	return false
}
