package acceptance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"

	"github.com/dockmend/dockmend/internal/buildcontext"
	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/discover"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/project"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// refusalTable counts files by what two programs say of them, and why.
type refusalTable struct {
	files  map[string]int
	reason map[string]map[string]int
	// wrong are files about which they differ, with the reason.
	wrong []string
}

func newRefusalTable() *refusalTable {
	return &refusalTable{files: map[string]int{}, reason: map[string]map[string]int{}}
}

func (t *refusalTable) add(class, reason string) {
	t.files[class]++
	if t.reason[class] == nil {
		t.reason[class] = map[string]int{}
	}
	t.reason[class][kindOfReason(reason)]++
}

// kindOfReason is a reason without what it quotes.
func kindOfReason(reason string) string {
	reason, _, _ = strings.Cut(reason, "\n")
	reason = regexp.MustCompile(`line \d+|"[^"]*("|$)|'[^']*'|\([^)]*\)|: [^ ]+$|\d+`).ReplaceAllString(reason, "_")
	return reason[:min(len(reason), 90)]
}

func (t *refusalTable) log(tb testing.TB) {
	tb.Helper()
	for _, class := range slices.Sorted(func(yield func(string) bool) {
		for c := range t.files {
			if !yield(c) {
				return
			}
		}
	}) {
		tb.Logf("%5d %s", t.files[class], class)
		logCounts(tb, "      by reason", t.reason[class])
	}
}

// ourRefusals are the first finding of each file that says that it is refused.
func ourRefusals(t *testing.T, root *os.Root, target lint.Target) (all []engine.File, said map[string]string) {
	t.Helper()
	catalog := rules.All()
	var refusing []string // the others have nothing to say here
	for _, m := range catalog.Metas() {
		if m.Default && m.Refusal != lint.RefusesNothing {
			refusing = append(refusing, m.ID)
		}
	}
	set, err := (&config.Config{}).Resolve(catalog.Metas(), config.Flags{Select: refusing})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := files.Open(os.Getenv("DOCKMEND_CORPUS"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tree.Close() }()
	store := project.New(project.Disk(root), nil)
	found, err := discover.Find(tree, nil, discover.Options{NoGitignore: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found.Files {
		if f.Target == target {
			all = append(all, engine.File{
				Path: f.Path, Target: f.Target, Template: f.Template, Context: buildcontext.New(store, f.Path), Policy: set.For(f.Path),
				Open: func() (io.ReadCloser, error) { return root.Open(f.Path) },
			})
		}
	}
	result := engine.Run(t.Context(), &engine.Checker{Catalog: catalog, Settings: set.Settings()}, all, 1)
	said = map[string]string{}
	for _, d := range result.Diagnostics {
		if d.Rule.Refusal != lint.RefusesNothing && d.Severity == lint.Error && said[d.Source.Path] == "" {
			said[d.Source.Path] = d.Rule.ID
		}
	}
	return all, said
}

// verdictOf is why BuildKit does not build a file; nil if it does.
func verdictOf(ctx context.Context, src []byte, target string, args map[string]string, env ...string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("crash: %v", r)
		}
	}()
	caps := pb.Caps.CapSet(pb.Caps.All())
	result, err := dockerfile2llb.Dockerfile2LLB(ctx, src, dockerfile2llb.ConvertOpt{
		Config: dockerui.Config{BuildArgs: args, Target: target}, MetaResolver: baseWith{env}, LLBCaps: &caps,
	})
	if err == nil && result.State.Output() != nil {
		_, err = result.State.Marshal(ctx)
	}
	return err
}

// baseWith answers for every image with a config that sets these variables.
type baseWith struct{ env []string }

// ResolveImageConfig implements llb.ImageMetaResolver.
func (b baseWith) ResolveImageConfig(ctx context.Context, ref string, opt sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	_, _, config, err := plainBase{}.ResolveImageConfig(ctx, ref, opt)
	env, _ := json.Marshal(append([]string{"PATH=/bin"}, b.env...))
	return ref, "", bytes.Replace(config, []byte(`["PATH=/bin"]`), env, 1), err
}

// refusedWhateverIsGiven reports whether no value for the arguments without one,
// and for variables that a base image may set, lets BuildKit build the file.
func refusedWhateverIsGiven(ctx context.Context, src []byte, doc *facts.Dockerfile, around *facts.Project, b facts.Build) bool {
	for _, value := range []string{"x", "1.0", "4242", "linux/amd64", "debian:13", "755"} {
		args := map[string]string{}
		var env []string
		for _, in := range doc.Instructions {
			for _, pair := range in.Pairs {
				literal := strings.Trim(pair.Value, `"'`) != "" && !strings.Contains(pair.Value, "$")
				if in.Keyword == "arg" && (!literal || around.PassesArgument(doc, pair.Key)) {
					args[pair.Key] = value
				}
			}
			for _, use := range facts.VariableUses(doc.Text(in.Head), doc.Escape) {
				env = append(env, use.Name+"="+value)
			}
		}
		for name, given := range b.Args {
			args[name] = given
		}
		if verdictOf(ctx, src, b.Target, args, env...) == nil {
			return false
		}
	}
	return true
}

var placeholders = regexp.MustCompile(`%%|__[A-Z_]+__|\{\{|<%|\{%|templateOption|REPLACE-ME|<[a-z-]+>|base name \(\$`)

// TestBuildKitRefusals compares what BuildKit's compiler refuses with what the
// default rules report, for every Dockerfile of a corpus.
func TestBuildKitRefusals(t *testing.T) {
	if os.Getenv("DOCKMEND_CORPUS") == "" {
		t.Skip("DOCKMEND_CORPUS is not set: refusals were not compared")
	}
	root, err := os.OpenRoot(os.Getenv("DOCKMEND_CORPUS"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = root.Close() }()
	all, said := ourRefusals(t, root, lint.TargetDockerfile)
	table := newRefusalTable()
	for _, f := range all {
		src, err := root.ReadFile(f.Path)
		if err != nil {
			t.Fatal(err)
		}
		d := facts.NewDockerfile(dockerfile.Parse(src))
		d.Name = f.Path
		around := facts.NewProject(f.Context)
		refusal, known := refusalOfBuilds(t.Context(), src, d, around)
		ours := said[f.Path]
		switch syntax, _ := d.Directive("syntax"); {
		case f.Template || engine.IsTemplate(d.Document):
			table.add("template", "")
		case facts.IsTestName(f.Path) || strings.Contains(f.Path, "testfiles"):
			table.add("fixture", "")
		case syntax.Value != "" && !strings.Contains(syntax.Value, "docker/dockerfile"):
			table.add("read by another frontend", "")
		case refusal == nil && ours == "":
			table.files["both accept"]++
		case refusal == nil:
			table.add("WRONG: only ours refuses", ours)
			table.wrong = append(table.wrong, f.Path+": "+ours)
		case ours != "":
			table.add("both refuse", refusal.Error())
		case !known:
			table.add("unknown value", refusal.Error())
		default:
			table.add("WRONG: only BuildKit refuses", refusal.Error())
			table.wrong = append(table.wrong, f.Path+": "+refusal.Error())
		}
	}
	table.log(t)
	for _, w := range table.wrong {
		t.Error(w)
	}
}

// refusalOfBuilds is the refusal of the builds that are known; known is false
// where it goes with a value that nothing here gives.
func refusalOfBuilds(ctx context.Context, src []byte, d *facts.Dockerfile, around *facts.Project) (refusal error, known bool) { //nolint:revive // the refusal is what is asked for, no failure
	for _, b := range around.BuildsOf(d) {
		args := map[string]string{}
		for name, value := range b.Args {
			args[name] = value
		}
		err := verdictOf(ctx, src, b.Target, args)
		if err == nil {
			continue
		}
		refusal = errors.Join(refusal, err)
		if !placeholders.MatchString(err.Error()) && refusedWhateverIsGiven(ctx, src, d, around, b) {
			return err, true
		}
	}
	return refusal, false
}

// BenchmarkBesideBuildKitLint measures the check of every file with the default
// rules, its compilation included. x-buildkit-lint is its processor time as a
// ratio to BuildKit's own linter (parser, compiler, checks), both taken in turns.
func BenchmarkBesideBuildKitLint(b *testing.B) {
	c := load(b)
	var linting, theirs time.Duration
	for b.Loop() {
		start := cpu(b)
		for _, src := range c.files {
			lintByBuildKit(b.Context(), src)
		}
		middle := cpu(b)
		c.lintAll(b)
		linting += cpu(b) - middle
		theirs += middle - start
	}
	b.ReportMetric(float64(linting)/float64(theirs), "x-buildkit-lint")
	b.ReportMetric(float64(len(c.files)), "files")
}

func lintByBuildKit(ctx context.Context, src []byte) {
	defer func() { _ = recover() }()
	caps := pb.Caps.CapSet(pb.Caps.All())
	source := llb.NewSourceMap(nil, "Dockerfile", "", src)
	source.Definition = &llb.Definition{}
	_, _ = dockerfile2llb.DockerfileLint(ctx, src, dockerfile2llb.ConvertOpt{MetaResolver: plainBase{}, LLBCaps: &caps, SourceMap: source})
}
