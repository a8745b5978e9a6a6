package compose

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	specified "github.com/compose-spec/compose-go/v2/schema"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/dockmend/dockmend/internal/syntax/compose/model"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
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
	files, loaded, both, onlyTheirs, disagreed := 0, 0, 0, 0, 0
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
		d.Root.Walk(func(n *yaml.Node) bool {
			if err := agrees(n.Value); n.Kind == yaml.Scalar && err != nil {
				t.Errorf("%s: %v", path, err)
			}
			return true
		})
		if whole, ok := d.View.Value(d.Root, nil).(map[string]any); ok {
			if err := specified.Validate(whole); (err != nil) != (len(problems) > 0) {
				disagreed++
				t.Logf("%s: %d problems, compose-go's schema: %v", path, len(problems), err)
			}
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
	t.Logf("%d files, %d loaded, %d refused by both, %d by compose-go alone; %d times the bare schema says something else; shapes %v", files, loaded, both, onlyTheirs, disagreed, shapes)
}

// agrees holds our reading of variables, none of which is set, against that of
// compose-go.
func agrees(src string) error {
	ours, known := ParseTemplate(src).Expand(nil)
	theirs, err := template.SubstituteWithOptions(src, func(string) (string, bool) { return "", false }, template.WithoutLogging)
	if known && err != nil {
		return fmt.Errorf("%q is %q, compose-go refuses it: %w", src, ours, err)
	}
	if known && ours != theirs {
		return fmt.Errorf("%q is %q, compose-go has %q", src, ours, theirs)
	}
	if broken := ParseTemplate(src).Broken >= 0; broken && err == nil {
		return fmt.Errorf("%q is broken, compose-go has %q", src, theirs)
	}
	return nil
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
