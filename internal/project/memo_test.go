package project

import "testing"

// TestMemoIsBounded: what was not asked for longest goes, and comes back when it
// is asked for.
func TestMemoIsBounded(t *testing.T) {
	m := newMemo(30)
	made := 0
	get := func(name string) {
		m.get(memoKey{name: name}, func() (any, int) { made++; return name, 10 })
	}
	for _, name := range []string{"a", "b", "c", "a", "d"} {
		get(name)
	}
	if m.kept != 30 || len(m.entries) != 3 || made != 4 {
		t.Fatalf("%d bytes in %d entries, %d made", m.kept, len(m.entries), made)
	}
	get("a")
	if made != 4 {
		t.Error("what was asked for lately is gone")
	}
	get("b")
	if made != 5 || m.kept != 30 {
		t.Errorf("%d made, %d bytes", made, m.kept)
	}
	m.get(memoKey{name: "huge"}, func() (any, int) { return nil, 1000 })
	if len(m.entries) != 1 {
		t.Errorf("%d entries beside the huge one", len(m.entries)-1)
	}
	m.forget()
	if get("a"); m.kept != 10 || len(m.entries) != 1 {
		t.Errorf("%d bytes in %d entries after all was forgotten", m.kept, len(m.entries))
	}
}
