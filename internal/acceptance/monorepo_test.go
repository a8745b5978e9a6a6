package acceptance

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"runtime"
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
	manifests := func(n int) string {
		documents := make([]string, n)
		for i := range documents {
			documents[i] = fmt.Sprintf(monorepoManifest, i)
		}
		return strings.Join(documents, "---\n")
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
		"Dockerfiles and one manifest": func(n int) fstest.MapFS {
			tree := dockerfiles(n)
			maps.Copy(tree, one(n))
			tree["k8s/all.yaml"] = file(manifests(n))
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
		"manifests of one folder": func(n int) fstest.MapFS {
			return each(n, func(tree fstest.MapFS, i int) {
				tree[fmt.Sprintf("k8s/s%d.yaml", i)] = file(fmt.Sprintf(monorepoManifest, i))
			})
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
// metric "doubling" is the processor time of n parts next to that of half of them,
// and is at most 2.3 where the work grows with the files. "parts" is what the files
// of both kinds cost together, next to what they cost alone: at most 2.5.
func BenchmarkMonorepo(b *testing.B) {
	spent := func(b *testing.B, tree fstest.MapFS) time.Duration {
		b.Helper()
		files := indexed(tree)
		runtime.GC() // what an earlier run left is not collected in this one
		start := cpu(b)
		lintMonorepo(b, tree, files)
		return cpu(b) - start
	}
	shapes := monorepos()
	for _, name := range slices.Sorted(maps.Keys(shapes)) {
		most := 800
		if strings.HasSuffix(name, "of one folder") {
			most = 8000
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				before := spent(b, shapes[name](most/8))
				for n := most / 4; n <= most; n *= 2 {
					after := spent(b, shapes[name](n))
					b.ReportMetric(float64(after)/float64(before), fmt.Sprintf("doubling-to-%d", n))
					before = after
				}
				b.ReportMetric(before.Seconds(), fmt.Sprintf("s-of-%d", most))
			}
		})
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

// indexed is a tree that finds a name in the same time whatever its size: fstest.MapFS
// goes through all names for a folder, or for one that is not there.
func indexed(tree fstest.MapFS) project.Files {
	contents := map[string][]byte{}
	for name, file := range tree {
		contents[name] = file.Data
	}
	return project.Overlay(fstest.MapFS{}, contents)
}

// opened is a source that counts how often each file is opened, and each folder listed.
type opened struct {
	fstest.MapFS
	mu            sync.Mutex
	times, listed map[string]int
}

// Open implements fs.FS.
func (o *opened) Open(name string) (fs.File, error) {
	o.mu.Lock()
	o.times[name]++
	o.mu.Unlock()
	return o.MapFS.Open(name)
}

// ReadDir implements fs.ReadDirFS.
func (o *opened) ReadDir(name string) ([]fs.DirEntry, error) {
	o.mu.Lock()
	o.listed[name]++
	o.mu.Unlock()
	return o.MapFS.ReadDir(name)
}

// TestFilesAreOpenedOnce: however many look at a file, a run opens it once.
func TestFilesAreOpenedOnce(t *testing.T) {
	shapes := monorepos()
	for _, name := range slices.Sorted(maps.Keys(shapes)) {
		t.Run(name, func(t *testing.T) {
			files := record(t, shapes[name](40))
			if most := most(files.times); most != 1 {
				t.Errorf("a file was opened %d times", most)
			}
			if most := most(files.listed); most != 1 {
				t.Errorf("a folder was listed %d times", most)
			}
		})
	}
}

// TestFilesAreOpenedTwice: where a run reads more than its store keeps, a file is
// opened once more.
func TestFilesAreOpenedTwice(t *testing.T) {
	files := record(t, longer(monorepos()["Dockerfiles and manifests"](60)))
	if most := most(files.times); most != 2 {
		t.Errorf("a file was opened %d times", most)
	}
}

// TestRepositoryIsSearchedOnce: it is not searched for what builds images once more
// for each Compose file, where a run reads more than its store keeps.
func TestRepositoryIsSearchedOnce(t *testing.T) {
	files := record(t, longer(monorepos()["Dockerfiles with a compose file each"](60)))
	if most := most(files.times); most > 2 {
		t.Errorf("a file was opened %d times", most)
	}
	// Two goroutines may search at the same time, and each folder is then looked at.
	if most := most(files.listed); most > 6 {
		t.Errorf("a folder was listed %d times", most)
	}
}

// longer makes the files of a tree so long that a store does not keep all of them.
func longer(tree fstest.MapFS) fstest.MapFS {
	for name, file := range tree {
		if len(file.Data) > 0 && name != "compose.yaml" {
			file.Data = slices.Concat([]byte(strings.Repeat("# nothing\n", 800)), file.Data)
		}
	}
	return tree
}

// record notes what a run over a tree opens and lists.
func record(t *testing.T, tree fstest.MapFS) *opened {
	t.Helper()
	files := &opened{MapFS: tree, times: map[string]int{}, listed: map[string]int{}}
	lintMonorepo(t, tree, files)
	return files
}

// most is the largest of the counts.
func most(counts map[string]int) int { return slices.Max(slices.Collect(maps.Values(counts))) }
