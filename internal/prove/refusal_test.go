package prove_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/prove"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

func refusals(t *testing.T, src string) (places []string, err error) {
	t.Helper()
	d := facts.NewDockerfile(dockerfile.Parse([]byte(src)))
	found, err := prove.Refusals(t.Context(), d, nil)
	for _, r := range found {
		places = append(places, d.Text(r.Within)+": "+r.Reason)
	}
	return places, err
}

// Of several bad images BuildKit names any: it resolves them at once.
func TestRefusalsAreTheSameEachTime(t *testing.T) {
	var src strings.Builder
	for i := range 20 {
		fmt.Fprintf(&src, "FROM Bad%d AS s%d\n", i, i)
	}
	first, err := refusals(t, src.String())
	if err != nil || len(first) != 10 || !strings.HasPrefix(first[0], "FROM Bad0 ") {
		t.Fatalf("%q, %v: want the first ten", first, err)
	}
	for range 20 {
		if again, _ := refusals(t, src.String()); strings.Join(again, "\n") != strings.Join(first, "\n") {
			t.Fatalf("%q\nand then\n%q", first, again)
		}
	}
}

func TestRefusalsAreBounded(t *testing.T) {
	for name, src := range map[string]string{
		"size":         "FROM debian\nRUN " + strings.Repeat("x", limits.CompiledFile) + "\n",
		"instructions": "FROM debian\n" + strings.Repeat("EXPOSE http\n", limits.Instructions),
		"doubling":     "FROM debian\nENV A=xxxxxxxx\n" + strings.Repeat("ENV A=$A$A\n", 40),
		"replacing":    "FROM debian\nENV A=xxxxxxxxxxxxxxxx\n" + strings.Repeat("ENV A=${A//x/xxxxxxxxxxxxxxxxxxxxxxxxx}\n", 10),
		"used often":   "FROM debian\nENV A=" + strings.Repeat("x", 60<<10) + "\nLABEL" + strings.Repeat(" a=$A", 200) + "\n",
		"frontend":     "# syntax=example.org/x\nFROM debian\n",
	} {
		if found, err := refusals(t, src); err == nil || found != nil {
			t.Errorf("%s: %q, %v; want an error", name, found, err)
		}
	}
	// Each costs about eleven compilations.
	if found, err := refusals(t, "FROM debian\n"+strings.Repeat("EXPOSE http\n", 1000)); err != nil || len(found) != 10 {
		t.Errorf("%d refusals, %v; want ten", len(found), err)
	}
}

func TestRefusalsOfOddFiles(t *testing.T) {
	for _, src := range []string{
		"", "FROM scratch", "FROM scratch\n", "ARG A\n", "FROM debian\nRUN \xff\n", "FROM debian\nRUN \x00\n",
		"FROM debian\r\nRUN a \\\r\n b\r\n", "\xef\xbb\xbfFROM debian\n", "FROM debian\nENV a=b \\\n",
	} {
		if found, err := refusals(t, src); err != nil || found != nil {
			t.Errorf("%q: %q, %v; want none", src, found, err)
		}
	}
	if found, _ := refusals(t, "FROM debian\nENV a='b \\\n"); len(found) != 1 {
		t.Errorf("an open quote on the last line: %q", found)
	}
}
