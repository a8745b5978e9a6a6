package run

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/lint"
)

// fragile is a format that crashes on a file, or on every result.
type fragile struct{ on string }

func (f fragile) Write(w io.Writer, r *lint.Result) error {
	for _, d := range r.Diagnostics {
		if d.Source.Path == f.on {
			panic("told to")
		}
		_, _ = fmt.Fprintln(w, d.Source.Path)
	}
	if f.on == "" {
		panic("told to")
	}
	return nil
}

func TestReportOfTheOtherFiles(t *testing.T) {
	result := func() *lint.Result {
		r := &lint.Result{}
		for _, name := range []string{"a", "b", "b", "c"} {
			d := &lint.Diagnostic{Source: lint.NewSource(name, nil)}
			if n := len(r.Diagnostics); n > 0 && r.Diagnostics[n-1].Source.Path == name {
				d.Source = r.Diagnostics[n-1].Source
			}
			r.Diagnostics = append(r.Diagnostics, d)
		}
		return r
	}
	for _, bad := range []string{"a", "b", "c"} {
		r := result()
		var out strings.Builder
		if err := WriteReport(&out, fragile{bad}, r); err != nil {
			t.Fatal(err)
		}
		if strings.Count(out.String(), bad) > 0 || len(r.Problems) != 1 || r.Problems[0].File != bad {
			t.Errorf("%s: report %q, problems %v", bad, out.String(), r.Problems)
		}
		if !strings.HasPrefix(r.Problems[0].Message, "writing the report crashed: told to; please report this") {
			t.Error(r.Problems[0].Message)
		}
	}
	err := WriteReport(io.Discard, fragile{""}, result())
	if _, ok := errors.AsType[*Incomplete](err); !ok {
		t.Errorf("a format that always crashes: %v", err)
	}
}

// crashing is a tree of which nothing can be read.
type crashing struct{ tree }

// Stat implements tree.
func (crashing) Stat(string) (fs.FileInfo, error) { panic("told to") }

// Lstat implements tree.
func (crashing) Lstat(string) (fs.FileInfo, error) { panic("told to") }

// Real implements tree.
func (crashing) Real(string) (string, fs.FileInfo, error) { panic("told to") }

// List implements tree.
func (crashing) List(string, int) ([]fs.DirEntry, bool, error) { panic("told to") }

// TestCrashWhileFilesAreFound: a panic outside of every file is an error that names
// the step, and the run is incomplete.
func TestCrashWhileFilesAreFound(t *testing.T) {
	w := &Workspace{tree: crashing{}, place: &place{paths: []string{"."}}, options: &Options{}, Rules: &config.RuleSet{}}
	w.watch, w.unwatch = watchOver()
	defer w.unwatch()
	err := w.find(t.Context(), false)
	if _, ok := errors.AsType[*Incomplete](err); !ok || !strings.HasPrefix(err.Error(), "finding the files crashed: told to; please report this") {
		t.Errorf("%v", err)
	}
}
