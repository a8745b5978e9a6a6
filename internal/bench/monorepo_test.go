package bench

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dockmend/dockmend/internal/buildcontext"
	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/discover"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/project"
	"github.com/dockmend/dockmend/internal/rules"
)

const monorepoDockerfile = "FROM python:3.12-slim\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\nUSER 1000\nEXPOSE 8000\nCMD [\"gunicorn\", \"app:app\"]\n"

const monorepoManifest = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: s%[1]d}\nspec:\n  selector: {matchLabels: {app: s%[1]d}}\n" +
	"  template:\n    metadata: {labels: {app: s%[1]d}}\n    spec:\n      containers: [{name: s, image: \"acme/s%[1]d:1\"}]\n"

// monorepos are repositories of n parts, by their shape.
func monorepos() map[string]func(n int) fstest.MapFS {
	file := func(content string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(content)} }
	service := func(i int, folder string) string {
		return fmt.Sprintf("  s%d:\n    image: acme/s%[1]d\n    build: %s\n    ports: [\"%d:8000\"]\n", i, folder, 8000+i)
	}
	each := func(n int, add func(tree fstest.MapFS, i int)) fstest.MapFS {
		tree := fstest.MapFS{}
		for i := range n {
			add(tree, i)
		}
		return tree
	}
	dockerfiles := func(n int) fstest.MapFS {
		return each(n, func(tree fstest.MapFS, i int) {
			tree[fmt.Sprintf("d%d/Dockerfile", i)] = file(monorepoDockerfile)
			tree[fmt.Sprintf("d%d/requirements.txt", i)] = file("")
		})
	}
	one := func(n int) fstest.MapFS {
		services := "services:\n"
		for i := range n {
			services += service(i, fmt.Sprintf("./d%d", i))
		}
		return fstest.MapFS{"compose.yaml": file(services)}
	}
	return map[string]func(n int) fstest.MapFS{
		"Dockerfiles":      dockerfiles,
		"one compose file": one,
		"Dockerfiles and one compose file": func(n int) fstest.MapFS {
			tree := dockerfiles(n)
			maps.Copy(tree, one(n))
			return tree
		},
		"Dockerfiles with a compose file each": func(n int) fstest.MapFS {
			tree := dockerfiles(n)
			for i := range n {
				tree[fmt.Sprintf("d%d/compose.yaml", i)] = file("services:\n" + service(i, "."))
			}
			return tree
		},
		"Dockerfiles and manifests": func(n int) fstest.MapFS {
			tree := dockerfiles(n)
			maps.Copy(tree, one(n))
			for i := range n {
				tree[fmt.Sprintf("k8s/s%d.yaml", i)] = file(fmt.Sprintf(monorepoManifest, i))
			}
			return tree
		},
		"Dockerfiles of one folder": func(n int) fstest.MapFS {
			return each(n, func(tree fstest.MapFS, i int) { tree[fmt.Sprintf("s%d.Dockerfile", i)] = file(monorepoDockerfile) })
		},
	}
}

// lintMonorepo lints all files of a source with every rule, one after the other.
func lintMonorepo(tb testing.TB, tree fstest.MapFS, files project.Files) {
	tb.Helper()
	catalog := rules.All()
	set, err := (&config.Config{Presets: []string{"strict"}}).Resolve(catalog.Metas(), config.Flags{})
	if err != nil {
		tb.Fatal(err)
	}
	store := project.New(files, nil)
	var all []engine.File
	for _, name := range slices.Sorted(maps.Keys(tree)) {
		target := discover.Classify(name)
		switch {
		case len(tree[name].Data) == 0:
			continue
		case strings.HasPrefix(name, "k8s/"):
			target = lint.TargetKubernetes
		}
		all = append(all, engine.File{Path: name, Target: target, Policy: set.For(name), Context: buildcontext.New(store, name), Open: opener(store, name)})
	}
	result := engine.Run(tb.Context(), &engine.Checker{Catalog: catalog, Settings: set.Settings()}, all, 2)
	for _, p := range result.Problems {
		tb.Errorf("%s: %s", p.File, p.Message)
	}
}

func opener(store *project.Store, name string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		src, err := store.Source(name)
		if err != nil {
			return nil, err
		}
		return io.NopCloser(bytes.NewReader(src.Bytes)), nil
	}
}

// BenchmarkMonorepo shows what twice as many files cost, for each shape: the
// metric "doubling" is the time of n parts beside that of half of them, and is at
// most 2.3 where the work grows with the files. "parts" is what the files of both
// kinds cost together beside what they cost alone.
func BenchmarkMonorepo(b *testing.B) {
	spent := func(b *testing.B, tree fstest.MapFS) time.Duration {
		b.Helper()
		start := time.Now()
		lintMonorepo(b, tree, tree)
		return time.Since(start)
	}
	shapes := monorepos()
	for _, name := range slices.Sorted(maps.Keys(shapes)) {
		for _, n := range []int{200, 400, 800} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				half, whole := shapes[name](n/2), shapes[name](n)
				var before, after time.Duration
				for b.Loop() {
					before += spent(b, half)
					after += spent(b, whole)
				}
				b.ReportMetric(float64(after)/float64(before), "doubling")
			})
		}
	}
	b.Run("together", func(b *testing.B) {
		const n = 400
		var alone, together time.Duration
		for b.Loop() {
			alone += spent(b, shapes["Dockerfiles"](n)) + spent(b, shapes["one compose file"](n))
			together += spent(b, shapes["Dockerfiles and one compose file"](n))
		}
		b.ReportMetric(float64(together)/float64(alone), "parts")
	})
}

// opened is a source that counts how often each file is opened.
type opened struct {
	fstest.MapFS
	mu    sync.Mutex
	times map[string]int
}

// Open implements fs.FS.
func (o *opened) Open(name string) (fs.File, error) {
	o.mu.Lock()
	o.times[name]++
	o.mu.Unlock()
	return o.MapFS.Open(name)
}

// TestFilesAreOpenedOnce: however many look at a file, a run opens it once, and
// looks into it at most once more to find out what it is.
func TestFilesAreOpenedOnce(t *testing.T) {
	shapes := monorepos()
	for _, name := range slices.Sorted(maps.Keys(shapes)) {
		t.Run(name, func(t *testing.T) {
			files := &opened{MapFS: shapes[name](40), times: map[string]int{}}
			lintMonorepo(t, files.MapFS, files)
			if len(files.times) == 0 {
				t.Fatal("nothing was opened")
			}
			for file, n := range files.times {
				if n > 1 {
					t.Errorf("%s was opened %d times", file, n)
				}
			}
		})
	}
}
