package main

import (
	"math/rand/v2"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) {
	if err := os.Chdir("../../.."); err != nil { // as make mutate does
		panic(err)
	}
	os.Exit(m.Run())
}

// TestMutants: the same numbers make the same mutants, other ones others; no run on
// some of each mode shows a fault.
func TestMutants(t *testing.T) {
	pool, err := load("")
	if err != nil {
		t.Fatal(err)
	}
	c, err := newChecker(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range modes() {
		first, again, other := pool.mutants(m, 1, 2, 5), pool.mutants(m, 1, 2, 5), pool.mutants(m, 2, 2, 5)
		if diff := cmp.Diff(first, again); diff != "" {
			t.Errorf("%s: other mutants the second time: %s", m.name, diff)
		}
		if cmp.Equal(first, other) {
			t.Errorf("%s: the same mutants for another seed", m.name)
		}
		if n, err := c.batch(t.Context(), m, first, "test"); n > 0 || err != nil {
			t.Errorf("%s: %d faults, %v", m.name, n, err)
		}
	}
}

// TestFaults: what is no report, the wrong exit code or a second change is a fault,
// and what shows it is kept.
func TestFaults(t *testing.T) {
	keep := t.TempDir()
	c, err := newChecker(keep)
	if err != nil {
		t.Fatal(err)
	}
	file := mutant{"Dockerfile": []byte("from debian\n")}
	m := mode{name: "x", make: func(pool, *rand.Rand) mutant { return file }, args: []string{"lint", "--shellcheck", "off"}, codes: []int{0, 1}, json: true}
	for name, change := range map[string]func(*mode){
		"code":   func(m *mode) { m.args = append(m.args, "--no-such-flag") },
		"report": func(m *mode) { m.args = append(m.args, "--fail-on", "never", "-o", "text") },
	} {
		bad := m
		change(&bad)
		if n, err := c.batch(t.Context(), bad, []mutant{file, file}, name); n != 2 || err != nil {
			t.Errorf("%s: %d faults, %v", name, n, err)
		}
		for _, path := range []string{name + "-0.txt", name + "-1/Dockerfile"} {
			if _, err := os.Stat(keep + "/" + path); err != nil {
				t.Error(err)
			}
		}
	}
}
