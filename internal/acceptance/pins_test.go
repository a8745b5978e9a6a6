package acceptance

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/distribution/reference"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/dockmend/dockmend/internal/buildcontext"
	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/discover"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/project"
	"github.com/dockmend/dockmend/internal/resolve"
	"github.com/dockmend/dockmend/internal/resolve/fakeregistry"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// pinned is a project whose references are served by a registry of its own.
type pinned struct {
	dir   string
	root  *os.Root
	files []engine.File
	// versions are the tags that say which version a reference is.
	versions map[string]string
	registry *resolve.Resolver
	fixer    *engine.Fixer
}

// TestPinCorpus pins every reference of real projects, Dockerfiles and Compose
// files, with a registry that serves all of them. Each ends with the digest and
// the tag that it should have, or with the reason why not; each fix was proved to
// be no more than that; and a second run changes nothing.
func TestPinCorpus(t *testing.T) {
	corpus := os.Getenv("DOCKMEND_CORPUS")
	if corpus == "" {
		t.Skip("DOCKMEND_CORPUS is not set: its references were not pinned")
	}
	p := newPinned(t, filepath.Join(corpus, "projects-dev"))
	outcomes, reasons, classes := map[string]int{}, map[string]int{}, map[string]int{}
	before := map[string][]facts.ImageSite{}
	for _, f := range p.files {
		before[f.Path] = p.sites(t, f)
	}
	fixed := map[string]*engine.Fixed{}
	for _, f := range p.files {
		fixed[f.Path] = p.fix(t, f, classes)
	}
	for _, f := range p.files {
		after := p.sites(t, f)
		if len(after) != len(before[f.Path]) {
			t.Fatalf("%s: %d references, and %d after the fixes", f.Path, len(before[f.Path]), len(after))
		}
		for i, x := range after {
			outcome, reason := p.outcome(t, f.Path, before[f.Path][i], x, fixed[f.Path])
			outcomes[kindOf(x.Kind)+" "+outcome]++
			if reason != "" {
				reasons[withoutQuotes(reason)]++
			}
		}
	}
	for _, f := range p.files {
		src := p.read(t, f.Path)
		if again := p.fixer.Fix(t.Context(), f, src); again.Changed() {
			t.Errorf("%s: a second run changes it again", f.Path)
		}
	}
	t.Logf("%d files, %d requests, searches %+v", len(p.files), p.registry.Requests(), p.registry.Searches())
	logCounts(t, "references", outcomes)
	logCounts(t, "not pinned", reasons)
	logCounts(t, "fixes", classes)
	if outcomes["image pinned"] == 0 || outcomes["FROM pinned"] == 0 {
		t.Error("nothing was pinned")
	}
}

func newPinned(t *testing.T, projects string) *pinned {
	t.Helper()
	p := &pinned{dir: t.TempDir(), versions: map[string]string{}}
	if err := os.CopyFS(p.dir, os.DirFS(projects)); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(p.dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	p.root = root
	catalog := rules.All()
	set, err := (&config.Config{Pin: config.Pin{Mode: "version+digest"}}).Resolve(catalog.Metas(), config.Flags{Select: []string{
		"image-not-pinned-by-digest", "untagged-image", "latest-tag", "copy-from-image-not-pinned", "compose-image-not-pinned", "compose-image-not-pinned-by-digest",
	}})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := files.Open(p.dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tree.Close() })
	found, err := discover.Find(tree, nil, discover.Options{NoGitignore: true})
	if err != nil {
		t.Fatal(err)
	}
	n := fakeregistry.New(t)
	store := project.New(project.Disk(root), nil)
	hosts := resolve.Registries()
	for _, f := range found.Files {
		if f.Target != lint.TargetDockerfile && f.Target != lint.TargetCompose || f.Template {
			continue
		}
		file := engine.File{Path: f.Path, Target: f.Target, Context: buildcontext.New(store, f.Path), Policy: set.For(f.Path)}
		p.files = append(p.files, file)
		for _, x := range p.sites(t, file) {
			if _, err := reference.ParseNormalizedNamed(x.Image.Text); err != nil {
				continue
			}
			p.publish(t, n, x)
			if host := x.Image.Registry; host != "" && !slices.Contains(hosts, host) {
				hosts = append(hosts, host)
			}
		}
	}
	// Whoever serves the names may be asked for them.
	if p.registry, err = resolve.New(t.Context(), resolve.Options{Allowed: hosts, Getenv: n.Getenv}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.registry.Close)
	p.fixer = &engine.Fixer{Checker: &engine.Checker{Catalog: catalog, Settings: set.Settings(), Registry: p.registry}}
	return p
}

func (p *pinned) read(t *testing.T, name string) []byte {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(p.dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func (p *pinned) sites(t *testing.T, f engine.File) []facts.ImageSite {
	t.Helper()
	src := p.read(t, f.Path)
	lines := text.NewLineIndex(src)
	if f.Target == lint.TargetDockerfile {
		return facts.NewDockerfile(dockerfile.ParseIndexed(src, lines)).ImageSites()
	}
	doc := facts.NewCompose(compose.Parse(src, lines))
	doc.Name = f.Path
	return facts.NewProject(f.Context).ImageSites(doc)
}

// publish puts an image under a reference, under the tag of its version, and
// another one under the tags around that, which must not be taken for it.
func (p *pinned) publish(t *testing.T, n *fakeregistry.Internet, x facts.ImageSite) {
	t.Helper()
	ref := x.Reference()
	if _, done := p.versions[ref]; done || x.Local {
		return
	}
	name := strings.TrimSuffix(ref, ":"+x.Image.Tag)
	number, variant, _ := strings.Cut(x.Image.Tag, "-")
	version := x.Image.Tag
	switch isNumber := number != "" && number[0] >= '0' && number[0] <= '9'; {
	case x.Image.Tag == "" || x.Image.Tag == "latest":
		version = "4.5.6"
	case isNumber && strings.Count(number, ".") < 2 && !strings.ContainsAny(variant, "."):
		// 3 is 3.8.8, and 3.7 is 3.7.7: two references must not share a version.
		if version = number + ".7"; !strings.Contains(number, ".") {
			version = number + ".8.8"
		}
		if variant != "" {
			version += "-" + variant
		}
	}
	p.versions[ref] = version
	n.Push(t, fakeregistry.Index(t, v1.Config{Env: []string{"REF=" + ref}}, "linux/amd64", "linux/arm64"), ref, name+":"+version)
	if version == "4.5.6" {
		n.Push(t, fakeregistry.Index(t, v1.Config{User: "other"}, "linux/amd64"), name+":4.5.5", name+":4.5.7", name+":4.5.6-other")
	}
}

// fix fixes a file in place, and holds each fix to what its class says.
func (p *pinned) fix(t *testing.T, f engine.File, classes map[string]int) *engine.Fixed {
	t.Helper()
	f.Open = func() (io.ReadCloser, error) { return p.root.Open(f.Path) }
	got := p.fixer.Fix(t.Context(), f, p.read(t, f.Path))
	for _, problem := range got.Problems {
		t.Errorf("%s: %s", problem.File, problem.Message)
	}
	for _, a := range got.Applied {
		classes[f.Target.String()+" "+a.Verdict.Effect.String()]++
		worst := lint.EffectNone
		for _, detail := range a.Verdict.Details {
			worst = max(worst, classOf(detail))
		}
		if a.Verdict.Effect != worst || !a.Safe {
			t.Errorf("%s: %s: effect %s, safe %v, for %q", f.Path, a.Title, a.Verdict.Effect, a.Safe, a.Verdict.Details)
		}
	}
	if err := os.WriteFile(filepath.Join(p.dir, filepath.FromSlash(f.Path)), got.After, 0o600); err != nil {
		t.Fatal(err)
	}
	return got
}

// classOf reads the class off a detail, "old -> new": source where only a digest
// was added, repin elsewhere.
func classOf(detail string) lint.Effect {
	before, after, _ := strings.Cut(detail, " -> ")
	before = strings.Trim(before[strings.LastIndexByte(before, ' ')+1:], `"`)
	after = strings.Trim(after[strings.LastIndexByte(after, ' ')+1:], `"`)
	if !strings.Contains(before[strings.LastIndexByte(before, '/')+1:], ":") {
		before += ":latest"
	}
	if strings.HasPrefix(after, before+"@sha256:") {
		return lint.EffectSource
	}
	return lint.EffectRepin
}

// outcome tells what became of a reference, and why if it was not pinned.
func (p *pinned) outcome(t *testing.T, file string, was, x facts.ImageSite, fixed *engine.Fixed) (outcome, reason string) {
	t.Helper()
	ref := was.Reference()
	if was.Image.Digest != "" {
		return "pinned before", ""
	}
	if x.Image.Digest != "" {
		want, err := p.registry.Digest(ref)
		stays := was.Image.Tag
		if stays == "" {
			stays = "latest"
		}
		told := slices.ContainsFunc(fixed.Applied, func(a engine.Applied) bool {
			return strings.HasPrefix(a.Title, "add the digest that "+stays+" has today; the tag stays: ")
		})
		if err != nil || x.Image.Digest != want || (x.Image.Tag != p.versions[ref] && (x.Image.Tag != stays || !told)) {
			t.Errorf("%s: %s is pinned to %s:%s@%s, want %s@%s, %v", file, was.Image.Text, x.Image.Repository, x.Image.Tag, x.Image.Digest, p.versions[ref], want, err)
		}
		if x.Image.Tag != p.versions[ref] {
			return "pinned, with the reason why the tag stays", ""
		}
		return "pinned", ""
	}
	for _, d := range fixed.Left.Diagnostics {
		if _, why, ok := strings.Cut(d.Message, "; not pinned: "); ok && d.Span == x.Image.Span {
			reason = cmp.Or(reason, why)
		}
	}
	line := text.NewLineIndex(fixed.After).Position(x.Image.Span.Start).Line
	for _, r := range fixed.Refused {
		if r.Line == line {
			reason = cmp.Or(reason, r.Reason)
		}
	}
	if x.Kind == facts.SyntaxSite {
		reason = "another program would read the file: only with --unsafe"
	}
	if reason == "" && fixed.Left.Held != "" {
		reason = "the file is generated"
	}
	if reason = cmp.Or(reason, x.Refusal); reason == "" {
		t.Errorf("%s:%d: %s is neither pinned, nor is there a reason", file, line, x.Image.Text)
	}
	return "refused", reason
}

// withoutQuotes takes out of a reason what differs from file to file.
func withoutQuotes(reason string) string {
	var kept []string
	for i, part := range strings.Split(reason, `"`) {
		if i%2 == 0 {
			kept = append(kept, part)
		}
	}
	return strings.TrimSpace(strings.Join(kept, "..."))
}

// kindOf names a kind of site.
func kindOf(k facts.SiteKind) string {
	switch k {
	case facts.FromSite:
		return "FROM"
	case facts.CopySite:
		return "COPY --from"
	case facts.MountSite:
		return "RUN --mount"
	case facts.SyntaxSite:
		return "# syntax="
	case facts.ServiceSite:
		return "image"
	case facts.ArgumentSite:
		return "build.args"
	case facts.VolumeSite:
		return "volumes"
	case facts.ContextSite:
		return "additional_contexts"
	}
	return fmt.Sprint(k)
}
