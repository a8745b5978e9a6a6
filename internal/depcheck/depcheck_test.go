package depcheck

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// room is a row of the table of docs/architecture.md: a package, with those below it that
// have no row of their own, and which packages of the module its files may import that are
// no tests. A name covers the packages below it.
type room struct {
	name string
	may  []string
	// outside is set for what is no part of the program: tests, benchmarks and tools. No
	// room of the program may enter it.
	outside bool
}

// anything is the permission of a room that may import all others.
const anything = "anything"

// rooms reads the table.
func rooms(t *testing.T) map[string]room {
	t.Helper()
	all := map[string]room{}
	row := regexp.MustCompile("(?m)^\\| `([a-z0-9/]+|[.])` \\| (.+) \\| (.+) \\|$")
	for _, m := range row.FindAllStringSubmatch(read(t, "docs/architecture.md"), -1) {
		r := room{name: full(m[1]), outside: strings.HasPrefix(m[2], "outside:")}
		if m[3] != "nothing" {
			for _, name := range strings.Split(m[3], ", ") {
				r.may = append(r.may, full(name))
			}
		}
		all[r.name] = r
	}
	if len(all) < 40 {
		t.Fatalf("docs/architecture.md has %d rows of packages", len(all))
	}
	return all
}

// full is the path of a package in the module; the table leaves "internal/" out. "." is the
// root.
func full(name string) string {
	if name == "." || name == "docs" || name == anything || strings.HasPrefix(name, "cmd/") {
		return name
	}
	return "internal/" + name
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
			"cmd/dockmend", "internal/files", "internal/git", "internal/config", "internal/discover", "internal/project", "internal/engine",
			"internal/run", "internal/cli", "internal/resolve", "internal/shellcheck", "internal/forge/wire", "internal/forge/github",
			"internal/forge/gitlab", "internal/prove",
		},
		why: "text, syntax, facts, rules, suppress and report are pure functions of bytes; files come through lint.Context",
	},
	{
		packages: []string{"net/http"},
		rooms:    []string{"internal/resolve", "internal/forge/wire", "internal/forge/github", "internal/forge/gitlab"},
		why:      "everything that may open a connection stays in few places",
	},
	{
		packages: []string{"os/exec"},
		rooms:    []string{"internal/shellcheck"},
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

// TestImportDirections holds each import to the table, and each permission to an import.
func TestImportDirections(t *testing.T) {
	table, used := rooms(t), map[string]bool{}
	seen := map[string]bool{}
	for _, f := range goFiles(t) {
		r, ok := roomOf(table, f.Dir)
		seen[r.name] = true
		if f.Test {
			continue
		}
		if !ok {
			t.Errorf("%s: package %s has no row in docs/architecture.md, which says what it may import", f.Name, f.Dir)
			continue
		}
		for _, p := range f.imports(t) {
			dir, ours := strings.CutPrefix(p, modulePath+"/")
			if !ours {
				continue
			}
			if !mayEnter(table, r, dir) {
				t.Errorf("%s: %s may not import %s, only %s", f.Name, r.name, dir, strings.Join(r.may, ", "))
			}
			for _, permission := range r.may {
				if coveredBy(dir, []string{permission}) {
					used[r.name+" "+permission] = true
				}
			}
		}
	}
	for name, r := range table {
		if !seen[name] {
			t.Errorf("docs/architecture.md has a row for %s, which has no file", name)
		}
		for _, permission := range r.may {
			if permission != anything && !used[name+" "+permission] {
				t.Errorf("docs/architecture.md lets %s import %s, and it does not", name, permission)
			}
		}
	}
}

func TestPackagesKeptToRooms(t *testing.T) {
	table := rooms(t)
	for _, f := range goFiles(t) {
		r, _ := roomOf(table, f.Dir)
		if f.Test || r.outside {
			continue
		}
		for _, p := range f.imports(t) {
			for _, k := range keptTo {
				kept := coveredBy(p, k.packages) && !slices.Contains(k.except, p)
				if kept && !slices.Contains(k.rooms, r.name) {
					t.Errorf("%s: imports %s, which is kept to %s: %s", f.Name, p, strings.Join(k.rooms, ", "), k.why)
				}
			}
		}
	}
}

// TestRoomTable shows that the table refuses what it is there to refuse.
func TestRoomTable(t *testing.T) {
	table := rooms(t)
	tests := []struct {
		from, to string
		want     bool
	}{
		{"internal/rules/dockerfile", "internal/lint", true},
		{"internal/rules/dockerfile", "internal/syntax/dockerfile", true},
		{"internal/rules/dockerfile", "internal/syntax/yaml", false},
		{"internal/rules/dockerfile", "internal/engine", false},
		{"internal/rules/dockerfile", "internal/rules/compose", false},
		{"internal/rules", "internal/rules/compose", true},
		{"internal/rules/dockerfile", "internal/rules", false},
		{"internal/report", "internal/engine", false},
		{"internal/engine", "internal/fixture", false},
		{"internal/lint", "internal/lintother", false},
		{"internal/fixture", "internal/engine", true},
		{"internal/text", "internal/lint", false},
		{"internal/review", "internal/forge", false},
		{"internal/run", "internal/cli", false},
		{"internal/run", "internal/forge", false},
	}
	for _, tt := range tests {
		from, _ := roomOf(table, tt.from)
		if got := mayEnter(table, from, tt.to); got != tt.want {
			t.Errorf("mayEnter(%s, %s) = %v, want %v", tt.from, tt.to, got, tt.want)
		}
	}
	if r, ok := roomOf(table, "internal/unheard-of"); ok {
		t.Errorf("an unknown package is in %s", r.name)
	}
}

// roomOf returns the row that a package's folder belongs to.
func roomOf(table map[string]room, dir string) (r room, ok bool) {
	for name, x := range table {
		if len(name) > len(r.name) && coveredBy(dir, []string{name}) {
			r = x
		}
	}
	return r, r.name != ""
}

// mayEnter reports whether a room may import the package in dir.
func mayEnter(table map[string]room, r room, dir string) bool {
	to, _ := roomOf(table, dir)
	if to.name == r.name {
		return true
	}
	return (to.outside == r.outside || r.outside) && (coveredBy(dir, r.may) || slices.Contains(r.may, anything))
}

// coveredBy reports whether p is one of the names, or lies below one.
func coveredBy(p string, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		return p == name || strings.HasPrefix(p, name+"/")
	})
}
