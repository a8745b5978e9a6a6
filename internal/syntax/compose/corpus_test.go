package compose

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/syntax/compose/model"
	"github.com/dockmend/dockmend/internal/text"
)

func parse(src string) *Document { return Parse([]byte(src), text.NewLineIndex([]byte(src))) }

// TestCorpus reads every compose file below the folder that DOCKMEND_CORPUS
// names, and holds our reading against that of compose-go: what it loads has
// no problem here.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("DOCKMEND_CORPUS")
	if dir == "" {
		t.Skip("DOCKMEND_CORPUS is not set: only the files of testdata were read")
	}
	files, loaded, both, onlyTheirs := 0, 0, 0, 0
	shapes := map[Shape]int{}
	set := func(string) (string, bool) { return "1", true }
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || !strings.HasSuffix(path, ".yml") && !strings.HasSuffix(path, ".yaml") || !strings.Contains(filepath.Base(path), "compose") {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		d := parse(string(src))
		shapes[d.Shape]++
		problems, err := d.Problems()
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range d.Services {
			touch(s)
		}
		loadedAs, refused := model.Load(src, set)
		if refused == nil {
			loaded++
			for _, p := range problems {
				t.Errorf("%s:%d: compose-go loads it, but %+v", path, d.Lines.Position(p.Span.Start).Line, p)
			}
			if services, _ := loadedAs["services"].(map[string]any); len(services) != len(d.Services) && d.Shape != Foreign {
				t.Errorf("%s: %d services, compose-go has %d", path, len(d.Services), len(services))
			}
			return nil
		}
		if len(problems) > 0 || d.File.Err != nil {
			both++
		} else {
			onlyTheirs++
			t.Logf("%s: %v", path, refused)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files, %d loaded, %d refused by both, %d by compose-go alone; shapes %v", files, loaded, both, onlyTheirs, shapes)
}

// touch asks a service for everything.
func touch(s *Service) {
	s.Ports()
	s.Mounts()
	s.Environment()
	s.Labels()
	s.Build()
	s.DependsOn()
	s.EnvFiles()
	s.Command()
	s.Entrypoint()
	s.Healthcheck()
	s.Watch()
	s.Secrets()
	s.Configs()
	s.Networks()
}
