package audit

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

func openString(content string) Open {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }
}

// Reports that are read back are data of somebody else: they end in an error, or in a report
// that can be written in each format and read again.
func FuzzReport(f *testing.F) {
	const record = `{"repository":"a/b","state":"audited","findings":[{"rule":"latest-tag","severity":"warning","file":"Dockerfile","fingerprint":"x"}]}`
	f.Add(`{"version":1,"kind":"dockmend audit","shard":{"number":1,"of":1},"repositories":[` + record + `]}`)
	f.Add(`{"version":1,"kind":"dockmend audit","repositories":[` + record + `,` + record + `]}`)
	f.Add(`{"version":1,"kind":"dockmend audit","history":[{"as_of":"x"}],"repositories":[]}`)
	f.Add(`{}`)
	f.Fuzz(func(t *testing.T, content string) {
		merged, err := Merge([]string{"shard"}, []Open{openString(content)})
		if err != nil {
			return
		}
		if err := merged.Compare("before", openString(content)); err == nil && merged.Shard != nil {
			t.Error("a shard was compared")
		}
		for _, format := range Formats() {
			if err := merged.Write(io.Discard, format); err != nil {
				return // it is found out where a record is read
			}
		}
		var first bytes.Buffer
		if err := merged.WriteJSON(&first); err != nil {
			t.Fatal(err)
		}
		if _, _, err := openReader(openString(first.String())); err != nil {
			t.Errorf("what was written cannot be read: %v", err)
		}
	})
}

// A file of owners is anybody's.
func FuzzOwners(f *testing.F) {
	f.Add("* @a/b\n/docs/* c@example.com # them\n[Section] @x\n!no @y\n", "docs/Dockerfile")
	f.Add("**/[a-\n\\ @z\n", "a")
	f.Fuzz(func(t *testing.T, src, name string) {
		for _, owner := range parseOwners(src).of(name) {
			if !strings.Contains(src, owner) {
				t.Errorf("nobody named %q", owner)
			}
		}
	})
}
