package main

import (
	"os/exec"
	"testing"
)

// TestTorture draws mutants of all cases. make fix-torture takes every one.
func TestTorture(t *testing.T) {
	o := options{seed: 1, sample: 400, scripts: true}
	for _, name := range []string{"busybox", "dash", "bash"} {
		if _, err := exec.LookPath(name); err != nil {
			o.scripts = false
		}
	}
	if testing.Short() {
		o.sample = 60
	}
	r, err := torture(o)
	if err != nil && o.scripts {
		t.Logf("nothing is run: %v", err)
		o.scripts = false
		r, err = torture(o)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range r.differences {
		t.Error(d)
	}
	t.Logf("%d mutants, %d changed by fixes, %d fixes, %d scripts run", r.mutants, r.changed, r.fixes, r.runs)
	if r.changed == 0 {
		t.Error("no mutant was fixed")
	}
	if !o.scripts {
		t.Skip("what files run was compared as text alone: dash, bash and busybox are needed, and the right to change the root")
	}
}

// TestDifference: what a rule declares is all that may differ.
func TestDifference(t *testing.T) {
	for name, test := range map[string]struct {
		before, after []string
		may           declaration
		exact, fails  bool
	}{
		"the same":           {before: []string{"a <x>", "b"}, after: []string{"a <x>", "b"}, exact: true},
		"other words":        {before: []string{"a <x>"}, after: []string{"a <x> <-y>"}},
		"other words, exact": {before: []string{"a <x>"}, after: []string{"a <x> <-y>"}, exact: true, fails: true},
		"lost at the end":    {before: []string{"a", "b"}, after: []string{"a"}, fails: true},
		"lost between":       {before: []string{"a", "b", "c"}, after: []string{"a", "c"}, fails: true},
		"another order":      {before: []string{"a", "b"}, after: []string{"b", "a"}, fails: true},
		"added":              {before: []string{"a"}, after: []string{"a", "rm <x>"}, fails: true},
		"added as declared":  {before: []string{"a", "b"}, after: []string{"a", "rm <x>", "b"}, may: declaration{adds: []string{"rm"}}},
		"removed":            {before: []string{"a", "rm", "b"}, after: []string{"a", "b"}, may: declaration{removes: []string{"rm"}}},
		"stripped":           {before: []string{"sudo <a> <x>"}, after: []string{"a <x>"}, may: declaration{strips: []string{"sudo <"}}, exact: true},
	} {
		if got := difference(test.before, test.after, test.may, test.exact); (got != "") != test.fails {
			t.Errorf("%s: %q", name, got)
		}
	}
}
