package model

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestCastsOfTheLoader: each conversion of the loader is kept for a content in which it
// applies, and for no other.
func TestCastsOfTheLoader(t *testing.T) {
	all := loader.ToOptions(&types.ConfigDetails{}, nil).Interpolate.TypeCastMapping
	if len(all) < 50 {
		t.Fatalf("the loader has %d conversions", len(all))
	}
	for pattern := range all {
		parts := pattern.Parts()
		var value any = "1"
		for _, part := range slices.Backward(parts) {
			switch part {
			case "[]":
				value = []any{value}
			case "*":
				value = map[string]any{"a.b": value}
			default:
				value = map[string]any{part: value}
			}
		}
		if _, kept := castsFor(value.(Content), all)[pattern]; !kept {
			t.Errorf("%s is not kept for %v", pattern, value)
		}
	}
	plain := Content{"services": map[string]any{"web": map[string]any{"image": "a", "init": "true"}}}
	if got := slices.Collect(maps.Keys(castsFor(plain, all))); len(got) != 1 || got[0] != "services.*.init" {
		t.Errorf("kept %q", got)
	}
	if got := castsFor(Content{"services.web.init": "true"}, all); len(got) != 1 {
		t.Errorf("kept %v for a key with dots", got)
	}
}

// TestWholeIsTheStricter: what Compose takes as a whole project it takes as a part of
// one, in the cases of all rules, and what is said without its loader is what that says.
func TestWholeIsTheStricter(t *testing.T) {
	archives, err := filepath.Glob("../../../../testdata/rules/compose/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("%d archives, %v", len(archives), err)
	}
	taken, partly := 0, 0
	for _, archive := range archives {
		src, err := os.ReadFile(archive)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range txtar.Parse(src).Files {
			name := filepath.Base(f.Name)
			if !strings.Contains(name, "compose") || !strings.HasSuffix(name, "ml") {
				continue
			}
			content, err := Decode(f.Data)
			if err != nil {
				continue
			}
			whole, part := Refusal(content, nil, true), Refusal(content, nil, false)
			if got := Refuses(content, nil, true); got != (whole != nil) {
				t.Errorf("%s, %s: refused is %v, the loader says %v", archive, f.Name, got, whole)
			}
			if got := Refuses(content, nil, false); got != (part != nil) {
				t.Errorf("%s, %s: refused as a part is %v, the loader says %v", archive, f.Name, got, part)
			}
			switch {
			case whole == nil && part != nil:
				t.Errorf("%s, %s: refused as a part only: %v", archive, f.Name, part)
			case whole == nil:
				taken++
			case part == nil:
				partly++
			}
		}
	}
	t.Logf("%d taken, %d as a part only", taken, partly)
	if taken < 300 || partly < 5 {
		t.Errorf("%d taken, %d as a part only: too few", taken, partly)
	}
}
