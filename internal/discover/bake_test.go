package discover_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/discover"
)

// TestBakeValues: a variable that is put in many times is not followed past the length
// of a path, which would take gigabytes.
func TestBakeValues(t *testing.T) {
	const n = 100_000
	long := "variable \"A\" { default = \"" + strings.Repeat("x", n) + "\" }\ntarget \"t\" { dockerfile = \"" + strings.Repeat("${A}", n/4) + "\" }\n"
	for content, want := range map[string]bool{
		long: false,
		"variable \"A\" { default = \"x\" }\ntarget \"t\" { dockerfile = \"${A}/${A}\" }\n":                              true,
		"variable \"A\" { default = \"" + strings.Repeat("/", 5000) + "\" }\ntarget \"t\" { dockerfile = \"x${A}x\" }\n": false,
	} {
		root := tree(t, "-- Dockerfile --\n-- x/x --\n-- docker-bake.hcl --\n"+content)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got, err := discover.Find(root, nil, discover.Options{})
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, f := range got.Files {
			found = found || f.Path == "x/x"
		}
		if found != want {
			t.Errorf("%.60q: found %t, want %t", content, found, want)
		}
		if spent := after.TotalAlloc - before.TotalAlloc; spent > 128<<20 {
			t.Errorf("%.60q: %d bytes allocated", content, spent)
		}
	}
}

// TestNestedGivers: what nests too deep is not read, since the parsers of such files call
// themselves for each level and no program survives the end of its stack.
func TestNestedGivers(t *testing.T) {
	deep := strings.Repeat("[", 3<<20)
	for name, content := range map[string]string{
		".devcontainer/devcontainer.json": "{\"a\": " + deep, "docker-bake.json": "{\"a\": " + deep, "docker-bake.hcl": "a = " + deep[:200<<10],
		"compose.yaml": "services:\n  a:\n    build: {dockerfile: x}\n    b: " + deep,
	} {
		if _, err := discover.Find(tree(t, "-- Dockerfile --\n-- "+name+" --\n"+content), nil, discover.Options{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
