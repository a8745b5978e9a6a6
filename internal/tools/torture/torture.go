package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/dockmend/dockmend/internal/discover"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/fixture"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/prove"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/text"
	"github.com/dockmend/dockmend/internal/tools/rulesource"
)

type options struct {
	corpus  string
	seed    uint64
	sample  int
	rule    string
	scripts bool
	// unsafe compares what files run after unsafe fixes too.
	unsafe bool
	// limit is after how long no further mutant is begun; 0 goes through all.
	limit time.Duration
}

// result counts what was done.
type result struct {
	mutants, changed, fixes, runs int
	differences                   []string
}

// subject is a mutant with the way to fix it.
type subject struct {
	name   string
	target lint.Target
	src    []byte
	fix    func(src []byte, unsafe bool) (*engine.Fixed, error)
}

// torture fixes mutants and looks at what came of it. An error says why nothing, or not
// what was asked for, could be done.
func torture(o options) (*result, error) {
	subjects, err := subjectsOf(o)
	if err != nil {
		return nil, err
	}
	draw := rand.New(rand.NewPCG(o.seed, 0)) //nolint:gosec // a sample that can be drawn again
	draw.Shuffle(len(subjects), func(i, j int) { subjects[i], subjects[j] = subjects[j], subjects[i] })
	if o.sample > 0 && o.sample < len(subjects) {
		subjects = subjects[:o.sample]
	}
	w := &work{unsafe: o.unsafe}
	if o.scripts {
		root, err := os.MkdirTemp("", "torture-")
		if err != nil {
			return nil, err
		}
		defer func() { _ = os.RemoveAll(root) }()
		if w.room, err = newRoom(root); err != nil {
			return nil, fmt.Errorf("no script can be run here: %w", err)
		}
	}
	begun := time.Now()
	for _, s := range subjects {
		if o.limit > 0 && time.Since(begun) > o.limit {
			break
		}
		w.mutants++
		for _, unsafe := range []bool{false, true} {
			if err := w.look(s, unsafe); err != nil {
				return nil, fmt.Errorf("%s: %w", s.name, err)
			}
		}
	}
	return &w.result, nil
}

// subjectsOf are the mutants of all cases, and of the corpus.
func subjectsOf(o options) ([]subject, error) {
	root, err := rulesource.Root()
	if err != nil {
		return nil, err
	}
	sources, err := rulesource.Load(os.DirFS(root))
	if err != nil {
		return nil, err
	}
	catalog := rules.All()
	var all []subject
	for _, source := range sources {
		if o.rule != "" && o.rule != source.ID {
			continue
		}
		archive, err := os.ReadFile(filepath.Join(root, source.Target.FixtureFile(source.ID)))
		if err != nil {
			return nil, err
		}
		file, err := fixture.Parse(source.ID, archive)
		if err != nil {
			return nil, err
		}
		runner := &fixture.Runner{Catalog: catalog, Rule: catalog.Find(source.ID)[0]}
		for _, c := range file.Cases {
			// What a registry has to say is compared in the case itself; here none is asked.
			if _, asks := c.Around["registry.json"]; asks || c.Fixed == nil {
				continue
			}
			for _, m := range mutantsOf(runner.Rule.Target, c.Input()) {
				all = append(all, subject{
					name: source.ID + "/" + c.Name + ", " + m.name, target: runner.Rule.Target, src: m.src,
					fix: func(src []byte, unsafe bool) (*engine.Fixed, error) { return runner.Fix(c, src, unsafe) },
				})
			}
		}
	}
	if len(all) == 0 {
		return nil, errors.New("no case with a fix")
	}
	if o.corpus == "" {
		return all, nil
	}
	return all, filepath.WalkDir(o.corpus, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		target, ok := targetOf(name)
		info, infoErr := entry.Info()
		if !ok || infoErr != nil || info.Size() > maxSize || !info.Mode().IsRegular() {
			return infoErr
		}
		src, err := os.ReadFile(name) //nolint:gosec // the corpus that was named
		if err != nil {
			return err
		}
		for _, m := range mutantsOf(target, src) {
			all = append(all, subject{name: name + ", " + m.name, target: target, src: m.src, fix: fixAll(catalog, target)})
		}
		return nil
	})
}

// maxSize is up to how many bytes a file of a corpus is taken.
const maxSize = 16 << 10

// fixAll applies the fixes of all rules to a file that stands alone.
func fixAll(catalog *rules.Catalog, target lint.Target) func(src []byte, unsafe bool) (*engine.Fixed, error) {
	name := map[lint.Target]string{
		lint.TargetDockerfile: "Dockerfile", lint.TargetCompose: "compose.yaml", lint.TargetIgnoreFile: ".dockerignore",
	}[target]
	return func(src []byte, unsafe bool) (*engine.Fixed, error) {
		around := fixture.Files{name: src}.Around(name)
		fixer := engine.Fixer{Checker: &engine.Checker{Catalog: catalog, Settings: &lint.Settings{}}, Unsafe: unsafe}
		return fixer.Fix(context.Background(), engine.File{Path: name, Target: target, Policy: everything{}, Context: around}, src), nil
	}
}

// everything switches all rules on.
type everything struct{}

// Enabled implements engine.Policy.
func (everything) Enabled(*lint.Meta) bool { return true }

// Severity implements engine.Policy.
func (everything) Severity(*lint.Meta, string) (lint.Severity, bool) {
	return lint.SeverityUnset, true
}

// Hadolint implements engine.Policy.
func (everything) Hadolint(*lint.Meta) bool { return false }

// Options implements engine.Policy.
func (everything) Options(m *lint.Meta) lint.Options { return lint.NewOptions(m.Options, nil) }

// work goes through the mutants.
type work struct {
	result
	room   *room
	unsafe bool
}

// look fixes one mutant and compares. The error is the machine's, never the mutant's.
func (w *work) look(s subject, unsafe bool) error {
	fixed, err := s.fix(s.src, unsafe)
	if err != nil {
		return err
	}
	if !fixed.Changed() {
		return nil
	}
	w.changed++
	w.fixes += len(fixed.Applied)
	tell := func(format string, args ...any) {
		var ids []string
		for _, a := range fixed.Applied {
			ids = append(ids, a.Rule.ID)
		}
		slices.Sort(ids)
		w.differences = append(w.differences, fmt.Sprintf("%s (%s): %s\n%s", s.name, strings.Join(slices.Compact(ids), " "),
			fmt.Sprintf(format, args...), text.UnifiedDiff(s.name, fixed.Before, fixed.After)))
	}
	for _, a := range fixed.Applied {
		switch {
		case a.Demoted:
			tell("%s does more than it declares: %s", a.Rule.ID, strings.Join(a.Verdict.Details, "; "))
		case !unsafe && !a.Safe:
			tell("%s is applied and not safe", a.Rule.ID)
		}
	}
	again, err := s.fix(fixed.After, unsafe)
	if err != nil {
		return err
	}
	if again.Changed() {
		tell("a second run changes more:\n%s", text.UnifiedDiff("after", again.Before, again.After))
	}
	switch s.target {
	case lint.TargetDockerfile:
		return w.lookAtDockerfile(fixed, unsafe, tell)
	case lint.TargetCompose:
		if v := prove.NewCompose(prove.ComposeFile{Src: fixed.Before}, prove.Budget, nil).Compare(context.Background(), fixed.After); v.Broken {
			tell("%s", v.Reason)
		}
	case lint.TargetIgnoreFile:
		if problem := differentFiles(fixed); problem != "" {
			tell("%s", problem)
		}
	default: // nothing but dockmend reads them here
	}
	return nil
}

func (w *work) lookAtDockerfile(fixed *engine.Fixed, unsafe bool, tell func(format string, args ...any)) error {
	before, parsed := programsOf(fixed.Before)
	if !parsed {
		return nil
	}
	after, parses := programsOf(fixed.After)
	if !parses {
		tell("BuildKit parses the file before, and not after")
		return nil
	}
	if w.room == nil || (unsafe && !w.unsafe) || slices.EqualFunc(before, after, program.equal) {
		return nil
	}
	may, exact := declaration{}, true
	for _, a := range fixed.Applied {
		d := declarations[a.Rule.ID]
		may.adds, may.removes, may.strips = append(may.adds, d.adds...), append(may.removes, d.removes...), append(may.strips, d.strips...)
		may.mayFail, may.runs = may.mayFail || d.mayFail, may.runs || d.runs
		exact = exact && a.Safe
	}
	for _, shell := range shells {
		for status := range 2 {
			from, err := w.calls(shell, status, before)
			if err != nil {
				return err
			}
			to, err := w.calls(shell, status, after)
			if err != nil {
				return err
			}
			if problem := differentCalls(from, to, may, exact); problem != "" {
				tell("in %s, with commands that end with %d: %s", shell, status, problem)
				return nil
			}
		}
	}
	return nil
}

// outcome is what the programs of a file called.
type outcome struct {
	// build are the calls of the RUNs up to the first that failed; built is set where
	// none did.
	build []string
	built bool
	// starts are the calls of what containers begin with.
	starts []string
}

// calls runs the programs of a file.
func (w *work) calls(shell string, status int, programs []program) (outcome, error) {
	o := outcome{built: true}
	for _, p := range programs {
		if (p.keyword == "RUN" && !o.built) || (status != 0 && loops(p.script)) {
			continue
		}
		calls, worked := strings.Join(p.words, " "), status == 0
		if p.script != "" {
			w.runs++
			var err error
			if calls, worked, err = w.room.run(shell, p, status); err != nil {
				return o, err
			}
		} else if len(p.words) > 0 {
			calls = logged(p.words)
		}
		lines := strings.FieldsFunc(calls, func(r rune) bool { return r == '\n' })
		if !hasOrder(p.script) {
			slices.Sort(lines)
		}
		if p.keyword == "RUN" {
			o.build = append(o.build, lines...)
			o.built = worked
			continue
		}
		o.starts = append(o.starts, lines...)
	}
	return o, nil
}

// logged is a call as the stub writes it.
func logged(words []string) string {
	line := filepath.Base(words[0])
	for _, word := range words[1:] {
		line += " <" + word + ">"
	}
	return line
}

func differentCalls(before, after outcome, may declaration, exact bool) string {
	if may.runs {
		return ""
	}
	// Where all commands fail, one that was added does too, and nothing follows it.
	if last := len(after.build) - 1; !after.built && last >= 0 && slices.Contains(may.adds, nameOf(after.build[last])) {
		kept := slices.DeleteFunc(slices.Clone(after.build), func(call string) bool { return slices.Contains(may.adds, nameOf(call)) })
		before.build, before.built = before.build[:min(len(kept), len(before.build))], false
		after.build = kept
	}
	if problem := difference(before.build, after.build, may, exact); problem != "" {
		return "while it is built, " + problem
	}
	if problem := difference(before.starts, after.starts, may, exact); problem != "" {
		return "when it starts, " + problem
	}
	switch {
	case before.built && !after.built && !may.mayFail:
		return "the build works before, and fails after"
	case !before.built && after.built && len(may.removes) == 0:
		return "the build fails before, and works after"
	}
	return ""
}

// targetOf is what a file of a corpus is read as; ok is false for one that has no name
// of ours.
func targetOf(name string) (target lint.Target, ok bool) {
	lower := strings.ToLower(filepath.Base(name))
	target = discover.Classify(name)
	return target, target == lint.TargetCompose || target == lint.TargetIgnoreFile || strings.Contains(lower, "dockerfile")
}
