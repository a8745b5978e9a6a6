package bench

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dockmend/dockmend/internal/buildcontext"
	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
)

// TestCanonicalDockerfile: the file by which the founding document shows how it
// is done draws no warning.
func TestCanonicalDockerfile(t *testing.T) {
	archive, err := txtar.ParseFile("../../testdata/seed/canonical.txtar")
	if err != nil {
		t.Fatal(err)
	}
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
	defer func() { _ = root.Close() }()
	src, err := root.ReadFile("Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	for _, preset := range []string{"recommended", "cloud-native"} {
		catalog := rules.All()
		set, err := (&config.Config{Presets: []string{preset}}).Resolve(catalog.Metas(), config.Flags{})
		if err != nil {
			t.Fatal(err)
		}
		checker := &engine.Checker{Catalog: catalog, Settings: set.Settings()}
		result := engine.Run(t.Context(), checker, []engine.File{{
			Path: "Dockerfile", Context: buildcontext.New(root, "Dockerfile"), Policy: set.For("Dockerfile"),
			Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(src)), nil },
		}}, 1)
		for _, d := range result.Diagnostics {
			if d.Severity >= lint.Warning {
				t.Errorf("%s: line %d: %s: %s", preset, d.Start().Line, d.Rule.ID, d.Message)
			} else {
				t.Logf("%s: line %d: %s %s: %s", preset, d.Start().Line, d.Severity, d.Rule.ID, d.Message)
			}
		}
	}
}
