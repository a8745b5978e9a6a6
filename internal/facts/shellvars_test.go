package facts

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUnsetUses(t *testing.T) {
	for script, want := range map[string][]string{
		`echo $A "${B}" '$C' \$D`:           {"A", "B"},
		`A=1; echo $A; B=2 sh -c "$B"`:      nil,
		`for a in $LIST; do echo $a; done`:  {"LIST"},
		`read A B < /x; echo $A $B`:         nil,
		`echo ${A:-x} ${B:+x} ${C?x} ${#D}`: {"D"},
		`. /etc/os-release; echo $ID`:       nil,
		`eval "$(x)"; echo $A`:              nil,
		`cat <<EOF && echo "$(echo $A)"`:    nil, // the shell parser does not understand it
		`: $((i++)) $i $A`:                  nil,
		`export A; echo $A $B`:              {"B"},
	} {
		d := parse("FROM alpine\nRUN " + script + "\n")
		var got []string
		for _, u := range d.UnsetUses(d.Instructions[1]) {
			got = append(got, u.Name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", script, diff)
		}
	}
}

func TestConditional(t *testing.T) {
	for script, want := range map[string]bool{
		`x`:                               false,
		`a && x`:                          false,
		`[ -n "$A" ] && x`:                true,
		`test -f /a && x || true`:         true,
		`[[ $A ]] && a && x`:              false,
		`a && [ -f /a ] && x`:             true,
		`if a; then x; fi`:                true,
		`case $A in b) x ;; esac`:         true,
		`for a in b; do x; done`:          false,
		`x && [ -f /a ]`:                  false,
		`if a; then b; else c; fi && x`:   false,
		`grep -q a /etc/b && (cd c && x)`: true,
	} {
		d := parse("FROM alpine\nRUN " + script + "\n")
		found := false
		for _, c := range d.Commands(d.Instructions[1]) {
			if c.Name() == "x" {
				found = true
				if got := c.Conditional(); got != want {
					t.Errorf("%s: got %v, want %v", script, got, want)
				}
			}
		}
		if !found {
			t.Errorf("%s: no command x", script)
		}
	}
}
