package cli_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	imagename "github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dockmend/dockmend/internal/buildcontext"
	"github.com/dockmend/dockmend/internal/cli"
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/project"
	"github.com/dockmend/dockmend/internal/resolve"
	"github.com/dockmend/dockmend/internal/resolve/fakeregistry"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// projects is a folder with further projects to pin.
var projects = flag.String("projects", "", "a `folder` of projects for TestFixOnlinePinsEveryReference, each a folder of its own") //nolint:gochecknoglobals // a flag of go test

// online runs a command in a folder, with the test's Internet.
func online(t *testing.T, n *fakeregistry.Internet, dir string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	empty := t.TempDir()
	t.Setenv("HOME", empty)
	t.Setenv("DOCKER_CONFIG", empty)
	var out, errs bytes.Buffer
	env := &cli.Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Getenv: n.Getenv, Dir: dir, ShellCheck: "no-such-program"}
	code = cli.Main(t.Context(), append([]string{"dockmend"}, args...), env)
	return code, out.String(), errs.String()
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// site is a place that names an image, as the file has it.
type site struct {
	file string
	line int
	facts.ImageSite
}

// sitesBelow finds all references of the Dockerfiles and Compose files below a
// folder.
func sitesBelow(t *testing.T, dir string) []site {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = root.Close() }()
	var all []site
	err = filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		lower := strings.ToLower(d.Name())
		isCompose := strings.Contains(lower, "compose") && strings.Contains(filepath.Ext(lower), "y")
		if err != nil || !d.Type().IsRegular() || !isCompose && !strings.Contains(lower, "dockerfile") {
			return err
		}
		src, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, file)
		name = filepath.ToSlash(name)
		lines := text.NewLineIndex(src)
		sites := facts.NewDockerfile(dockerfile.ParseIndexed(src, lines)).ImageSites
		if isCompose {
			doc := facts.NewCompose(compose.Parse(src, lines))
			doc.Name = name
			around := facts.NewProject(buildcontext.New(project.New(project.Disk(root), nil), name))
			sites = func() []facts.ImageSite {
				list := slices.Clone(around.ImageSites(doc))
				for i, x := range list {
					list[i].Refusal = cmp.Or(x.Refusal, around.BuiltNear(doc, x))
				}
				return list
			}
		}
		for _, x := range sites() {
			all = append(all, site{name, lines.Position(x.Image.Span.Start).Line, x})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// publish puts an image for each reference into its registry, under the tag that
// is asked for and under that of its version.
func publish(t *testing.T, n *fakeregistry.Internet, sites []site) {
	t.Helper()
	done := map[string]bool{}
	for _, x := range sites {
		ref := x.Reference()
		if done[ref] || x.Local || strings.HasPrefix(x.Image.Name(), "nobody/") {
			continue
		}
		done[ref] = true
		if _, err := imagename.ParseReference(ref); err != nil {
			continue // of a template, and no name
		}
		name, tag := ref, x.Image.Tag
		if tag != "" {
			name = strings.TrimSuffix(ref, ":"+tag)
		}
		version, variant, _ := strings.Cut(tag, "-")
		switch {
		case tag == "" || tag == "latest" || version == "stable":
			version = "1.2.3"
		case (version[0] < '0' || version[0] > '9') && strings.ContainsAny(tag, "0123456789"):
			version, variant = tag, "" // says a version in a way of its own
		case version[0] < '0' || version[0] > '9':
			version, variant = "1.2.3", tag
		default:
			for strings.Count(version, ".") < 2 {
				version += ".9"
			}
		}
		if variant != "" {
			version += "-" + variant
		}
		index := fakeregistry.Index(t, v1.Config{Env: []string{"REF=" + ref}}, "linux/amd64", "linux/arm64")
		n.Push(t, index, ref, name+":"+version)
	}
}

// TestFixOnlinePinsEveryReference shows that every reference ends with the
// digest that its registry has, or with a reason why not, and that each fix was
// proved to be no more than a pin: in a project that has every form, in each of those
// that -projects names, and in the smaller ones of DOCKMEND_LABELLED.
func TestFixOnlinePinsEveryReference(t *testing.T) {
	t.Run("own", func(t *testing.T) {
		archive, err := txtar.ParseFile("../../testdata/online/project.txtar")
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		for _, f := range archive.Files {
			write(t, dir, f.Name, string(f.Data))
		}
		outcomes, effects := pinAll(t, dir)
		if outcomes["pinned"] == 0 {
			t.Error("nothing was pinned")
		}
		if effects["source"] == 0 || effects["repin"] == 0 {
			t.Errorf("effects %v, want both pins that keep the tag and others", effects)
		}
	})
	folder, most := *projects, math.MaxInt
	if labelled := os.Getenv("DOCKMEND_LABELLED"); folder == "" && labelled != "" && !testing.Short() {
		folder, most = labelled, 20 // what takes half a minute
	}
	if folder == "" {
		return
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		of := filepath.Join(folder, e.Name())
		if sites := sitesBelow(t, of); len(sites) == 0 || len(sites) > most {
			continue
		}
		t.Run(e.Name(), func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(of)); err != nil {
				t.Fatal(err)
			}
			pinAll(t, dir)
		})
	}
}

// pinRules are those that pin, so that the lines of the files stay where they are.
const pinRules = "image-not-pinned-by-digest,untagged-image,latest-tag,copy-from-image-not-pinned,compose-image-not-pinned,compose-image-not-pinned-by-digest"

// pinAll pins the references of a project, and counts what became of them and what the
// fixes were proved to do.
func pinAll(t *testing.T, dir string) (outcomes, effects map[string]int) {
	t.Helper()
	n := fakeregistry.New(t)
	write(t, dir, ".dockmend.yaml", "pin: {mode: version+digest}\n")
	before := sitesBelow(t, dir)
	if len(before) == 0 {
		t.Fatal("no reference to pin")
	}
	publish(t, n, before)

	code, stdout, stderr := online(t, n, dir, "fix", "--online", "--select", pinRules, "--fail-on", "never")
	if code != 0 {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	effects = effectsOf(stdout)
	reasons := reasonsOf(t, n, dir, stdout+stderr)
	asked := resolverFor(t, n)

	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	outcomes = map[string]int{}
	after := sitesBelow(t, dir)
	if len(after) != len(before) {
		t.Fatalf("%d references, and %d after the fixes", len(before), len(after))
	}
	for i, x := range after {
		was := before[i]
		outcome := "pinned"
		reason := reasons[fmt.Sprintf("%s:%d", x.file, x.line)]
		if reason == "" {
			reason = cmp.Or(x.Refusal, reasons[x.file]) // of a name that is silently taken for something else, or of the file
		}
		switch {
		case x.Image.Digest == "" && reason == "" && x.Kind != facts.SyntaxSite:
			t.Errorf("%s:%d: %s is neither pinned, nor is there a reason", x.file, x.line, x.Image.Text)
		case x.Image.Digest == "":
			outcome = "refused"
			if x.Kind == facts.SyntaxSite {
				reason = "only with --unsafe: another program would read the file"
			}
		case was.Image.Digest != "":
			outcome, reason = "kept", "it has a digest"
		default:
			want, err := asked.Digest(was.Reference())
			if err != nil || want != x.Image.Digest {
				t.Errorf("%s:%d: %s is pinned to %s, but the registry has %s, %v", x.file, x.line, was.Image.Text, x.Image.Digest, want, err)
			}
			reason = x.Image.Tag
		}
		outcomes[outcome]++
		_, _ = fmt.Fprintf(table, "%s:%d\t%s\t%s\t%s\n", x.file, x.line, was.Image.Raw, outcome, reason)
	}
	_ = table.Flush()
	t.Logf("%d references: %v; effects %v; %d requests\n%s", len(after), outcomes, effects, len(n.Requests()), b.String())
	for effect := range effects {
		if effect != "source" && effect != "repin" {
			t.Errorf("a pin with the effect %s", effect)
		}
	}
	for _, q := range n.Requests() {
		tag := strings.Contains(q.Path, "/manifests/") && !strings.Contains(q.Path, "sha256:")
		if tag && q.Method != http.MethodHead || q.Authorization != "" {
			t.Errorf("request %s", q)
		}
		if host := strings.TrimPrefix(q.Host, "index."); !slices.Contains(resolve.Registries(), host) {
			t.Errorf("%s was asked, which nobody allowed: %s", host, q)
		}
	}

	// What is done stays done.
	if code, stdout, _ := online(t, n, dir, "fix", "--online", "--select", pinRules, "--fail-on", "never", "--diff"); code != 0 || stdout != "" {
		t.Errorf("a second run: exit code %d\n%s", code, stdout)
	}
	return outcomes, effects
}

// effectsOf counts the effects that the fixes were proved to have.
func effectsOf(stdout string) map[string]int {
	effects := map[string]int{}
	for line := range strings.Lines(stdout) {
		for _, effect := range []lint.Effect{lint.EffectNone, lint.EffectConfig, lint.EffectSource, lint.EffectRepin, lint.EffectGraph, lint.EffectUnknown} {
			if strings.Contains(line, ": "+effect.Words(lint.TargetDockerfile)+":") {
				effects[effect.String()]++
			}
		}
	}
	return effects
}

// reasonsOf lists why references are not pinned, by file and line, and of a whole file by
// its name: what the run says of them and of their files. fixed is what fix printed.
func reasonsOf(t *testing.T, n *fakeregistry.Internet, dir, fixed string) map[string]string {
	t.Helper()
	reasons := map[string]string{}
	for _, line := range notes.FindAllStringSubmatch(fixed, -1) {
		reasons[line[1]] = line[2]
	}
	_, listed, _ := online(t, n, dir, "lint", "--list-files")
	for _, line := range skips.FindAllStringSubmatch(listed, -1) {
		reasons[line[1]+line[3]] = "not linted: " + line[2] + line[4]
	}
	_, stdout, stderr := online(t, n, dir, "lint", "--online", "--prove", "--select", pinRules+",syntax-error", "-o", "json")
	var report struct {
		Findings []struct {
			Rule, File, Message string
			Line                int
			Suppressed          *struct{ Reason, Kind string }
			Fixes               []struct {
				Effect       string
				ProofDetails []string `json:"proof_details"`
			}
		}
	}
	if err := json.Unmarshal([]byte(stdout), &report); err != nil {
		t.Fatalf("%v\n%s%s", err, stdout, stderr)
	}
	for _, f := range report.Findings {
		at := fmt.Sprintf("%s:%d", f.File, f.Line)
		_, reason, _ := strings.Cut(f.Message, "; not pinned: ")
		switch {
		case reason != "":
			reasons[at] = reason
		case f.Rule == "syntax-error":
			reasons[f.File] = "syntax error: " + f.Message
		case f.Suppressed != nil:
			reasons[at] = "a comment suppresses the finding"
		case len(f.Fixes) > 0 && f.Fixes[0].Effect == lint.EffectUnknown.String():
			reasons[at] = "no proof: " + strings.Join(f.Fixes[0].ProofDetails, ", ")
		}
	}
	return reasons
}

// notes are the files that fix leaves as they are, skips those that no rule reads, or only
// one that says so.
var (
	notes = regexp.MustCompile(`(?m)^note: (.+): not fixed: (.+)$`)
	skips = regexp.MustCompile(`(?m)^(?:skip +(\S+) +(.+)|lint +(\S+) +(\w+ template))$`)
)

func resolverFor(t *testing.T, n *fakeregistry.Internet) *resolve.Resolver {
	t.Helper()
	r, err := resolve.New(t.Context(), resolve.Options{Getenv: n.Getenv})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

func TestOnlineFailuresEndInExitCode3(t *testing.T) {
	n := fakeregistry.New(t)
	n.Hook("quay.io", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	dir := t.TempDir()
	write(t, dir, "Dockerfile", "FROM quay.io/team/app\n")
	for _, command := range []string{"lint", "fix"} {
		code, stdout, _ := online(t, n, dir, command, "--online", "--select", "untagged-image", "--fail-on", "never")
		if code != 3 || !strings.Contains(stdout, "look-up failed: quay.io/team/app:latest: quay.io limits the number of requests (429)") {
			t.Errorf("%s: exit code %d\n%s", command, code, stdout)
		}
	}
	// Without the flag nobody is asked, and nothing is open.
	n.Forget()
	if code, stdout, _ := online(t, n, dir, "lint", "--select", "untagged-image", "--fail-on", "never"); code != 0 || len(n.Requests()) > 0 {
		t.Errorf("offline: exit code %d, requests %v\n%s", code, n.Requests(), stdout)
	}
}

func TestOnlineRegistryAndStats(t *testing.T) {
	n := fakeregistry.New(t)
	n.Push(t, fakeregistry.Index(t, v1.Config{}, "linux/amd64"), n.Loopback+"/team/app:1.2.3", n.Loopback+"/team/app:latest")
	dir := t.TempDir()
	write(t, dir, "Dockerfile", "FROM "+n.Loopback+"/team/app\n")
	_, stdout, _ := online(t, n, dir, "fix", "--online", "--select", "untagged-image", "--unsafe", "--diff")
	if len(n.Requests()) > 0 || stdout != "" {
		t.Errorf("a registry that nobody allowed was asked: %v\n%s", n.Requests(), stdout)
	}
	_, stdout, stderr := online(t, n, dir, "fix", "--online", "--online-registry", n.Loopback, "--select", "untagged-image", "--unsafe", "--diff")
	if !strings.Contains(stdout, "+FROM "+n.Loopback+"/team/app:1.2.3\n") || !strings.Contains(stdout, "same image under another name") {
		t.Errorf("%s%s", stdout, stderr)
	}
	_, _, stderr = online(t, n, dir, "lint", "--online", "--online-registry", n.Loopback, "--select", "untagged-image", "--stats")
	if strings.Contains(stderr, "look-ups 0") || !strings.Contains(stderr, ", tags tried for versions 1 of 200;") {
		t.Errorf("stats: %s", stderr)
	}
}

// TestStatsCountTheBounds: at most 20 tags are tried for a reference and 200 in a
// run, and the statistics say so where that was not enough.
func TestStatsCountTheBounds(t *testing.T) {
	n := fakeregistry.New(t)
	moving, versions := fakeregistry.Index(t, v1.Config{User: "other"}, "linux/amd64"), fakeregistry.Index(t, v1.Config{}, "linux/amd64")
	services := "services:\n"
	for i := range 11 {
		image := fmt.Sprintf("team/app%d", i)
		services += fmt.Sprintf("  s%d:\n    image: %s\n", i, image)
		n.Push(t, moving, image+":latest")
		for v := range 21 {
			n.Push(t, versions, fmt.Sprintf("%s:1.%d.0", image, v))
		}
	}
	dir := t.TempDir()
	write(t, dir, "compose.yaml", services)
	_, stdout, stderr := online(t, n, dir, "lint", "--online", "--select", "compose-image-not-pinned", "--stats")
	if !strings.Contains(stderr, ", tags tried for versions 200 of 200 (searches that stopped at a limit: 11);") {
		t.Errorf("stats: %s", stderr)
	}
	for reason, want := range map[string]int{`no version tag names the same image as "latest" among the first 20 that were tried`: 10, "more than 200 tags would have to be tried in this run": 1} {
		if got := strings.Count(stdout, "; not pinned: "+reason); got != want {
			t.Errorf("%d times %q, want %d\n%s", got, reason, want, stdout)
		}
	}
}

func TestOnlineProof(t *testing.T) {
	n := fakeregistry.New(t)
	n.Push(t, fakeregistry.Index(t, v1.Config{}, "linux/amd64"), "python:latest", "python:3.14.1")
	dir := t.TempDir()
	write(t, dir, "Dockerfile", "FROM python\n")
	write(t, dir, ".dockmend.yaml", "pin: {mode: version, cooldown-days: 3}\n")
	_, stdout, _ := online(t, n, dir, "lint", "--online", "--prove", "--select", "untagged-image", "-o", "json", "-o", "text=report")
	for _, want := range []string{`"proof": "passed"`, `"effect": "repin"`, `"applicability": "safe"`, `"max_effect": "repin"`} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %s in\n%s", want, stdout)
		}
	}
	if text, err := os.ReadFile(filepath.Join(dir, "report")); err != nil || !strings.Contains(string(text), "pin.cooldown-days has no effect") {
		t.Errorf("%s, %v", text, err)
	}
	_, stdout, _ = online(t, n, dir, "fix", "--select", "untagged-image")
	if !strings.Contains(stdout, "nothing was pinned; pass --online") {
		t.Error(stdout)
	}
}

func TestRefreshIsUnsafeUnlessAsked(t *testing.T) {
	n := fakeregistry.New(t)
	old := n.Push(t, fakeregistry.Index(t, v1.Config{User: "old"}, "linux/amd64"), "python:3.13")
	now := n.Push(t, fakeregistry.Index(t, v1.Config{User: "new"}, "linux/amd64"), "python:3.13")
	dir := t.TempDir()
	write(t, dir, "Dockerfile", "FROM python:3.13@"+old+"\n")
	fix := func(args ...string) string {
		_, stdout, stderr := online(t, n, dir, append([]string{"fix", "--online", "--select", "image-digest-outdated", "--diff"}, args...)...)
		return stdout + stderr
	}
	if got := fix(); strings.Contains(got, now) {
		t.Errorf("a refresh without being asked for:\n%s", got)
	}
	if got := fix("--unsafe"); !strings.Contains(got, "+FROM python:3.13@"+now+"\n") || !strings.Contains(got, "same image under another name") {
		t.Error(got)
	}
	write(t, dir, ".dockmend.yaml", "pin: {refresh: true}\n")
	if got := fix(); !strings.Contains(got, "+FROM python:3.13@"+now+"\n") {
		t.Errorf("pin.refresh: %s", got)
	}
	if got := slices.Sorted(maps.Keys(effectsOf(fix()))); !slices.Equal(got, []string{"repin"}) {
		t.Error(got)
	}
}

func TestRefreshOfComposeImages(t *testing.T) {
	n := fakeregistry.New(t)
	old := n.Push(t, fakeregistry.Index(t, v1.Config{User: "old"}, "linux/amd64"), "redis:8", "python:3.13")
	now := n.Push(t, fakeregistry.Index(t, v1.Config{User: "new"}, "linux/amd64"), "redis:8", "python:3.13")
	dir := t.TempDir()
	write(t, dir, "compose.yaml", "services:\n  cache:\n    image: redis:${REDIS:-8@"+old+"}\n  app:\n    build:\n      context: .\n      args: {PYTHON: 3.13@"+old+"}\n")
	write(t, dir, "Dockerfile", "ARG PYTHON=3.13\nFROM python:$PYTHON\n")
	fix := func(args ...string) string {
		_, stdout, stderr := online(t, n, dir, append([]string{"fix", "--online", "--select", "compose-image-digest-outdated", "--diff"}, args...)...)
		return stdout + stderr
	}
	if got := fix(); strings.Contains(got, "@"+now) {
		t.Errorf("a refresh without being asked for:\n%s", got)
	}
	if got := fix("--unsafe"); strings.Count(got, now) == 0 || !strings.Contains(got, "same image under another name") {
		t.Error(got)
	}
	write(t, dir, ".dockmend.yaml", "pin: {refresh: true}\n")
	got := fix()
	for _, want := range []string{"+    image: redis:${REDIS:-8@" + now + "}\n", "+      args: {PYTHON: 3.13@" + now + "}\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if effects := effectsOf(got); effects["repin"] != 2 || len(effects) != 1 {
		t.Errorf("%v\n%s", effects, got)
	}
}

func TestOfflineRulesAreSkippedOnce(t *testing.T) {
	n := fakeregistry.New(t)
	dir := t.TempDir()
	pinned := "FROM python:3.13@sha256:" + strings.Repeat("1", 64) + "\n"
	write(t, dir, "a/Dockerfile", pinned)
	write(t, dir, "b/Dockerfile", pinned)
	_, stdout, _ := online(t, n, dir, "lint", "-o", "json")
	if got := strings.Count(stdout, `"needs --online"`); got != 1 || !strings.Contains(stdout, `"rule": "image-digest-outdated"`) {
		t.Errorf("%d skipped\n%s", got, stdout)
	}
}

// What stands before an @ that no digest follows may be a password: no host is
// asked for it, in any kind of file, and no line of the output has it.
func TestCredentialsInAReferenceReachNobody(t *testing.T) {
	for _, ref := range []string{
		"user:hunter2@ghcr.io/team/app:1", "user:hunter2@127.0.0.1:5000/x", "hunter2@ghcr.io/team/app", "hunter2@localhost", "hunter2@localhost:5000", "https://user:hunter2@ghcr.io/x",
		"user:hunter2@ghcr.io/x:1@sha256:" + strings.Repeat("a", 64), "hunter2/x@ghcr.io",
	} {
		dir := t.TempDir()
		write(t, dir, "Dockerfile", "# syntax="+ref+"\nARG BASE="+ref+"\nFROM "+ref+" AS a\nFROM ${BASE}\nCOPY --from="+ref+" /a /b\nUSER app\nCMD [\"x\"]\n")
		write(t, dir, "compose.yaml", "services:\n  a:\n    image: "+ref+"\n    depends_on: {b: {condition: service_healthy}}\n  b:\n    image: "+ref+"\n")
		write(t, dir, ".dockmend.yaml", "pin: {mode: version+digest}\n")
		for _, args := range [][]string{{"lint", "--online", "--preset", "strict"}, {"fix", "--online", "--diff", "--unsafe"}, {"audit", "--online"}} {
			n := fakeregistry.New(t)
			_, _, stderr := online(t, n, dir, args...)
			for _, q := range n.Requests() {
				t.Errorf("%s %q: a request was made: %s", args[0], ref, q)
			}
			if strings.Contains(stderr, "hunter2") && args[0] != "fix" {
				t.Errorf("%s %q: %s", args[0], ref, stderr)
			}
		}
	}
}
