package acceptance

import (
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/sirupsen/logrus"
	"go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/text"
)

// loadFromDisk is why "docker compose config" refuses a file and the override that
// belongs to it; content, unless it is nil, replaces the file's, and values are
// those of variables that the repository does not set.
func loadFromDisk(ctx context.Context, name string, content map[string]any, values map[string]string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("crash: %v", r)
		}
	}()
	logrus.SetOutput(io.Discard)
	dir := filepath.Dir(name)
	env, err := dotenv.GetEnvFromFile(map[string]string{}, envFile(dir))
	if err != nil {
		return err
	}
	for variable, value := range values {
		if _, set := env[variable]; !set {
			env[variable] = value
		}
	}
	names := []string{name}
	if isDefaultName(name) {
		for _, base := range []string{"compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"} {
			if _, err := os.Stat(filepath.Join(dir, base)); err == nil {
				names = append(names, filepath.Join(dir, base))
				break
			}
		}
	}
	details := types.ConfigDetails{WorkingDir: dir, ConfigFiles: types.ToConfigFiles(names), Environment: env}
	details.ConfigFiles[0].Config = content
	_, err = loader.LoadWithContext(ctx, details, func(o *loader.Options) {
		o.SetProjectName("project", true)
		o.Profiles = []string{"*"}
	})
	return err
}

func envFile(dir string) []string {
	name := filepath.Join(dir, ".env")
	if _, err := os.Stat(name); err != nil {
		return nil
	}
	return []string{name}
}

func isDefaultName(name string) bool {
	return slices.Contains([]string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}, path.Base(name))
}

// needsMore are reasons that go away with a file or a value that the repository does
// not have, by what is unknown.
var needsMore = []struct {
	what    string
	reasons *regexp.Regexp
}{
	{"a file that is not in the repository", regexp.MustCompile(`env file .* not found|no such file or directory|not found in|Couldn't find env file`)},
	{"a variable without a value", regexp.MustCompile(`required variable|is missing a value`)},
}

// ofTheWhole are reasons that another file of the project may take away.
var ofTheWhole = regexp.MustCompile(`neither an image nor a build|undefined|unknown service|not found for network_mode|must declare either|one of .* must be set|cannot extend|empty compose file|conflict|distinct values`)

// TestComposeRefusals compares what Compose's loader refuses, read from the disk, with
// what the default rules report, for every Compose file of a corpus.
func TestComposeRefusals(t *testing.T) {
	dir := os.Getenv("DOCKMEND_CORPUS")
	if dir == "" {
		t.Skip("DOCKMEND_CORPUS is not set: refusals were not compared")
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = root.Close() }()
	all, said := ourRefusals(t, root, lint.TargetCompose)
	table := newRefusalTable()
	for _, f := range all {
		src, err := root.ReadFile(f.Path)
		if err != nil {
			t.Fatal(err)
		}
		doc := compose.Parse(src, text.NewLineIndex(src))
		ours := said[f.Path]
		at := filepath.Join(dir, filepath.FromSlash(f.Path))
		refusal := loadFromDisk(t.Context(), at, nil, nil)
		switch unknown := unknownOf(t.Context(), at, doc, refusal); {
		case f.Template || doc.File.Err != nil && strings.Contains(string(src), "{{"):
			table.add("template", "")
		case facts.IsTestName(f.Path):
			table.add("fixture", "")
		case doc.Shape == compose.Foreign && !isDefaultName(f.Path):
			table.add("no Compose file", "")
		case strings.Contains(strings.ToLower(f.Path), "podman"):
			table.add("for podman-compose, which takes what Compose refuses", "")
		case refusal == nil && ours == "":
			table.files["both accept"]++
		case refusal == nil:
			table.add("WRONG: only ours refuses", ours)
			table.wrong = append(table.wrong, f.Path+": "+ours)
		case ours != "":
			table.add("both refuse", refusal.Error())
		case unknown != "":
			table.add("unknown: "+unknown, refusal.Error())
		default:
			table.add("WRONG: only Compose refuses", refusal.Error())
			table.wrong = append(table.wrong, f.Path+": "+refusal.Error())
		}
	}
	table.log(t)
	for _, w := range table.wrong {
		t.Error(w)
	}
}

// unknownOf says what is not known of a refusal; empty for one that is a fault of the
// file.
func unknownOf(ctx context.Context, name string, doc *compose.Document, refusal error) string {
	if refusal == nil {
		return ""
	}
	for _, n := range needsMore {
		if n.reasons.MatchString(refusal.Error()) {
			return n.what
		}
	}
	switch {
	case placeholders.MatchString(refusal.Error()):
		return "a placeholder"
	case len(doc.File.Documents) > 1:
		return "several documents"
	case ofTheWhole.MatchString(refusal.Error()) && mayBeCompleted(name, doc):
		return "another file of the project"
	}
	var content map[string]any
	if yaml.Unmarshal(doc.Src, &content) != nil {
		return ""
	}
	// Without the values that nothing gives it is another reason, or none.
	switch other := loadFromDisk(ctx, name, withoutVariables(content), nil); {
	case other == nil:
		return "a variable without a value"
	case other.Error() == refusal.Error():
		return unknownInside(ctx, name)
	case needsMore[0].reasons.MatchString(other.Error()):
		return "a variable without a value, then " + needsMore[0].what
	case ofTheWhole.MatchString(other.Error()) && mayBeCompleted(name, doc):
		return "a variable without a value, then another file of the project"
	}
	return ""
}

// unknownInside is unknownOf for a file that Compose loads once the variables of it and of
// what it includes have a value.
func unknownInside(ctx context.Context, name string) string {
	variables := map[string]bool{}
	openVariables(name, variables, map[string]bool{})
	for _, value := range []string{"/x", "x", "1"} {
		values := map[string]string{}
		for v := range variables {
			values[v] = value
		}
		if loadFromDisk(ctx, name, nil, values) == nil {
			return "a variable without a value in an included file"
		}
	}
	return ""
}

// openVariables collects the variables without a default of a file and of those that it
// includes.
func openVariables(name string, variables, seen map[string]bool) {
	src, err := os.ReadFile(name)
	if err != nil || seen[name] {
		return
	}
	seen[name] = true
	for _, v := range compose.ParseTemplate(string(src)).Variables() {
		if !v.HasDefault() {
			variables[v.Name] = true
		}
	}
	var content struct{ Include []any }
	_ = yaml.Unmarshal(src, &content) // what is not YAML includes nothing
	for _, entry := range content.Include {
		if m, ok := entry.(map[string]any); ok {
			entry = m["path"]
		}
		paths, several := entry.([]any)
		if !several {
			paths = []any{entry}
		}
		for _, p := range paths {
			if p, ok := p.(string); ok {
				openVariables(filepath.Join(filepath.Dir(name), filepath.FromSlash(p)), variables, seen)
			}
		}
	}
}

// withoutVariables is a content without the values that have a variable without a
// default; an image of that sort is another one.
func withoutVariables(content map[string]any) map[string]any {
	open := func(value any) bool {
		s, ok := value.(string)
		return ok && slices.ContainsFunc(compose.ParseTemplate(s).Variables(), func(v *compose.Variable) bool { return !v.HasDefault() })
	}
	for key, entry := range content {
		switch v := entry.(type) {
		case map[string]any:
			content[key] = withoutVariables(v)
		case []any:
			v = slices.DeleteFunc(v, open)
			for i := range v {
				if m, ok := v[i].(map[string]any); ok {
					v[i] = withoutVariables(m)
				}
			}
			content[key] = v
		default:
			if open(entry) {
				delete(content, key)
			}
			if key == "image" && open(entry) {
				content[key] = "debian:13"
			}
		}
	}
	return content
}

// mayBeCompleted reports whether a file is given with others, as far as the names of
// files tell, or a folder to build that its own folder does not have: it is read from
// another one then, as a part of the project there.
func mayBeCompleted(name string, doc *compose.Document) bool {
	if !isDefaultName(name) || doc.Shape != compose.Project {
		return true
	}
	for _, s := range doc.Services {
		b, ok := s.Build()
		if !ok || b.IsRemote() || !b.Context.Known || path.IsAbs(b.Context.Text) {
			continue
		}
		if _, err := os.Stat(filepath.Join(filepath.Dir(name), filepath.FromSlash(b.Context.Text))); err != nil {
			return true
		}
	}
	entries, err := os.ReadDir(filepath.Dir(name))
	if err != nil {
		return true
	}
	for _, e := range entries {
		if facts.IsComposeName(e.Name()) && e.Name() != path.Base(name) && !strings.Contains(e.Name(), ".override.") {
			return true
		}
	}
	return false
}
