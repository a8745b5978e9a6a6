package prove_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/buildcontext"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/project"
	"github.com/dockmend/dockmend/internal/prove"
)

func contextOf(t *testing.T, names ...string) lint.Context {
	t.Helper()
	dir := t.TempDir()
	for _, name := range append(names, ".dockerignore") {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	return buildcontext.New(project.New(project.Disk(root), nil), ".dockerignore")
}

func TestIgnoreFile(t *testing.T) {
	tests := []struct {
		name          string
		files         []string
		before, after string
		want          lint.Effect
		details       string
	}{
		{"comment", []string{"a"}, "x\n", "# why\nx\n", lint.EffectNone, ""},
		{"nothing there", []string{"a"}, "x\n", "x\n.env\n", lint.EffectNone, ""},
		{"leaves", []string{".env", "a"}, "x\n", "x\n.env\n", lint.EffectGraph, `".env": is no longer sent`},
		{"enters", []string{".env", "a"}, ".env\n", "", lint.EffectGraph, `".env": is sent now`},
		{"folder", []string{"d/a", "d/b"}, "", "d\n", lint.EffectGraph, `"d/": is no longer sent`},
		{"deeper", []string{"d/e/x.pyc", "x.pyc"}, "*.pyc\n", "**/*.pyc\n", lint.EffectGraph, `"d/e/x.pyc": is no longer sent`},
		{"inside of what programs fill", []string{"node_modules/a/.env"}, "", "**/.env\n", lint.EffectGraph, `"node_modules/a/.env": is no longer sent`},
		{"taken back", []string{"d/a", "d/b"}, "d\n", "d\n!d/a\n", lint.EffectGraph, `"d/a": is sent now`},
		{"cancelled", []string{".env.example"}, "!.env.example\n", "!.env.example\n.env.*\n", lint.EffectGraph, `".env.example": is no longer sent`},
		{"in an ignored folder", []string{"d/a"}, "d\n", "d\nd/a\n", lint.EffectNone, ""},
		{"refused before", []string{"a"}, "a[\n", "a\n", lint.EffectUnknown, ""},
		{"refused after", []string{"a"}, "a\n", "a[\n", lint.EffectUnknown, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := prove.NewIgnoreFile([]byte(tt.before), contextOf(t, tt.files...), prove.Budget).Compare(t.Context(), []byte(tt.after))
			if v.Effect != tt.want || strings.Join(v.Details, "; ") != tt.details {
				t.Errorf("effect %s, details %q, reason %q; want %s %q", v.Effect, v.Details, v.Reason, tt.want, tt.details)
			}
			if v.Broken != (tt.name == "refused after") || (v.Reason == "") == (v.Effect == lint.EffectUnknown) {
				t.Errorf("broken %v, reason %q", v.Broken, v.Reason)
			}
		})
	}
}

func TestIgnoreFileWithoutContext(t *testing.T) {
	v := prove.NewIgnoreFile([]byte("a\n"), buildcontext.None(), prove.Budget).Compare(t.Context(), []byte("b\n"))
	if v.Effect != lint.EffectUnknown || v.Reason == "" {
		t.Errorf("%+v", v)
	}
}

// TestBudgetOfAnIgnoreFile: files times patterns are bounded, and what is past that
// says so.
func TestBudgetOfAnIgnoreFile(t *testing.T) {
	src := strings.Repeat("*.x\n", 900)
	for files, want := range map[int]bool{20: false, 22: true} {
		var names []string
		for i := range files {
			names = append(names, fmt.Sprint(i))
		}
		v := prove.NewIgnoreFile([]byte(src), contextOf(t, names...), 1).Compare(t.Context(), []byte(src+"y\n"))
		if v.Spent != want || (v.Reason != "") != want {
			t.Errorf("%d files: %+v", files, v)
		}
	}
}
