package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/dockmend/dockmend/internal/report"
)

// What an earlier version left at users' places has to be understood by all that
// follow. testdata/compat holds such things; its README.md says what they are.

const compat = "../../testdata/compat"

func compatFile(t *testing.T, name string) []byte {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(compat, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// compatFinding is what matters of a finding in a report, or of an entry of a
// baseline.
type compatFinding struct {
	Rule, Variant, File, Fingerprint string
	Baseline                         bool
	Suppressed                       *struct{}
}

type compatReport struct{ Findings []compatFinding }

func readReport(t *testing.T, src []byte) compatReport {
	t.Helper()
	var r compatReport
	if err := json.Unmarshal(src, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// declared are the differences that were made on purpose, by fingerprint, each "gone"
// or "new", from changed.tsv.
func declared(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for line := range strings.Lines(string(compatFile(t, "changed.tsv"))) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) != 3 || fields[0] != "gone" && fields[0] != "new" || fields[2] == "" {
			t.Fatalf("changed.tsv: %q is not: gone or new, a fingerprint, a reason", line)
		}
		all[fields[1]] = fields[0]
	}
	return all
}

// lintCompat lints a copy of the repository with the rules that found something in it
// then, beside the baseline of then. The copy lies in no git repository.
func lintCompat(t *testing.T) []byte {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(compat, "repository"))); err != nil {
		t.Fatal(err)
	}
	var rules []string
	for _, f := range readReport(t, compatFile(t, "report.json")).Findings {
		rules = append(rules, f.Rule)
	}
	slices.Sort(rules)
	var out, problems bytes.Buffer
	env := &Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &problems, Dir: dir, ShellCheck: "is-not-asked"}
	env.Getenv = func(string) string { return "" }
	baseline, err := filepath.Abs(filepath.Join(compat, "baseline.json"))
	if err != nil {
		t.Fatal(err)
	}
	args := []string{
		"dockmend", "lint", "--preset", "strict", "--select", strings.Join(slices.Compact(rules), ","), "--baseline", baseline,
		"-o", "json", "--fail-on", "style", "--as-of", "2026-11-30",
	}
	want := exitClean // the baseline knows all
	if slices.Contains(slices.Collect(maps.Values(declared(t))), "new") {
		want = exitFindings // but for what changed.tsv names
	}
	if code := Main(context.Background(), args, env); code != want {
		t.Errorf("exit %d, want %d\n%s", code, want, problems.String())
	}
	return out.Bytes()
}

func TestCompatBaselineAndReport(t *testing.T) {
	src := lintCompat(t)
	changed := declared(t)
	now := map[string]compatFinding{}
	for _, f := range readReport(t, src).Findings {
		now[f.Fingerprint] = f
		if !f.Baseline && f.Suppressed == nil && changed[f.Fingerprint] != "new" {
			t.Errorf("%s of %s in %s is reopened: the baseline does not know %s", f.Rule, f.Variant, f.File, f.Fingerprint)
		}
	}
	for _, f := range readReport(t, compatFile(t, "report.json")).Findings {
		today, ok := now[f.Fingerprint]
		switch {
		case !ok && changed[f.Fingerprint] != "gone":
			t.Errorf("%s of %s in %s is forgotten: nothing has the fingerprint %s", f.Rule, f.Variant, f.File, f.Fingerprint)
		case ok && (today.Suppressed == nil) != (f.Suppressed == nil):
			t.Errorf("%+v is silenced otherwise now: %+v", f, today)
		case ok && (today.Rule != f.Rule || today.Variant != f.Variant || today.File != f.File):
			t.Errorf("%+v is now %+v", f, today)
		}
	}
}

// The report of then is one by the schema of today, and has no key that today's lacks.
func TestCompatReportFormat(t *testing.T) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(report.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("report.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("report.json")
	if err != nil {
		t.Fatal(err)
	}
	var then, now any
	for src, into := range map[string]*any{string(compatFile(t, "report.json")): &then, string(lintCompat(t)): &now} {
		if *into, err = jsonschema.UnmarshalJSON(strings.NewReader(src)); err != nil {
			t.Fatal(err)
		}
	}
	if err := schema.Validate(then); err != nil {
		t.Error(err)
	}
	today := map[string]bool{}
	shapeOf("", now, today)
	shape := map[string]bool{}
	shapeOf("", then, shape)
	for key := range shape {
		if !today[key] {
			t.Errorf("the report has no %s any more", key)
		}
	}
}

// shapeOf collects the keys of a document, each with the type of its value.
func shapeOf(at string, value any, into map[string]bool) {
	switch v := value.(type) {
	case map[string]any:
		for key, item := range v {
			shapeOf(at+"."+key, item, into)
		}
	case []any:
		for _, item := range v {
			shapeOf(at+"[]", item, into)
		}
	case json.Number:
		into[at+" as a number"] = true
	case string:
		into[at+" as text"] = true
	case bool:
		into[at+" as a boolean"] = true
	}
}
