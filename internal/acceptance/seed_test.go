package acceptance

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dockmend/dockmend/internal/buildcontext"
	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/discover"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/fixture"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/project"
	"github.com/dockmend/dockmend/internal/rules"
)

// TestCanonicalFiles: the files by which the founding document shows how it
// is done draw no warning.
func TestCanonicalFiles(t *testing.T) {
	archive, err := txtar.ParseFile("../../testdata/seed/canonical.txtar")
	if err != nil {
		t.Fatal(err)
	}
	root := unpacked(t, archive)
	for _, preset := range []string{"recommended", "cloud-native"} {
		catalog := rules.All()
		set, err := (&config.Config{Presets: []string{preset}}).Resolve(catalog.Metas(), config.Flags{})
		if err != nil {
			t.Fatal(err)
		}
		result := lintTree(t, root, catalog, set, ".dockerignore", "Dockerfile", "compose.yaml")
		if len(result.Problems) > 0 {
			t.Error(result.Problems)
		}
		for _, d := range result.Diagnostics {
			if d.Severity >= lint.Warning {
				t.Errorf("%s: %s: line %d: %s: %s", preset, d.Source.Path, d.Start().Line, d.Rule.ID, d.Message)
			} else {
				t.Logf("%s: line %d: %s %s: %s", preset, d.Start().Line, d.Severity, d.Rule.ID, d.Message)
			}
		}
	}
}

// unpacked is the tree of an archive.
func unpacked(t *testing.T, archive *txtar.Archive) *os.Root {
	t.Helper()
	dir := t.TempDir()
	for _, f := range archive.Files {
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	return root
}

func lintTree(t *testing.T, root *os.Root, catalog *rules.Catalog, set *config.RuleSet, names ...string) *lint.Result {
	t.Helper()
	checker := &engine.Checker{Catalog: catalog, Settings: set.Settings()}
	store := project.New(project.Disk(root), nil)
	var files []engine.File
	for _, name := range names {
		target := discover.Classify(name)
		switch name {
		case manifestName:
			target = lint.TargetKubernetes
		case workflowName:
			target = lint.TargetWorkflow
		}
		files = append(files, engine.File{
			Path: name, Target: target, Context: buildcontext.New(store, name), Policy: set.For(name),
			Open: func() (io.ReadCloser, error) { return root.Open(name) },
		})
	}
	return engine.Run(t.Context(), checker, files, 1)
}

// brokenCompose are what the founding document advises against: one change of its
// compose file for a statement, and the rule that must find it under the preset
// cloud-native.
var brokenCompose = []struct{ name, old, changed, rule string }{
	{"misspelt target", "target: runtime ", "target: runtme ", "compose-build-target-unknown"},
	{"no Dockerfile", "context: .", "context: .\n      dockerfile: Dockerfil", "compose-build-file-missing"},
	{"other port", `"8000:8000"`, `"8000:9000"`, "compose-port-not-exposed"},
	{"no valid port", `"8000:8000"`, `"8000:80000"`, "compose-port-invalid"},
	{"a number to the base 60", `"8000:8000"`, "22:22", "compose-ports-unquoted"},
	{"same port twice", `"8000:8000"` + "\n", `"8000:8000"` + "\n      - \"8000:8001\"\n", "compose-duplicate-host-port"},
	{"boolean", `DEBUG: "true"`, "DEBUG: True", "compose-env-boolean-unquoted"},
	{"boolean that keeps its spelling", `DEBUG: "true"`, "DEBUG: true", "compose-env-boolean-unquoted"},
	{"no restart policy", "    restart: unless-stopped\n", "", "compose-restart-policy-missing"},
	{"secret", `LOG_LEVEL: "debug"`, `DB_PASSWORD: "kohlrabi7"`, "compose-secret-in-environment"},
	{"nowhere to sync to", "          target: /app/src\n", "", "compose-watch-target-missing"},
	{"no rebuild", "        - action: rebuild\n          path: ./pyproject.toml\n        - action: rebuild\n          path: ./uv.lock\n", "", "compose-watch-without-manifest-rebuild"},
	{"root", "    restart: unless-stopped\n", "    restart: unless-stopped\n    user: root\n", "compose-user-root"},
	{"ungraceful", "    restart: unless-stopped\n", "    restart: unless-stopped\n    stop_signal: SIGKILL\n", "compose-stop-signal-ungraceful"},
	{"socket", "    restart: unless-stopped\n", "    restart: unless-stopped\n    volumes: [\"/var/run/docker.sock:/var/run/docker.sock\"]\n", "compose-docker-socket-mounted"},
}

func TestBreakagesOfTheCanonicalComposeFile(t *testing.T) {
	archive, err := txtar.ParseFile("../../testdata/seed/canonical.txtar")
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "compose.yaml" })
	canonical := string(archive.Files[at].Data)
	catalog := rules.All()
	set, err := (&config.Config{Presets: []string{"cloud-native"}}).Resolve(catalog.Metas(), config.Flags{})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range brokenCompose {
		t.Run(b.name, func(t *testing.T) {
			broken := strings.Replace(canonical, b.old, b.changed, 1)
			if broken == canonical {
				t.Fatalf("%q is not in the compose file", b.old)
			}
			archive.Files[at].Data = []byte(broken)
			var found []string
			for _, d := range lintTree(t, unpacked(t, archive), catalog, set, "compose.yaml").Diagnostics {
				found = append(found, d.Rule.ID)
			}
			if !slices.Contains(found, b.rule) {
				t.Errorf("%s is not found, only %v", b.rule, found)
			}
		})
	}
}

// breakages are what the founding document advises against: one change of its
// Dockerfile for a statement, and the rule that must find it under the preset
// cloud-native.
var breakages = []struct{ name, old, changed, rule string }{
	{"shell form", `CMD ["uvicorn", "my_app.main:app", \
     "--host", "0.0.0.0", \
     "--port", "8000", \
     "--workers", "1", \
     "--proxy-headers", \
     "--forwarded-allow-ips", "*"]`, "CMD uvicorn my_app.main:app --host 0.0.0.0 --port 8000", "shell-form-command"},
	{"no USER", "USER appuser\n", "", "final-user-unset"},
	{"root", "USER appuser\n", "USER root\n", "final-user-root"},
	{"no number", "useradd --system --uid 1001 --gid", "useradd --system --gid", "user-without-explicit-id"},
	{"no --no-log-init", "--uid 1001 --gid appgroup --no-log-init", "--uid 1001001 --gid appgroup", "useradd-without-no-log-init"},
	{"no --no-log-init with a low number", " --no-log-init", "", "useradd-without-no-log-init"},
	{"latest base", "FROM python:3.12-slim-bookworm AS runtime", "FROM python:latest AS runtime", "latest-tag"},
	{"deprecated base", "FROM python:3.12-slim-bookworm AS runtime", "FROM tiangolo/uvicorn-gunicorn-fastapi:python3.11 AS runtime", "deprecated-base-image"},
	{"full base", "FROM python:3.12-slim-bookworm AS runtime", "FROM python:3.12 AS runtime", "final-image-full-variant"},
	{"other Python", "FROM python:3.12-slim-bookworm AS runtime", "FROM python:3.13-slim-bookworm AS runtime", "python-version-differs-between-stages"},
	{"uv latest", "ghcr.io/astral-sh/uv:0.5.27", "ghcr.io/astral-sh/uv:latest", "copy-from-image-not-pinned"},
	{"uv at run time", `CMD ["uvicorn"`, `CMD ["uv", "run", "uvicorn"`, "uv-run-in-command"},
	{"reload", `"--workers", "1"`, `"--reload"`, "reload-in-production"},
	{"loopback", `"--host", "0.0.0.0"`, `"--host", "127.0.0.1"`, "server-binds-loopback"},
	{"other port", "EXPOSE 8000", "EXPOSE 9000", "expose-port-mismatch"},
	{"check of another port", "http://localhost:8000/healthz", "http://localhost:8080/healthz", "healthcheck-port-mismatch"},
	{"no HEALTHCHECK", `HEALTHCHECK --interval=30s --timeout=10s --start-period=15s --retries=3 \
    CMD python -c \
        "import urllib.request; urllib.request.urlopen('http://localhost:8000/healthz')" \
        || exit 1
`, "", "healthcheck-missing"},
	{"no options", "HEALTHCHECK --interval=30s --timeout=10s --start-period=15s --retries=3 \\\n    CMD", "HEALTHCHECK CMD", "healthcheck-without-options"},
	{"buffered", "    PYTHONUNBUFFERED=1 \\\n", "", "python-output-buffered"},
	{"bytecode", "    PYTHONDONTWRITEBYTECODE=1 \\\n", "", "python-bytecode-written"},
	{"no PATH", `PATH="/app/.venv/bin:$PATH" \` + "\n    ", "", "venv-not-on-path"},
	{"moved environment", "appgroup /app/.venv /app/.venv", "appgroup /app/.venv /srv/.venv", "venv-relocated"},
	{"secret", "USER appuser\n", "ENV DB_PASSWORD=kohlrabi7\nUSER appuser\n", "secret-in-env-or-arg"},
	{"secret file", "COPY src/ /app/src/", "COPY id_rsa /app/", "copy-secret-file"},
	{"not locked", "uv sync --locked --no-install-project", "uv sync --no-install-project", "uv-sync-not-locked"},
	{"dev dependencies", "uv sync --locked --no-dev --no-editable\n\n# ── runtime", "uv sync --locked --no-editable\n\n# ── runtime", "uv-sync-installs-dev"},
	{"early project", "--locked --no-install-project --no-dev", "--locked --no-dev", "uv-sync-installs-project-early"},
	{"log file", `"--workers", "1"`, `"--log-file", "/var/log/app.log"`, "log-to-file"},
	{"no cache mount", "RUN --mount=type=cache,target=/root/.cache/uv \\\n    uv sync", "RUN uv sync", "uv-cache-not-mounted"},
	{"no proxy headers", `     "--proxy-headers", \` + "\n" + `     "--forwarded-allow-ips", "*"]`, `     "--lifespan", "on"]`, "uvicorn-without-proxy-headers"},
	{"no syntax line", "# syntax=docker/dockerfile:1\n", "", "syntax-directive-missing"},
	{"editable", "uv sync --locked --no-dev --no-editable\n\n# ── runtime", "uv sync --locked --no-dev\n\n# ── runtime", "uv-sync-editable"},
	{"manifest copied", "RUN --mount=type=cache,target=/root/.cache/uv \\\n    --mount=type=bind,source=uv.lock,target=uv.lock \\\n    --mount=type=bind,source=pyproject.toml,target=pyproject.toml \\\n", "COPY uv.lock pyproject.toml ./\nRUN --mount=type=cache,target=/root/.cache/uv \\\n", "manifest-copied-not-mounted"},
	{"Pythons may be fetched", "    PYTHONDONTWRITEBYTECODE=1 \\\n    UV_PYTHON_DOWNLOADS=0", "    PYTHONDONTWRITEBYTECODE=1", "uv-python-downloads-enabled"},
	{"check by curl", "CMD python -c \\\n        \"import urllib.request; urllib.request.urlopen('http://localhost:8000/healthz')\" \\\n", "CMD curl -f http://localhost:8000/healthz \\\n", "healthcheck-tool-missing"},
	{"uv in the image", "# Copy app source\n", "COPY --from=ghcr.io/astral-sh/uv:0.5.27 /uv /bin/\n", "uv-in-final-stage"},
	{"sources first", "# Layer: install dependencies only", "COPY . /app/\n# Layer:", "source-before-dependencies"},
	{"port of root", "EXPOSE 8000", "EXPOSE 80", "expose-port-mismatch"},
	{"whole system copied", "COPY --from=builder --chown=appuser:appgroup /app/.venv /app/.venv", "COPY --from=builder / /", "copy-whole-filesystem"},
	{"owner set later", "USER appuser\n", "RUN chown -R appuser:appgroup /app\nUSER appuser\n", "run-chown-doubles-layer"},
	{"number of an account's name", "USER appuser\n", "USER 0\n", "final-user-root"},
	{"build tools", "USER appuser\n", "RUN apt-get update && apt-get install -y --no-install-recommends gcc && rm -rf /var/lib/apt/lists/*\nUSER appuser\n", "build-tools-in-final-stage"},
	{"ungraceful", "USER appuser\n", "STOPSIGNAL SIGKILL\nUSER appuser\n", "stopsignal-ungraceful"},
}

func TestBreakagesOfTheCanonicalDockerfile(t *testing.T) {
	archive, err := txtar.ParseFile("../../testdata/seed/canonical.txtar")
	if err != nil {
		t.Fatal(err)
	}
	canonical := string(archive.Files[0].Data)
	catalog := rules.All()
	set, err := (&config.Config{Presets: []string{"cloud-native"}}).Resolve(catalog.Metas(), config.Flags{})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range breakages {
		t.Run(b.name, func(t *testing.T) {
			broken := strings.Replace(canonical, b.old, b.changed, 1)
			if broken == canonical {
				t.Fatalf("%q is not in the Dockerfile", b.old)
			}
			archive.Files[0].Data = []byte(broken)
			result := lintTree(t, unpacked(t, archive), catalog, set, "Dockerfile")
			var found []string
			for _, d := range result.Diagnostics {
				found = append(found, d.Rule.ID)
			}
			if !slices.Contains(found, b.rule) {
				t.Errorf("%s is not found, only %v", b.rule, found)
			}
		})
	}
}

// ignored are the lines of the founding document's .dockerignore without which a
// rule must speak, in a tree where what they leave out is there and the whole
// context is copied.
var ignored = []struct{ line, rule string }{
	{".venv/\n", "dockerignore-venv-not-excluded"},
	{"__pycache__/\n", "dockerignore-python-caches-not-excluded"},
	{".env\n", "dockerignore-secrets-not-excluded"},
	{"!.env.example\n", "dockerignore-env-example-excluded"},
	{".git/\n", "dockerignore-git-not-excluded"},
	{"dist/\n", "dockerignore-build-output-not-excluded"},
	{"docs/\n", "dockerignore-docs-not-excluded"},
}

func TestBreakagesOfTheCanonicalIgnoreFile(t *testing.T) {
	archive, err := txtar.ParseFile("../../testdata/seed/canonical.txtar")
	if err != nil {
		t.Fatal(err)
	}
	canonical := string(archive.Files[1].Data)
	tree := fixture.Files{
		"Dockerfile":     []byte("FROM python:3.12-slim\nRUN uv sync --locked\nCOPY . /app\nRUN cp /app/.env.example /app/.env\n"),
		"pyproject.toml": []byte("[project]\nname = \"my-app\"\n"), "uv.lock": nil, ".gitignore": []byte("dist/\n.env\n"),
		".venv/pyvenv.cfg": nil, "__pycache__/main.pyc": nil, ".env": nil, ".env.example": nil, ".git/HEAD": nil, "dist/my_app.whl": nil, "docs/a.md": nil, "main.py": nil,
	}
	catalog := rules.All()
	set, err := (&config.Config{Presets: []string{"cloud-native"}}).Resolve(catalog.Metas(), config.Flags{})
	if err != nil {
		t.Fatal(err)
	}
	checker := &engine.Checker{Catalog: catalog, Settings: set.Settings()}
	found := func(src string) []string {
		tree[".dockerignore"] = []byte(src)
		f := engine.File{Path: ".dockerignore", Target: lint.TargetIgnoreFile, Context: tree.Around(".dockerignore"), Policy: set.For(".dockerignore")}
		var ids []string
		for _, d := range checker.Check(t.Context(), f, []byte(src)).Diagnostics {
			ids = append(ids, d.Rule.ID)
		}
		return ids
	}
	before := found(canonical)
	for _, b := range ignored {
		broken := strings.Replace(canonical, b.line, "", 1)
		if got := found(broken); slices.Contains(before, b.rule) && b.rule != "dockerignore-docs-not-excluded" || !slices.Contains(got, b.rule) {
			t.Errorf("without %q: %v, before: %v; want %s", b.line, got, before, b.rule)
		}
	}
}

// TestNamesThatAlwaysHaveToBeIgnored: .venv, .env and .git have to be left out whatever
// COPY takes, and whatever is there.
func TestNamesThatAlwaysHaveToBeIgnored(t *testing.T) {
	tree := fixture.Files{
		"Dockerfile":     []byte("FROM python:3.12-slim\nCOPY src /app\n"),
		"pyproject.toml": []byte("[project]\nname = \"my-app\"\n"), "src/main.py": nil,
	}
	for preset, want := range map[string][]string{
		"recommended":  nil,
		"cloud-native": {"dockerignore-git-not-excluded", "dockerignore-secrets-not-excluded", "dockerignore-venv-not-excluded"},
	} {
		catalog := rules.All()
		set, err := (&config.Config{Presets: []string{preset}}).Resolve(catalog.Metas(), config.Flags{})
		if err != nil {
			t.Fatal(err)
		}
		src := []byte("dist/\n__pycache__/\n")
		tree[".dockerignore"] = src
		checker := &engine.Checker{Catalog: catalog, Settings: set.Settings()}
		f := engine.File{Path: ".dockerignore", Target: lint.TargetIgnoreFile, Context: tree.Around(".dockerignore"), Policy: set.For(".dockerignore")}
		var got []string
		for _, d := range checker.Check(t.Context(), f, src).Diagnostics {
			if slices.Contains(want, d.Rule.ID) || preset == "recommended" {
				got = append(got, d.Rule.ID)
			}
			if d.Severity > lint.Info {
				t.Errorf("%s: %s is a %s", preset, d.Rule.ID, d.Severity)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", preset, got, want)
		}
	}
}
