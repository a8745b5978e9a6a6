package lint

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/text"
)

// What a fix declares is a path with places for any key; what it does not declare it may
// not change, but for extensions of the top level.
func TestMayChange(t *testing.T) {
	f := &Fix{Changes: []string{"services.*.ports", "volumes.data"}}
	for path, want := range map[string]bool{
		"services.app.ports":     true,
		"services.app.ports.[0]": true,
		"services.app":           false,
		"services.app.image":     false,
		"volumes.data.driver":    true,
		"volumes.other":          false,
		"x-common.ports":         true,
	} {
		if got := f.MayChange(strings.Split(path, ".")); got != want {
			t.Errorf("%s: %t, want %t", path, got, want)
		}
	}
	if (&Fix{}).MayChange([]string{"services"}) {
		t.Error("a fix that declares nothing may change something")
	}
}

func TestOptions(t *testing.T) {
	declared := []Option{
		{Name: "strict", Kind: BoolOption, OptionValue: OptionValue{Bool: true}},
		{Name: "most", Kind: IntOption, OptionValue: OptionValue{Int: 3}, Presets: map[string]OptionValue{"strict": {Int: 1}, "a": {Int: 2}}},
		{Name: "names", Kind: ListOption, OptionValue: OptionValue{List: []string{"x", "y"}}},
		{Name: "word", Kind: StringOption, OptionValue: OptionValue{Text: `a"b`}},
	}
	o := NewOptions(declared, map[string]OptionValue{"most": {Int: 7}})
	if !o.Bool("strict") || o.Int("most") != 7 || !slices.Equal(o.List("names"), []string{"x", "y"}) || o.Text("word") != `a"b` {
		t.Errorf("%t %d %q %q", o.Bool("strict"), o.Int("most"), o.List("names"), o.Text("word"))
	}
	for i, want := range []string{"true", "3", "[x, y]", `"a\"b"`} {
		if got := declared[i].Default(); got != want {
			t.Errorf("the default of %s is shown as %s, want %s", declared[i].Name, got, want)
		}
	}
	if got, want := declared[1].ByPreset(), ", 2 with the preset a, 1 with the preset strict"; got != want {
		t.Errorf("by preset %q, want %q", got, want)
	}
	defer func() {
		if recover() == nil {
			t.Error("an option that is not declared is a value")
		}
	}()
	o.Bool("other")
}

func TestAliases(t *testing.T) {
	m := &Meta{ID: "r", Variants: []string{"a", "b"}, Aliases: []Alias{
		{Name: "DL3008", Variants: []string{"a"}}, {Name: AnyShellCheck, Variants: []string{"SC2086"}}, {Name: "DS-0001"},
	}}
	for variant, want := range map[string]string{"a": "DL3008 DS-0001", "b": "DS-0001", "SC2086": "SC2086 DS-0001"} {
		if got := strings.Join(m.AliasNames(variant), " "); got != want {
			t.Errorf("%s is %q elsewhere, want %q", variant, got, want)
		}
	}
	if a, ok := m.Hadolint("SC2086"); !ok || a.Name != "SC2086" {
		t.Errorf("hadolint's name of a ShellCheck code: %q, %t", a.Name, ok)
	}
	if _, ok := m.Hadolint("b"); ok || !m.HasHadolint() {
		t.Error("a variant has hadolint's code for another one")
	}
	for name, tool := range map[string]string{
		"DL3008": "hadolint", "SC2086": "hadolint (ShellCheck)", "CKV_DOCKER_2": "checkov", "DS-0001": "trivy", "CL-0001": "compose-lint",
		"dclint:no-version-field": "dclint", "StageNameCasing": "BuildKit",
	} {
		if got := (Alias{Name: name}).Tool(); got != tool {
			t.Errorf("%s is of %s, want %s", name, got, tool)
		}
	}
}

func TestNeeds(t *testing.T) {
	for needs, want := range map[Needs]string{
		NeedsNothing: "nothing", NeedsRegistry: "registry", NeedsContext | NeedsSettings: "context files, configuration",
	} {
		if got := needs.String(); got != want {
			t.Errorf("%d: %q, want %q", needs, got, want)
		}
	}
}

// A fingerprint lives through moved lines and blanks, and through nothing else.
func TestFingerprint(t *testing.T) {
	at := func(path, variant, src, words string) *Diagnostic {
		source := NewSource(path, []byte(src))
		start := strings.Index(src, words)
		return &Diagnostic{
			Finding: Finding{Span: text.Span{Start: start, End: start + len(words)}, Variant: variant}, Rule: &Meta{ID: "r"}, Source: source,
		}
	}
	first := at("f", "", "RUN a  b\n", "RUN a  b")
	if got := at("f", "", "\n\nRUN a \t b\n", "RUN a \t b"); got.FingerprintKey() != first.FingerprintKey() {
		t.Error("moved lines or other blanks make another fingerprint")
	}
	if first.FingerprintKeyAt("g") != at("g", "", "RUN a  b\n", "RUN a  b").FingerprintKey() {
		t.Error("a moved file has another fingerprint than one at its place")
	}
	for _, other := range []*Diagnostic{at("g", "", "RUN a b", "RUN a b"), at("f", "v", "RUN a b", "RUN a b"), at("f", "", "RUN a c", "RUN a c")} {
		if other.FingerprintKey() == first.FingerprintKey() {
			t.Errorf("%q is the same finding", other.FingerprintKey())
		}
	}
	if Fingerprint("k", 0) == Fingerprint("k", 1) || !strings.HasPrefix(Fingerprint("k", 0), "dockmend/v1:") {
		t.Error("equal findings of a file have one fingerprint")
	}
}

// What is silenced, known or not new does not count, and only an applicable fix is one.
func TestCounts(t *testing.T) {
	if d := (&Diagnostic{}); !d.Counts() || d.Fixable() {
		t.Error("a plain finding does not count, or has a fix")
	}
	for name, d := range map[string]*Diagnostic{
		"suppressed": {Suppressed: &Suppression{}}, "in the baseline": {Baseline: true}, "not new": {Unchanged: true},
	} {
		if d.Counts() {
			t.Errorf("a finding that is %s counts", name)
		}
	}
	d := &Diagnostic{Finding: Finding{Fixes: []Fix{{Applicability: Manual}}}}
	if d.Fixable() {
		t.Error("a manual fix can be applied")
	}
	d.Fixes = append(d.Fixes, Fix{Applicability: Unsafe})
	d.Related = []Related{{File: "a"}, {File: "b", Cause: true}}
	if cause, ok := d.Cause(); !d.Fixable() || !ok || cause.Name() != "b" {
		t.Errorf("fixable %t, caused by %q", d.Fixable(), cause.Name())
	}
}

func TestTargetsAndSeverities(t *testing.T) {
	for _, target := range Targets() {
		if got, err := ParseTarget(target.String()); err != nil || got != target {
			t.Errorf("%s is read as %s, %v", target, got, err)
		}
	}
	if _, err := ParseTarget("helm"); err == nil {
		t.Error("an unknown kind of file is one")
	}
	for _, name := range SeverityNames() {
		if s, err := ParseSeverity(name); err != nil || s.String() != name {
			t.Errorf("%s is read as %s, %v", name, s, err)
		}
	}
	if _, err := ParseSeverity("fatal"); err == nil {
		t.Error("an unknown severity is one")
	}
	if Offline := (Offline{}); !IsOffline(Offline.Settled("", "")) || IsOffline(errors.New("x")) {
		t.Error("offline is not told from another fault")
	}
}
