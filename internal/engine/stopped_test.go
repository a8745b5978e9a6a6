package engine

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/lint"
)

// A run that is stopped says so once, and loses no other problem.
func TestStopped(t *testing.T) {
	other := lint.Problem{File: "b", Message: "cannot be read"}
	one := []lint.Problem{{File: "a", Message: stopped}, other}
	if diff := cmp.Diff(one, Stopped(one, 9)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	many := append([]lint.Problem{{File: "c", Message: stopped}}, one...)
	want := []lint.Problem{other, {Message: "the run was stopped: 2 of 9 files were not checked"}}
	if diff := cmp.Diff(want, Stopped(many, 9)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
