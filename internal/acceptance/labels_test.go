package acceptance

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
	"github.com/dockmend/dockmend/internal/git"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/project"
	"github.com/dockmend/dockmend/internal/rules"
)

// labelledDay is the day as of which the labels were given.
const labelledDay = "2026-11-30"

// Least numbers of an expert's problems that are said, by default and by the preset
// strict, of whole repositories whose scripts are empty files. Four that were said once are
// not any more: bash takes UID from its environment, an old version in a tutorial is a nit by
// the rubric, and two are nits of later readers: a key that the next apt-get update needs
// (an opt-in variant), and root in an image that works with the socket of the engine.
const (
	leastSaid       = 117
	leastSaidStrict = 138
)

// label is a judge's verdict on a finding. It names no message, no severity and no line
// number, so that it holds while these change.
type label struct {
	repository, file, line, rule string
	// verdict is good, nit or false.
	verdict string
	// except is why the finding is not held to the verdict; empty if it is.
	except string
}

// emptyScript begins an exception that holds only where scripts are empty files.
const emptyScript = "empty script: "

// problem is one that an expert lists, with the rules that say it.
type problem struct {
	id, repository, file string
	first, last          int
	rules                []string
}

// said is what rules say of one file.
type said struct {
	lines []string
	found []*lint.Diagnostic
}

// hash is a line's, without the blanks around it. That of an empty line stands for the
// whole file.
func hash(line string) string {
	sum := sha256.Sum256([]byte(strings.TrimSpace(line)))
	return hex.EncodeToString(sum[:])[:12]
}

// at reports whether a rule says something of a line with that hash.
func (s *said) at(line, rule string) bool {
	return slices.ContainsFunc(s.found, func(d *lint.Diagnostic) bool {
		text := ""
		if n := d.Source.Lines.Position(d.Span.Start).Line; !d.Span.IsEmpty() && n <= len(s.lines) {
			text = s.lines[n-1]
		}
		return d.Rule.ID == rule && hash(text) == line
	})
}

// has reports whether the file has a line with that hash.
func (s *said) has(line string) bool {
	return line == hash("") || slices.ContainsFunc(s.lines, func(text string) bool { return hash(text) == line })
}

// TestLabels holds the rules to what judges said of findings on whole repositories:
// nothing that was false comes again, nothing that was good is lost, and as much of
// what an expert lists is said as before.
func TestLabels(t *testing.T) {
	folder := os.Getenv("DOCKMEND_LABELLED")
	if folder == "" {
		t.Skip("DOCKMEND_LABELLED is not set: no judged repositories are here")
	}
	problems := readProblems(t)
	byDefault := lintRepositories(t, folder, config.Flags{AsOf: labelledDay}, readLabels(t))
	checkLabels(t, byDefault, false)
	if n := countSaid(t, byDefault, problems); n < leastSaid {
		t.Errorf("%d of %d problems are said by default, want %d at least", n, len(problems), leastSaid)
	}
	strict := lintRepositories(t, folder, config.Flags{AsOf: labelledDay, Presets: []string{"strict"}}, nil)
	if n := countSaid(t, strict, problems); n < leastSaidStrict {
		t.Errorf("%d of %d problems are said by the preset strict, want %d at least", n, len(problems), leastSaidStrict)
	}
}

// TestLabelsOfCheckouts is TestLabels for checkouts of the same repositories, which have
// their scripts and sources. A repository at another commit is counted and left out.
func TestLabelsOfCheckouts(t *testing.T) {
	folder := os.Getenv("DOCKMEND_PROJECTS")
	if folder == "" {
		t.Skip("DOCKMEND_PROJECTS is not set: no checkouts of the judged repositories are here")
	}
	labels := readLabels(t)
	checkLabels(t, lintRepositories(t, folder, config.Flags{AsOf: labelledDay}, labels), true)
}

// checkLabels compares what is said with the labels. Checkouts are whole repositories, in
// which scripts have their text.
func checkLabels(t *testing.T, found map[string]map[string]*said, checkouts bool) {
	t.Helper()
	counts := map[string]int{}
	commits := readTable(t, "commits.tsv")
	for _, l := range readLabels(t) {
		repository, here := found[l.repository]
		if !here || checkouts && !atCommit(t, l.repository, commits) {
			counts["of repositories that are not here, or at another commit"]++
			continue
		}
		s, linted := repository[l.file]
		isSaid := linted && s.at(l.line, l.rule)
		held := l.except == "" || checkouts && strings.HasPrefix(l.except, emptyScript)
		at := l.repository + "/" + l.file + ": " + l.rule + " of the line " + l.line
		switch {
		case linted && !s.has(l.line):
			t.Errorf("%s: the file has no such line", at)
		case held && l.verdict == "false" && isSaid:
			t.Errorf("%s: it is false, and said again", at)
		case held && l.verdict == "good" && !isSaid:
			t.Errorf("%s: it is good, and no longer said", at)
		case !held && isSaid == (l.verdict == "good"):
			t.Errorf("%s: the exception is not needed: %s", at, l.except)
		}
		counts[countedAs(l, isSaid, held)]++
	}
	logCounts(t, "labels: ", counts)
}

func countedAs(l label, isSaid, held bool) string {
	switch {
	case !held:
		return "excepted: " + l.except
	case isSaid:
		return l.verdict + ", said"
	}
	return l.verdict + ", not said"
}

// atCommit reports whether a checkout is at the commit at which it was judged.
func atCommit(t *testing.T, repository string, commits [][]string) bool {
	t.Helper()
	tree, err := files.Open(filepath.Join(os.Getenv("DOCKMEND_PROJECTS"), repository))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tree.Close() }()
	r, err := git.Open(tree)
	if err != nil {
		return false
	}
	defer func() { _ = r.Close() }()
	head, err := r.Commit("HEAD")
	return err == nil && slices.ContainsFunc(commits, func(row []string) bool { return row[0] == repository && row[1] == head.Hash.String() })
}

func countSaid(t *testing.T, found map[string]map[string]*said, problems []problem) (n int) {
	t.Helper()
	const near = 2
	for _, p := range problems {
		s, linted := found[p.repository][p.file]
		if linted && slices.ContainsFunc(s.found, func(d *lint.Diagnostic) bool {
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
// is empty: of all its files, as they are found, those that have labels, and those with
// problems, which are named.
func lintRepositories(t *testing.T, folder string, flags config.Flags, labels []label) map[string]map[string]*said {
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
	problems := readProblems(t)
	found := map[string]map[string]*said{}
	for _, e := range entries {
		wanted, named := map[string]bool{}, []string{"."}
		for _, l := range labels {
			if l.repository == e.Name() {
				wanted[l.file] = true
			}
		}
		for _, p := range problems {
			if p.repository != e.Name() || wanted[p.file] {
				continue
			}
			if _, err := os.Stat(filepath.Join(folder, p.repository, p.file)); err == nil {
				wanted[p.file], named = true, append(named, p.file)
			}
		}
		if len(wanted) == 0 {
			continue
		}
		found[e.Name()] = lintRepository(t, filepath.Join(folder, e.Name()), named, wanted, &engine.Checker{Catalog: catalog, Settings: set.Settings()}, set)
	}
	return found
}

func lintRepository(t *testing.T, folder string, paths []string, wanted map[string]bool, checker *engine.Checker, set *config.RuleSet) map[string]*said {
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
		t.Fatal(err)
	}
	store := project.New(project.Disk(root), nil)
	var all []engine.File
	found := map[string]*said{}
	for _, f := range listed.Files {
		if !wanted[f.Path] {
			continue
		}
		src, err := root.ReadFile(f.Path)
		if err != nil {
			t.Fatal(err)
		}
		found[f.Path] = &said{lines: strings.Split(string(src), "\n")}
		all = append(all, engine.File{
			Path: f.Path, Target: f.Target, Template: f.Template, Context: buildcontext.New(store, f.Path), Policy: set.For(f.Path),
			Open: opener(store, f.Path),
		})
	}
	for _, d := range engine.Run(t.Context(), checker, all, 1).Diagnostics {
		if s, wanted := found[d.Source.Path]; wanted && d.Suppressed == nil {
			s.found = append(s.found, d)
		}
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
