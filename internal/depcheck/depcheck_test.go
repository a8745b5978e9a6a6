package depcheck

import (
	"slices"
	"strings"
	"testing"
)

// rooms says which rooms a room may enter: its non-test files import no other
// package of the module. A name covers the packages below it; of several rows
// the longest counts. docs/architecture.md draws the same and says why.
var rooms = map[string][]string{
	"cmd/dockmend": {"internal/cli"},
	"docs":         nil,

	"internal/text":    nil,
	"internal/nearest": nil,
	"internal/limits":  nil,
	"internal/earlier": {"internal/files", "internal/limits"},
	"internal/files":   nil,
	"internal/lint":    {"internal/text"},
	"internal/images":  nil,
	"internal/syntax":  {"internal/limits", "internal/text"},
	"internal/facts":   {"internal/limits", "internal/text", "internal/lint", "internal/images", "internal/syntax"},

	// Compose's loader stands apart: only a proof may pay for its start.
	"internal/syntax/compose/model": nil,

	// The list of all rules is the only place that knows the rules.
	"internal/rules":            {"internal/lint", "internal/facts", "internal/rules"},
	"internal/rules/pins":       {"internal/lint", "internal/facts", "internal/images"},
	"internal/rules/lifecycle":  {"internal/lint", "internal/facts", "internal/images"},
	"internal/rules/dockerfile": {"internal/text", "internal/lint", "internal/nearest", "internal/facts", "internal/syntax/dockerfile", "internal/rules/pins", "internal/rules/lifecycle", "internal/images"},
	"internal/rules/compose":    {"internal/text", "internal/lint", "internal/nearest", "internal/facts", "internal/syntax", "internal/rules/pins", "internal/rules/lifecycle", "internal/images"},
	"internal/rules/ignorefile": {"internal/text", "internal/lint", "internal/nearest", "internal/facts", "internal/syntax"},
	"internal/rules/kubernetes": {"internal/text", "internal/lint", "internal/nearest", "internal/facts", "internal/syntax"},
	"internal/rules/workflow":   {"internal/text", "internal/lint", "internal/nearest", "internal/facts", "internal/syntax"},

	"internal/suppress":             {"internal/text", "internal/lint", "internal/nearest", "internal/syntax"},
	"internal/config":               {"internal/text", "internal/lint", "internal/nearest"},
	"internal/discover":             {"internal/files", "internal/limits", "internal/git", "internal/text", "internal/lint", "internal/syntax"},
	"internal/project":              {"internal/limits", "internal/files", "internal/text", "internal/lint"},
	"internal/buildcontext":         {"internal/text", "internal/lint", "internal/syntax/ignorefile", "internal/project"},
	"internal/git":                  {"internal/files", "internal/limits", "internal/syntax/gitindex"},
	"internal/gitdiff":              {"internal/limits", "internal/earlier", "internal/files", "internal/git", "internal/text"},
	"internal/prove":                {"internal/limits", "internal/text", "internal/lint", "internal/syntax", "internal/facts"},
	"internal/resolve":              {"internal/files", "internal/text", "internal/lint"},
	"internal/resolve/fakeregistry": nil,
	"internal/shellcheck":           {"internal/limits", "internal/files", "internal/text", "internal/lint"},
	"internal/engine": {
		"internal/limits", "internal/files", "internal/text", "internal/lint", "internal/syntax", "internal/facts", "internal/rules", "internal/suppress",
		"internal/config", "internal/discover", "internal/buildcontext", "internal/gitdiff", "internal/prove", "internal/resolve",
	},
	"internal/report":               {"internal/text", "internal/lint", "internal/nearest"},
	"internal/review":               {"internal/files", "internal/text", "internal/lint", "internal/report", "internal/gitdiff"},
	"internal/forge":                {"internal/limits", "internal/earlier", "internal/review"},
	"internal/forge/github":         {"internal/files", "internal/limits", "internal/earlier", "internal/review", "internal/forge"},
	"internal/forge/github/fakehub": nil,
	"internal/review/reviewtest":    {"internal/lint", "internal/text"},
	"internal/fuzzseed":             nil,
	"internal/run": {
		"docs", "internal/limits", "internal/files", "internal/text", "internal/images", "internal/lint", "internal/rules", "internal/suppress", "internal/config", "internal/discover",
		"internal/project", "internal/buildcontext", "internal/earlier", "internal/gitdiff", "internal/prove", "internal/resolve", "internal/shellcheck", "internal/engine", "internal/report",
	},
	"internal/action": {
		"internal/limits", "internal/files", "internal/text", "internal/lint", "internal/rules", "internal/discover", "internal/earlier", "internal/gitdiff", "internal/resolve",
		"internal/engine", "internal/report", "internal/review", "internal/forge", "internal/run",
	},
	"internal/cli": {
		"docs", "internal/files", "internal/text", "internal/lint", "internal/nearest", "internal/rules", "internal/config", "internal/prove",
		"internal/engine", "internal/report", "internal/run", "internal/action",
	},
	"internal/git/gittest": nil,

	// What only tests, benchmarks and go generate use; no room may enter these.
	"internal/fixture":  {"docs", "internal"},
	"internal/bench":    {"docs", "internal"},
	"internal/tools":    {"docs", "internal"},
	"internal/depcheck": nil,
}

// keptTo names packages that only some rooms may import, each with the reason.
// A name covers the packages below it, but for those that except names.
var keptTo = []struct {
	packages, except, rooms []string
	why                     string
}{
	{
		packages: []string{"os", "net", "syscall", "unsafe", "plugin"},
		except:   []string{"net/mail", "net/netip", "net/url", "os/exec"}, // os/exec: see below
		rooms: []string{
			"cmd/dockmend", "internal/files", "internal/git", "internal/config", "internal/discover", "internal/project", "internal/engine", "internal/run", "internal/cli",
			"internal/resolve", "internal/resolve/fakeregistry", "internal/shellcheck", "internal/forge/github", "internal/forge/github/fakehub", "internal/prove", "internal/fixture", "internal/fuzzseed",
			"internal/bench", "internal/tools", "internal/git/gittest",
		},
		why: "text, syntax, facts, rules, suppress and report are pure functions of bytes; files come through lint.Context",
	},
	{
		packages: []string{"net/http"},
		rooms:    []string{"internal/resolve", "internal/resolve/fakeregistry", "internal/forge/github", "internal/forge/github/fakehub"},
		why:      "everything that may open a connection stays in two places",
	},
	{
		packages: []string{"os/exec"},
		rooms:    []string{"internal/shellcheck", "internal/tools", "internal/git/gittest"},
		why:      "nothing from a repository is executed, and no program but ShellCheck is run",
	},
	{
		packages: []string{"github.com/compose-spec/compose-go/v2"},
		rooms:    []string{"internal/syntax/compose/model"},
		why:      "its schema library costs every start some milliseconds, and its loader reads what files name unless told not to",
	},
	{
		packages: []string{modulePath + "/internal/syntax/compose/model"},
		rooms:    []string{"internal/prove"},
		why:      "whoever links it starts some milliseconds later",
	},
	{
		packages: []string{"github.com/compose-spec/compose-go/v2/cli"},
		rooms:    nil,
		why:      "it reads .env and the environment of the process",
	},
	{
		packages: []string{
			"github.com/moby/buildkit/client", "github.com/moby/buildkit/solver",
			"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb",
		},
		rooms: []string{"internal/prove"},
		why:   "BuildKit's compiler multiplies the size and the start-up of whatever links it",
	},
}

// testOnly are the rooms that no other room's non-test files may import.
var testOnly = []string{"internal/git/gittest", "internal/review/reviewtest", "internal/forge/github/fakehub", "internal/resolve/fakeregistry", "internal/fixture", "internal/fuzzseed", "internal/bench", "internal/tools", "internal/depcheck"}

func TestImportDirections(t *testing.T) {
	for _, f := range goFiles(t) {
		if f.Test {
			continue
		}
		room := roomOf(f.Dir)
		if room == "" {
			t.Errorf("%s: package %s has no room: decide what it may import in internal/depcheck/depcheck_test.go and docs/architecture.md", f.Name, f.Dir)
			continue
		}
		for _, p := range f.imports(t) {
			if dir, ours := strings.CutPrefix(p, modulePath+"/"); ours && !mayEnter(room, dir) {
				t.Errorf("%s: %s may not import %s, only %s", f.Name, room, dir, strings.Join(rooms[room], ", "))
			}
		}
	}
}

func TestPackagesKeptToRooms(t *testing.T) {
	for _, f := range goFiles(t) {
		if f.Test {
			continue
		}
		for _, p := range f.imports(t) {
			for _, k := range keptTo {
				kept := coveredBy(p, k.packages) && !slices.Contains(k.except, p)
				if kept && !slices.Contains(k.rooms, roomOf(f.Dir)) {
					t.Errorf("%s: imports %s, which is kept to %s: %s", f.Name, p, strings.Join(k.rooms, ", "), k.why)
				}
			}
		}
	}
}

// TestRoomTable shows that the table above refuses what it is there to refuse.
func TestRoomTable(t *testing.T) {
	tests := []struct {
		from, to string
		want     bool
	}{
		{"internal/rules/dockerfile", "internal/lint", true},
		{"internal/rules/dockerfile", "internal/syntax/dockerfile", true},
		{"internal/rules/dockerfile", "internal/syntax/compose", false},
		{"internal/rules/dockerfile", "internal/engine", false},
		{"internal/rules/dockerfile", "internal/rules/compose", false},
		{"internal/rules", "internal/rules/compose", true},
		{"internal/rules/dockerfile", "internal/rules", false},
		{"internal/report", "internal/engine", false},
		{"internal/engine", "internal/fixture", false},
		{"internal/lint", "internal/lintother", false},
		{"internal/fixture", "internal/engine", true},
		{"internal/text", "internal/lint", false},
	}
	for _, tt := range tests {
		if got := mayEnter(roomOf(tt.from), tt.to); got != tt.want {
			t.Errorf("mayEnter(%s, %s) = %v, want %v", tt.from, tt.to, got, tt.want)
		}
	}
	if got := roomOf("internal/unheard-of"); got != "" {
		t.Errorf("roomOf an unknown package = %q, want none", got)
	}
}

// roomOf returns the row of rooms that a package's folder belongs to, or "".
func roomOf(dir string) string {
	room := ""
	for name := range rooms {
		if len(name) > len(room) && coveredBy(dir, []string{name}) {
			room = name
		}
	}
	return room
}

// mayEnter reports whether a room may import the package in dir.
func mayEnter(room, dir string) bool {
	if roomOf(dir) == room {
		return true
	}
	return coveredBy(dir, rooms[room]) && (!coveredBy(dir, testOnly) || coveredBy(room, testOnly))
}

// coveredBy reports whether p is one of the names, or lies below one.
func coveredBy(p string, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		return p == name || strings.HasPrefix(p, name+"/")
	})
}
