package bench

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/buildcontext"
	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/discover"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/project"
	"github.com/dockmend/dockmend/internal/rules"
)

// labelledDay is the day as of which the labels were given.
const labelledDay = "2026-11-30"

// Least numbers of an expert's problems that are said, by default and by the preset
// strict, of whole repositories whose scripts are empty files.
const (
	leastSaid       = 91
	leastSaidStrict = 111
)

// label is a judge's verdict on a finding. It names no message, no severity and no line
// number, so that it holds while these change.
type label struct {
	repository, file, line, rule string
	verdict                      string
	// except is why the finding is not held to the verdict; empty if it is.
	except string
}

// needsScript is the exception that counts where scripts are empty files alone.
const needsScript = "its start script is an empty file in the archive"

// problem is one that an expert lists, with the rules that say it.
type problem struct {
	id, repository, file string
	first, last          int
	rules                []string
}

// said are the findings on one file.
type said struct {
	lines []string
	found []*lint.Diagnostic
}

// hash is a line's, without the blanks around it.
func hash(line string) string {
	sum := sha256.Sum256([]byte(strings.TrimSpace(line)))
	return hex.EncodeToString(sum[:])[:12]
}

// at reports whether a rule says something of a line with that hash.
func (s said) at(line, rule string) bool {
	return slices.ContainsFunc(s.found, func(d *lint.Diagnostic) bool {
		text := ""
		if n := d.Source.Lines.Position(d.Span.Start).Line; !d.Span.IsEmpty() && n <= len(s.lines) {
			text = s.lines[n-1]
		}
		return d.Rule.ID == rule && hash(text) == line
	})
}

// TestLabels holds the rules to what judges said of findings on whole repositories:
// nothing that was false comes again, nothing that was good is lost, and as much of
// what an expert lists is said as before.
func TestLabels(t *testing.T) {
	folder := os.Getenv("DOCKMEND_LABELLED")
	if folder == "" {
		t.Skip("DOCKMEND_LABELLED is not set: no judged repositories are here")
	}
	byDefault := lintRepositories(t, folder, config.Flags{AsOf: labelledDay})
	checkLabels(t, byDefault, false)
	problems := readProblems(t)
	if n := countSaid(t, byDefault, problems); n < leastSaid {
		t.Errorf("%d of %d problems are said by default, want %d at least", n, len(problems), leastSaid)
	}
	strict := lintRepositories(t, folder, config.Flags{AsOf: labelledDay, Presets: []string{"strict"}})
	if n := countSaid(t, strict, problems); n < leastSaidStrict {
		t.Errorf("%d of %d problems are said by the preset strict, want %d at least", n, len(problems), leastSaidStrict)
	}
}

// TestLabelsOfCheckouts is TestLabels for checkouts of the same repositories, which have
// their scripts and sources. Lines that such a checkout does not have are counted.
func TestLabelsOfCheckouts(t *testing.T) {
	folder := os.Getenv("DOCKMEND_PROJECTS")
	if folder == "" {
		t.Skip("DOCKMEND_PROJECTS is not set: no checkouts of the judged repositories are here")
	}
	checkLabels(t, lintRepositories(t, folder, config.Flags{AsOf: labelledDay}), true)
}

func checkLabels(t *testing.T, found map[string]map[string]said, whole bool) {
	t.Helper()
	counts := map[string]int{}
	for _, l := range readLabels(t) {
		repository, here := found[l.repository]
		if !here {
			counts["of repositories that are not here"]++
			continue
		}
		s, linted := repository[l.file]
		there := linted && (l.line == hash("") || slices.ContainsFunc(s.lines, func(line string) bool { return hash(line) == l.line }))
		if !there && (whole || l.verdict != "good") {
			counts["of lines that are not here"]++
			continue
		}
		isSaid := s.at(l.line, l.rule)
		if l.except != "" && (!whole || l.except != needsScript) {
			counts["excepted"]++
			continue
		}
		switch {
		case l.verdict == "false" && isSaid:
			t.Errorf("%s/%s: %s says again what is false of the line %s", l.repository, l.file, l.rule, l.line)
		case l.verdict == "good" && !isSaid:
			t.Errorf("%s/%s: %s no longer says what is good of the line %s", l.repository, l.file, l.rule, l.line)
		}
		what := l.verdict + ", not said"
		if isSaid {
			what = l.verdict + ", said"
		}
		counts[what]++
	}
	logCounts(t, "labels: ", counts)
}

func countSaid(t *testing.T, found map[string]map[string]said, problems []problem) (n int) {
	t.Helper()
	const near = 2
	for _, p := range problems {
		if slices.ContainsFunc(found[p.repository][p.file].found, func(d *lint.Diagnostic) bool {
			line := d.Source.Lines.Position(d.Span.Start).Line
			return slices.Contains(p.rules, d.Rule.ID) && line >= p.first-near && line <= p.last+near
		}) {
			n++
		}
	}
	t.Logf("%d of %d problems are said", n, len(problems))
	return n
}

// lintRepositories lints each repository of a folder by itself, by a configuration that
// is empty. A file that its name does not show is named.
func lintRepositories(t *testing.T, folder string, flags config.Flags) map[string]map[string]said {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	catalog := rules.All()
	set, err := (&config.Config{}).Resolve(catalog.Metas(), flags)
	if err != nil {
		t.Fatal(err)
	}
	named := map[string][]string{}
	for _, p := range readProblems(t) {
		if _, err := os.Stat(filepath.Join(folder, p.repository, p.file)); err == nil {
			named[p.repository] = append(named[p.repository], p.file)
		}
	}
	found := map[string]map[string]said{}
	for _, e := range entries {
		if e.IsDir() {
			found[e.Name()] = lintRepository(t, filepath.Join(folder, e.Name()), append(named[e.Name()], "."), &engine.Checker{Catalog: catalog, Settings: set.Settings()}, set)
		}
	}
	return found
}

func lintRepository(t *testing.T, folder string, paths []string, checker *engine.Checker, set *config.RuleSet) map[string]said {
	t.Helper()
	tree, err := files.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tree.Close() }()
	root, err := os.OpenRoot(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = root.Close() }()
	listed, err := discover.Find(tree, paths, discover.Options{})
	if err != nil {
		return nil // nothing to lint
	}
	store := project.New(project.Disk(root), nil)
	var all []engine.File
	for _, f := range listed.Files {
		all = append(all, engine.File{
			Path: f.Path, Target: f.Target, Template: f.Template, Context: buildcontext.New(store, f.Path), Policy: set.For(f.Path),
			Open: opener(store, f.Path),
		})
	}
	found := map[string]said{}
	for _, d := range engine.Run(t.Context(), checker, all, 1).Diagnostics {
		if d.Suppressed != nil {
			continue
		}
		s, known := found[d.Source.Path]
		if !known {
			s.lines = strings.Split(string(d.Source.Bytes), "\n")
		}
		s.found = append(s.found, d)
		found[d.Source.Path] = s
	}
	return found
}

func readLabels(t *testing.T) []label {
	t.Helper()
	var labels []label
	for _, fields := range readTable(t, "projects-2.tsv") {
		l := label{repository: fields[0], file: fields[1], line: fields[2], rule: fields[3], verdict: fields[4]}
		if len(fields) > 5 {
			l.except = fields[5]
		}
		labels = append(labels, l)
	}
	return labels
}

func readProblems(t *testing.T) []problem {
	t.Helper()
	var problems []problem
	for _, fields := range readTable(t, "recall.tsv") {
		p := problem{id: fields[0], repository: fields[1], file: fields[2], last: 1 << 30, rules: strings.Fields(fields[5])}
		for i, part := range strings.FieldsFunc(fields[3], func(r rune) bool { return r == '-' || r == ',' }) {
			n, err := strconv.Atoi(part)
			if err != nil {
				t.Fatalf("recall.tsv: %s: %v", p.id, err)
			}
			if i == 0 {
				p.first = n
			}
			p.last = n
		}
		problems = append(problems, p)
	}
	return problems
}

// readTable reads a table of testdata/labels: fields between tabs, comments left out.
func readTable(t *testing.T, name string) (rows [][]string) {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("..", "..", "testdata", "labels", name))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(src)) {
		if line = strings.TrimSuffix(line, "\n"); !strings.HasPrefix(line, "#") {
			rows = append(rows, strings.Split(line, "\t"))
		}
	}
	return rows
}
