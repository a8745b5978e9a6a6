package engine_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/buildcontext"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
)

// steps are all steps of a file that is checked.
func steps() []engine.Step {
	return []engine.Step{
		engine.StepRead, engine.StepParse, engine.StepScripts, engine.StepRules, engine.StepDirectives, "rule run",
		engine.StepFaults, engine.StepSuppress, engine.StepFinish,
	}
}

// three are files with the same text, which has one finding and an ignore comment.
func three() []engine.File {
	var all []engine.File
	for _, name := range []string{"a", "b", "c"} {
		all = append(all, engine.File{
			Path: name, Context: buildcontext.None(), Policy: policy{},
			Open: func() (io.ReadCloser, error) {
				return io.NopCloser(strings.NewReader("FROM a\n# dockmend ignore=run\nRUN x\nRUN y\n")), nil
			},
		})
	}
	return all
}

// silent is a program that has nothing to say of any script.
type silent struct{}

func (silent) Check(_ context.Context, scripts []lint.Script) ([][]lint.ScriptNote, error) {
	return make([][]lint.ScriptNote, len(scripts)), nil
}

// told is a program that does as a test says.
type told func()

func (f told) Check(_ context.Context, scripts []lint.Script) ([][]lint.ScriptNote, error) {
	f()
	return make([][]lint.ScriptNote, len(scripts)), nil
}

// TestShellCheckFails makes what runs ShellCheck panic, and come to no end.
func TestShellCheckFails(t *testing.T) {
	c := checker()
	c.Catalog.Dockerfile = append(c.Catalog.Dockerfile, shellcheckRule())
	c.ShellCheck = told(func() { panic("told to") })
	r := engine.Run(t.Context(), c, three(), 1)
	if len(r.Problems) != 1 || r.Problems[0].File != "a" || !strings.HasPrefix(r.Problems[0].Message, "running ShellCheck crashed: told to; please report this") {
		t.Errorf("problems %v", r.Problems)
	}
	if n := counted(r); n["a"] != 2 || n["b"] != 2 || n["c"] != 2 || len(r.Skipped) != 3 {
		t.Errorf("findings %v, skipped %v", n, r.Skipped)
	}
	never := make(chan struct{})
	t.Cleanup(func() { close(never) })
	c.Watch = engine.NewWatch()
	c.ShellCheck = told(func() { c.Watch.Fire("a test said so"); <-never })
	r = engine.Run(t.Context(), c, three(), 1)
	if len(r.Problems) != 3 {
		t.Errorf("problems %v", r.Problems)
	}
	for _, p := range r.Problems {
		if want := "not finished: running ShellCheck did not come to an end, and a test said so"; !strings.HasPrefix(p.Message, want) {
			t.Errorf("%s: %q, want %q", p.File, p.Message, want)
		}
	}
}

// counted are the findings of each file.
func counted(r *lint.Result) map[string]int {
	n := map[string]int{}
	for _, d := range r.Diagnostics {
		n[d.Source.Path]++
	}
	return n
}

// TestCrashOfEachStep makes each step of one file panic: the others are reported
// in full, and the problem names file and step, the same every time.
func TestCrashOfEachStep(t *testing.T) {
	for _, step := range steps() {
		var first string
		for _, jobs := range []int{1, 3} {
			c := checker()
			c.Catalog.Dockerfile = append(c.Catalog.Dockerfile, shellcheckRule())
			c.ShellCheck = silent{}
			c.Hook = func(path string, s engine.Step) {
				if path == "b" && s == step {
					panic("told to")
				}
			}
			r := engine.Run(t.Context(), c, three(), jobs)
			if len(r.Problems) != 1 || r.Problems[0].File != "b" {
				t.Fatalf("%s: problems %v", step, r.Problems)
			}
			message := r.Problems[0].Message
			if want := string(step) + " crashed: told to; please report this with the file\n\tat "; !strings.HasPrefix(message, want) {
				t.Errorf("message %q, want %q", message, want)
			}
			if strings.Contains(message, "0x") || strings.Contains(message, "goroutine ") {
				t.Errorf("%s: the message depends on the run: %q", step, message)
			}
			if n := counted(r); n["a"] != 2 || n["c"] != 2 {
				t.Errorf("%s: findings %v", step, n)
			}
			if first == "" {
				first = fmt.Sprint(r.Problems, counted(r))
			} else if again := fmt.Sprint(r.Problems, counted(r)); again != first {
				t.Errorf("%s: %q with one job, %q with three", step, first, again)
			}
		}
	}
}

// TestCrashOfAFix makes fixing and proving panic: the file stays as it is, and
// what was found in it is reported.
func TestCrashOfAFix(t *testing.T) {
	for _, step := range []engine.Step{engine.StepFix, "rule casing"} {
		c := &engine.Checker{Catalog: fixes(), Settings: &lint.Settings{}}
		c.Hook = func(_ string, s engine.Step) {
			if s == step {
				panic("told to")
			}
		}
		f := engine.Fixer{Checker: c}
		src := "from a\nCMD a b\n"
		got := f.Fix(t.Context(), engine.File{Path: "Dockerfile", Policy: policy{}, Context: buildcontext.None()}, []byte(src))
		if len(got.Problems) != 1 || !strings.HasPrefix(got.Problems[0].Message, string(step)+" crashed: told to") {
			t.Errorf("%s: problems %v", step, got.Problems)
		}
		if step == engine.StepFix && (got.Changed() || got.Left == nil || len(got.Left.Diagnostics) == 0) {
			t.Errorf("%s: after %q, left %v", step, got.After, got.Left)
		}
	}

	c := &engine.Checker{Catalog: fixes(), Settings: &lint.Settings{}}
	c.Hook = func(path string, s engine.Step) {
		if s == engine.StepProve && path == "b" {
			panic("told to")
		}
	}
	files := three()
	for i := range files {
		files[i].Open = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("from a\nCMD a b\n")), nil }
	}
	r := engine.Run(t.Context(), c, files, 1)
	engine.Prove(t.Context(), c, r, files, 2)
	if len(r.Problems) != 1 || r.Problems[0].File != "b" || !strings.HasPrefix(r.Problems[0].Message, "proving the fixes crashed") {
		t.Errorf("problems %v", r.Problems)
	}
	for _, d := range r.Diagnostics {
		if want := d.Source.Path != "b"; (d.Proof.State == lint.ProofPassed) != want {
			t.Errorf("%s of %s is %s", d.Rule.ID, d.Source.Path, d.Proof.State)
		}
	}
}

// TestWatchdog has a step that comes to no end: what is finished is reported, and
// the rest is named with its step.
func TestWatchdog(t *testing.T) {
	for _, step := range steps() {
		c := checker()
		c.Watch = engine.NewWatch()
		never := make(chan struct{})
		t.Cleanup(func() { close(never) })
		c.Hook = func(path string, s engine.Step) {
			if path == "b" && s == step {
				c.Watch.Fire("a test said so")
				<-never
			}
		}
		if step == engine.StepScripts {
			continue // asked only for ShellCheck, whose files go together
		}
		r := engine.Run(t.Context(), c, three(), 1)
		var got []string
		for _, p := range r.Problems {
			got = append(got, p.File+": "+p.Message)
		}
		want := []string{
			"b: not finished: " + string(step) + " did not come to an end, and a test said so; please report this with the file",
			"c: not checked: the run ended early, because a test said so",
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: problems %q, want %q", step, got, want)
		}
		if n := counted(r); n["a"] != 2 || n["b"]+n["c"] > 0 {
			t.Errorf("%s: findings %v", step, n)
		}
	}
}

// TestWatchdogOverFixes has a fix and a proof that come to no end.
func TestWatchdogOverFixes(t *testing.T) {
	for _, step := range []engine.Step{engine.StepFix, engine.StepProve} {
		c := &engine.Checker{Catalog: fixes(), Settings: &lint.Settings{}, Watch: engine.NewWatch()}
		never := make(chan struct{})
		t.Cleanup(func() { close(never) })
		c.Hook = func(path string, s engine.Step) {
			if path == "b" && s == step {
				c.Watch.Fire("a test said so")
				<-never
			}
		}
		files := three()
		src := []byte("from a\n")
		for i := range files {
			files[i].Open = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(string(src))), nil }
		}
		var problems []lint.Problem
		if step == engine.StepProve {
			r := engine.Run(t.Context(), c, files, 1)
			engine.Prove(t.Context(), c, r, files, 1)
			problems = r.Problems
		} else {
			f := engine.Fixer{Checker: c}
			for _, x := range c.FixAll(t.Context(), files, engine.Fixing{Jobs: 1, One: func(x engine.File, _ *engine.Fixed, _ string) *engine.Fixed { return f.Fix(t.Context(), x, src) }}) {
				problems = append(problems, x.Problems...)
				if x.Path != "a" && x.Changed() {
					t.Errorf("%s was changed", x.Path)
				}
			}
		}
		if len(problems) != 2 || !strings.HasPrefix(problems[0].Message, "not finished: "+string(step)) {
			t.Errorf("%s: problems %v", step, problems)
		}
	}
}

// TestLimitOfARun has more findings than a run shows: the first files have all of
// theirs, the others their most severe, for any number of jobs.
func TestLimitOfARun(t *testing.T) {
	var files []engine.File
	src := "FROM a\n" + strings.Repeat("RUN x\n", limits.Findings-1) + "RUN bad\n"
	full := limits.RunFindings / limits.Findings
	for i := range full + 3 {
		files = append(files, engine.File{
			Path: fmt.Sprintf("%03d", i), Context: buildcontext.None(), Policy: policy{},
			Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(src)), nil },
		})
	}
	first := ""
	for _, jobs := range []int{1, 4} {
		r := engine.Run(t.Context(), checker(), files, jobs)
		n := counted(r)
		for i, f := range files {
			if want := limits.Findings; i < full && n[f.Path] != want {
				t.Errorf("%s has %d findings, want %d", f.Path, n[f.Path], want)
			} else if i >= full && n[f.Path] != limits.FurtherFindings+1 {
				t.Errorf("%s has %d findings, want %d", f.Path, n[f.Path], limits.FurtherFindings+1)
			}
		}
		var b strings.Builder
		worst := 0
		for _, d := range r.Diagnostics {
			fmt.Fprintln(&b, d.Source.Path, d.Rule.ID, d.Fingerprint, d.Message)
			if d.Severity == lint.Error {
				worst++
			}
		}
		if worst != len(files) {
			t.Errorf("%d of %d errors are shown", worst, len(files))
		}
		if first == "" {
			first = b.String()
		} else if first != b.String() {
			t.Errorf("%d jobs report other findings than one", jobs)
		}
	}
}

// TestLimitOfTheTextOfARun has findings with so much text that a run shows only some
// of them, though they are few.
func TestLimitOfTheTextOfARun(t *testing.T) {
	const size = limits.FindingText * (limits.RunFindings / 100) // each counts as 500
	c := checker()
	c.Catalog.Dockerfile = append(c.Catalog.Dockerfile, facts.Rule[*facts.Dockerfile]{
		Meta: lint.Meta{ID: "wordy", Severity: lint.Warning}, Check: func(p *facts.Pass[*facts.Dockerfile]) {
			for range 10 {
				p.Report(lint.Finding{Message: strings.Repeat("x", size)})
			}
		},
	})
	const fit, all = 10, 13
	var files []engine.File
	for i := range all {
		files = append(files, engine.File{Path: fmt.Sprintf("%02d", i), Context: buildcontext.None(), Policy: policy{}, Open: func() (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader("FROM a\n")), nil
		}})
	}
	for _, jobs := range []int{1, 4} {
		n := counted(engine.Run(t.Context(), c, files, jobs))
		for i, f := range files {
			want := 1 // what says that there are others
			if i < fit {
				want = 10
			}
			if n[f.Path] != want {
				t.Errorf("%s has %d findings, want %d", f.Path, n[f.Path], want)
			}
		}
	}
}

// TestLimitsOfADockerfile has as many instructions and stages as are linted, and
// one more.
func TestLimitsOfADockerfile(t *testing.T) {
	for src, want := range map[string]string{
		"FROM a\n" + strings.Repeat("USER x\n", limits.Instructions-2) + "RUN x\n":            "5000 style run\n",
		"FROM a\n" + strings.Repeat("RUN x\n", limits.Instructions):                           "1 warning limit-reached\n",
		strings.Repeat("FROM a\n", limits.Stages) + "RUN x\n":                                 "201 style run\n",
		strings.Repeat("FROM a\n", limits.Stages+1) + "RUN x\n":                               "1 warning limit-reached\n",
		"FROM a\nLABEL" + strings.Repeat(" a=b", limits.Pairs) + "\nRUN x\n":                  "3 style run\n",
		"FROM a\nLABEL" + strings.Repeat(" a=b", limits.Pairs) + "\nENV a=b\nRUN x\n":         "1 warning limit-reached\n",
		"FROM a\n" + strings.Repeat("\n", limits.Lines-2) + "RUN x":                           fmt.Sprint(limits.Lines, " style run\n"),
		"FROM a\n" + strings.Repeat("\n", limits.Lines-2) + "RUN x\n#":                        "1 warning limit-reached\n",
		"FROM a\nRUN x" + strings.Repeat(" && x", limits.ShellBytes) + "\n":                   "2 warning limit-reached\n2 style run\n",
		"FROM a\nONBUILD RUN x" + strings.Repeat(" && x", limits.ShellBytes) + "\n":           "2 warning limit-reached\n",
		"FROM a\nENV A=" + strings.Repeat("x", limits.ValueBytes) + "\nRUN x\nLABEL a=$A$A\n": "3 style run\n4 warning limit-reached\n",
	} {
		if got := summary(check(t, src)); got != want {
			t.Errorf("%.20q: got %q, want %q", src, got, want)
		}
	}
}

// TestLimitOfTheText has findings whose messages are longer than a report holds.
func TestLimitOfTheText(t *testing.T) {
	c := checker()
	c.Catalog.Dockerfile = append(c.Catalog.Dockerfile, facts.Rule[*facts.Dockerfile]{
		Meta: lint.Meta{ID: "wordy", Severity: lint.Warning}, Check: func(p *facts.Pass[*facts.Dockerfile]) {
			for range 10 {
				p.Report(lint.Finding{Message: strings.Repeat("x", limits.FindingBytes/8)})
			}
		},
	})
	got := c.Check(t.Context(), engine.File{Path: "Dockerfile", Policy: policy{}, Context: buildcontext.None()}, []byte("FROM a\n"))
	if n := len(got.Diagnostics); n != 9 {
		t.Errorf("%d findings, want 8 and one that says that 2 are not shown", n)
	}
	if !strings.Contains(fmt.Sprint(got.Diagnostics[0].Message, got.Diagnostics[8].Message), "2 of them are not shown") {
		t.Error("nothing says that two are not shown")
	}
}

// TestAround has steps that are about no single file: one that ends, one that fails,
// one that crashes and one that comes to no end.
func TestAround(t *testing.T) {
	fault := errors.New("a fault")
	never := make(chan struct{})
	t.Cleanup(func() { close(never) })
	w := engine.NewWatch()
	for _, tt := range []struct {
		name string
		run  func() error
		want string
	}{
		{"ends", func() error { return nil }, ""},
		{"fails", func() error { return fault }, "a fault"},
		{"crashes", func() error { panic("told to") }, "finding the files crashed: told to; please report this"},
		{"hangs", func() error { w.Fire("a test said so"); <-never; return nil }, "not finished: finding the files did not come to an end, and a test said so"},
	} {
		err := w.Around(t.Context(), "the repository", engine.StepFind, tt.run)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if (got == "") != (tt.want == "") || !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		var unfinished *engine.Unfinished
		if is := errors.As(err, &unfinished); is != (tt.name == "crashes" || tt.name == "hangs") {
			t.Errorf("%s: unfinished is %v", tt.name, is)
		}
	}
}
