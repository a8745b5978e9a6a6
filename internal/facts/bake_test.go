package facts

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/lint"
)

// TestInheritedAttribute: which value counts, and where it is not known.
func TestInheritedAttribute(t *testing.T) {
	chain := func(length int) string {
		var b strings.Builder
		for i := range length {
			fmt.Fprintf(&b, "target \"t%d\" {\n  inherits = [\"t%d\"]\n}\n", i, i+1)
		}
		fmt.Fprintf(&b, "target \"t%d\" {\n  context = \"far\"\n}\n", length)
		return b.String()
	}
	tests := []struct {
		name, src, want string
		known           bool
	}{
		{"its own", `target "t0" { context = "own" }`, "own", true},
		{"none", `target "t0" {}`, "", true},
		{"the last that is named", "target \"t0\" {\n  inherits = [\"a\", \"b\"]\n}\ntarget \"a\" {\n  context = \"a\"\n}\ntarget \"b\" {\n  context = \"b\"\n}\n", "b", true},
		{"of another file", `target "t0" { inherits = ["missing"] }`, "", false},
		{"a circle", "target \"t0\" {\n  inherits = [\"a\"]\n}\ntarget \"a\" {\n  inherits = [\"t0\"]\n}\n", "", false},
		{"a circle that another hides", "target \"t0\" {\n  inherits = [\"t0\", \"a\"]\n}\ntarget \"a\" {\n  context = \"a\"\n}\n", "a", true},
		{"at the bound", chain(maxInherits), "far", true},
		{"past the bound", chain(maxInherits + 1), "", false},
	}
	for _, tt := range tests {
		f := ParseBake(lint.NewSource("docker-bake.hcl", []byte(tt.src)))
		a, known := f.Attribute(f.Targets()[0], "context")
		got := ""
		if a != nil {
			got = a.Value.Text
		}
		if got != tt.want || known != tt.known {
			t.Errorf("%s: %q, known %t; want %q, %t", tt.name, got, known, tt.want, tt.known)
		}
	}
}

// TestInheritsIsLinear: targets that inherit from each other along many ways are each
// looked at once.
func TestInheritsIsLinear(t *testing.T) {
	var b strings.Builder
	const layers, wide = 19, 20
	var below []string
	for layer := range layers {
		var here []string
		for i := range wide {
			name := fmt.Sprintf("l%d_%d", layer, i)
			fmt.Fprintf(&b, "target %q {\n  inherits = [%s]\n}\n", name, strings.Join(below, ", "))
			here = append(here, fmt.Sprintf("%q", name))
		}
		below = here
	}
	f := ParseBake(lint.NewSource("docker-bake.hcl", []byte(b.String())))
	if f.Err != nil || f.Limit != "" {
		t.Fatal(f.Err, f.Limit)
	}
	for _, target := range f.Targets() {
		if a, known := f.Attribute(target, "context"); a != nil || !known {
			t.Fatalf("%s: %v, %t", target.Name, a, known)
		}
	}
}
