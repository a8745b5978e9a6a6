package acceptance

import (
	"bytes"
	"cmp"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dockmend/dockmend/internal/buildcontext"
	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
)

// costly is a file with what its fixes cost, as a ratio to parsing it.
type costly struct {
	name  string
	spent time.Duration
	ratio float64
}

// TestFixCorpus applies every fix to every file, unsafe ones included, and holds
// the result to what fixes promise; what they did is printed.
func TestFixCorpus(t *testing.T) {
	if os.Getenv("DOCKMEND_CORPUS") == "" {
		t.Skip("DOCKMEND_CORPUS is not set: the corpus was not fixed")
	}
	c := load(t)
	catalog := rules.All()
	set, err := (&config.Config{}).Resolve(catalog.Metas(), config.Flags{})
	if err != nil {
		t.Fatal(err)
	}
	fixer := &engine.Fixer{Checker: &engine.Checker{Catalog: catalog, Settings: &lint.Settings{}}, Unsafe: true}
	counts, reasons, refused := map[string]int{}, map[string]int{}, map[string]int{}
	changed, fixes, demoted, unknown := 0, 0, 0, 0
	var costs []costly
	for i, src := range c.files {
		file := engine.File{Path: c.names[i], Context: buildcontext.None(), Policy: set.For(c.names[i])}
		start := time.Now()
		got := fixer.Fix(t.Context(), file, src)
		spent := time.Since(start)
		for _, p := range got.Problems {
			t.Errorf("%s: %s", p.File, p.Message)
		}
		for _, r := range got.Refused {
			if strings.Contains(r.Reason, "would be needed") {
				t.Errorf("%s: %s is not fixed: %s", c.names[i], r.Rule.ID, r.Reason)
			}
			refused[r.Rule.ID+": "+firstWords(r.Reason)]++
		}
		if !got.Changed() {
			continue
		}
		changed++
		costs = append(costs, costly{c.names[i], spent, float64(spent) / float64(parseTime(src))})
		for _, a := range got.Applied {
			fixes++
			counts[a.Rule.ID+" "+a.Verdict.Effect.String()]++
			if a.Demoted {
				demoted++
			}
			if a.Verdict.Effect == lint.EffectUnknown {
				unknown++
				reasons[firstWords(a.Verdict.Reason)]++
			}
		}
		if accepted(src) && !accepted(got.After) {
			t.Errorf("%s: BuildKit no longer parses it", c.names[i])
		}
		if bytes.HasPrefix(src, []byte("\xEF\xBB\xBF")) != bytes.HasPrefix(got.After, []byte("\xEF\xBB\xBF")) {
			t.Errorf("%s: the byte order mark came or went", c.names[i])
		}
		if crlf := bytes.Count(src, []byte("\r\n")); crlf == bytes.Count(src, []byte("\n")) && crlf > 0 && bytes.Count(got.After, []byte("\r\n")) != bytes.Count(got.After, []byte("\n")) {
			t.Errorf("%s: line ends are mixed", c.names[i])
		}
		if again := fixer.Fix(t.Context(), file, got.After); again.Changed() {
			t.Errorf("%s: a second run changes it again", c.names[i])
		}
	}
	t.Logf("%d of %d files changed by %d fixes; demoted %d, unknown %d (%.1f%%)", changed, len(c.files), fixes, demoted, unknown, 100*float64(unknown)/float64(fixes))
	logCounts(t, "applied", counts)
	logCounts(t, "unknown", reasons)
	logCounts(t, "refused", refused)
	slices.SortFunc(costs, func(a, b costly) int { return cmp.Compare(a.ratio, b.ratio) })
	t.Logf("fixing a file costs %.1f times its parsing at the median, %.1f times at the 99th percentile", costs[len(costs)/2].ratio, costs[len(costs)*99/100].ratio)
	slices.SortFunc(costs, func(a, b costly) int { return cmp.Compare(b.spent, a.spent) })
	for _, slow := range costs[:min(3, len(costs))] {
		t.Logf("slowest: %s, %.0f times its parsing", slow.name, slow.ratio)
	}
}

func logCounts(tb testing.TB, title string, counts map[string]int) {
	tb.Helper()
	var names []string
	for name := range counts {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	for _, name := range names {
		tb.Logf("%s %5d %s", title, counts[name], name)
	}
}

// firstWords cuts a reason before what differs from file to file.
func firstWords(reason string) string {
	words := strings.Fields(reason)
	for i, w := range words {
		if w == "line" || strings.ContainsAny(w, `"$`) {
			words = words[:i]
			break
		}
	}
	return strings.Join(words[:min(len(words), 14)], " ")
}

// parseTime is the shortest of several parsings.
func parseTime(src []byte) time.Duration {
	shortest := time.Hour
	for range 5 {
		start := time.Now()
		accepted(src)
		shortest = min(shortest, time.Since(start))
	}
	return max(shortest, time.Microsecond)
}
