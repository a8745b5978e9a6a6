//go:build e2e

package e2e

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	pixels "image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dockmend/dockmend/internal/cli"
	filetree "github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
	"github.com/dockmend/dockmend/internal/resolve/fakeregistry"
)

// pictures is where the README has its pictures: make pictures.
var pictures = flag.String("pictures", "", "a `folder` for the pictures of TestPictures, which throws them away else") //nolint:gochecknoglobals // a flag of go test

// TestPictures draws what the action writes on a schedule: the description of
// the pull request with fixes, and the report of the audit. Both come from the
// action itself, on a fake GitHub and with fake registries; a browser draws them
// as GitHub would.
func TestPictures(t *testing.T) {
	paint := painter(t)
	archive, err := txtar.ParseFile("testdata/pictures.txtar")
	if err != nil {
		t.Fatal(err)
	}
	hub, internet, dir := fakehub.New(t), fakeregistry.New(t), t.TempDir()
	for _, names := range [][]string{
		{"python:3.14-slim", "python:3.14.1-slim"}, {"node", "node:25.2.1"}, {"nginx:1.29.3-alpine"}, {"busybox:latest", "busybox:1.37.0"},
		{"debian:13", "debian:13.2"}, {"postgres:17", "postgres:17.7"},
	} {
		internet.Push(t, fakeregistry.Index(t, v1.Config{Labels: map[string]string{"of": names[0]}}, "linux/amd64", "linux/arm64"), names...)
	}
	files, before := map[string]string{}, map[string]string{}
	for _, f := range archive.Files {
		if name, ok := strings.CutPrefix(f.Name, "before/"); ok {
			before[name] = string(f.Data)
			continue
		}
		files[f.Name] = string(f.Data)
	}
	repo := hub.NewRepo(files)
	event, summary := filepath.Join(t.TempDir(), "event.json"), filepath.Join(t.TempDir(), "summary")
	run := func(files map[string]string, now time.Time, fixes string) {
		for name, content := range files {
			put(t, filepath.Join(dir, name), content)
		}
		repo.Commit("main", "somebody", files)
		payload, err := json.Marshal(map[string]any{"ref": "refs/heads/main", "repository": map[string]any{"default_branch": "main", "full_name": "Codertocat/Hello-World"}})
		if err != nil {
			t.Fatal(err)
		}
		put(t, event, string(payload))
		put(t, summary, "")
		env := map[string]string{
			"GITHUB_WORKSPACE": dir, "GITHUB_EVENT_NAME": "schedule", "GITHUB_EVENT_PATH": event, "GITHUB_API_URL": hub.URL, "GITHUB_STEP_SUMMARY": summary,
			"GITHUB_REPOSITORY": "Codertocat/Hello-World", "GITHUB_SHA": repo.Tip("main"), "GITHUB_REF": "refs/heads/main", "INPUT_GITHUB-TOKEN": "ghs_example",
			"INPUT_UPLOAD-SARIF": "false", "INPUT_FIX-PR": fixes, "GITHUB_SERVER_URL": "https://github.com",
			"HTTPS_PROXY": internet.Proxy, "SSL_CERT_FILE": internet.CertFile,
		}
		var log bytes.Buffer
		code := cli.Main(t.Context(), []string{"dockmend", "action"}, &cli.Env{
			Stdin: strings.NewReader(""), Stdout: &log, Stderr: &log, Dir: dir, ShellCheck: "is-not-asked",
			Getenv: func(name string) string { return env[name] }, Now: func() time.Time { return now },
		})
		if code != 0 {
			t.Fatalf("exit %d\n%s", code, log.String())
		}
	}
	empty := t.TempDir()
	t.Setenv("HOME", empty)
	t.Setenv("DOCKER_CONFIG", empty)
	first := time.Date(2026, time.November, 2, 5, 17, 0, 0, time.UTC)
	was := maps.Clone(files)
	maps.Copy(was, before)
	run(was, first, "off")
	run(files, first.AddDate(0, 0, 7), "safe")
	report, err := os.ReadFile(summary)
	if err != nil {
		t.Fatal(err)
	}
	if len(repo.Pulls()) != 1 {
		t.Fatal("no pull request was made")
	}
	pull := repo.Pulls()[0]
	paint("fixes", "# "+pull.Title+"\n\n"+pull.Body)
	paint("audit", string(report))
}

// TestPicturesOfAPullRequest draws what the action writes on a pull request that brings
// the example: the comment at the command, and the summary of a job without comments.
func TestPicturesOfAPullRequest(t *testing.T) {
	const base, head, merge = "f95f852bd8fca8fcc58a9a2d6c842781e32a215e", "ec26c3e57ca3a959ca5aad62de7213c562f8c821", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	paint := painter(t)
	dir := t.TempDir()
	files := map[string]string{}
	for _, name := range []string{"Dockerfile", "app.py", "compose.yaml", "requirements.txt", "schema.sql"} {
		src, err := os.ReadFile(filepath.Join("../testdata/example", name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(src)
		put(t, filepath.Join(dir, name), string(src))
	}
	const command, exec = "CMD uvicorn app:app --host 0.0.0.0 --port 8000", `CMD ["uvicorn", "app:app"]`
	was := maps.Clone(files)
	was["Dockerfile"] = strings.Replace(files["Dockerfile"], command, exec, 1)
	event, err := filepath.Abs("../testdata/events/pull_request.json")
	if err != nil {
		t.Fatal(err)
	}
	run := func(review string) (hub *fakehub.Hub, summary string) {
		hub = fakehub.New(t)
		hub.Head, hub.MergeBase = head, base
		hash := filetree.BlobHash([]byte(files["Dockerfile"]), 40)
		patch := fmt.Sprintf("@@ -%d,1 +%[1]d,1 @@\n-%s\n+%s", strings.Count(files["Dockerfile"], "\n"), exec, command)
		if was["Dockerfile"] == "" {
			lines := strings.SplitAfter(strings.TrimSuffix(files["Dockerfile"], "\n"), "\n")
			patch = fmt.Sprintf("@@ -0,0 +1,%d @@\n+%s", len(lines), strings.Join(lines, "+"))
		}
		hub.Changed = []map[string]any{{"filename": "Dockerfile", "status": "modified", "sha": hash, "changes": 1, "patch": patch}}
		hub.Blobs[hash] = files["Dockerfile"]
		hub.Snapshots = map[string]fakehub.Snapshot{
			merge: {Parents: []string{base, head}, Files: func() map[string]string { return files }},
			head:  {Parents: []string{base}, Files: func() map[string]string { return files }},
			base:  {Files: func() map[string]string { return was }},
		}
		file := filepath.Join(t.TempDir(), "summary")
		put(t, file, "")
		env := map[string]string{
			"GITHUB_WORKSPACE": dir, "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": event, "GITHUB_API_URL": hub.URL, "GITHUB_STEP_SUMMARY": file,
			"GITHUB_REPOSITORY": "Codertocat/Hello-World", "GITHUB_SHA": merge, "GITHUB_REF": "refs/pull/2/merge", "INPUT_GITHUB-TOKEN": "ghs_example",
			"INPUT_UPLOAD-SARIF": "false", "INPUT_ONLINE": "false", "INPUT_REVIEW": review, "INPUT_ANNOTATIONS": review, "GITHUB_SERVER_URL": "https://github.com",
		}
		var log bytes.Buffer
		code := cli.Main(t.Context(), []string{"dockmend", "action"}, &cli.Env{
			Stdin: strings.NewReader(""), Stdout: &log, Stderr: &log, Dir: dir, ShellCheck: "is-not-asked",
			Getenv: func(name string) string { return env[name] }, Now: func() time.Time { return time.Date(2026, time.November, 30, 9, 0, 0, 0, time.UTC) },
		})
		if code != 1 {
			t.Fatalf("exit %d\n%s", code, log.String())
		}
		report, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return hub, string(report)
	}
	hub, _ := run("true")
	was["Dockerfile"] = ""
	_, summary := run("false")
	paint("summary", summary)
	for _, thread := range hub.Threads() {
		if body := thread.Comments[0].Body; strings.Contains(body, "```suggestion\nCMD ") {
			paint("comment", asSuggestion(body, files["Dockerfile"], thread.First))
			return
		}
	}
	for _, thread := range hub.Threads() {
		t.Log(thread.Comments[0].Body)
	}
	t.Fatal("no comment suggests another command")
}

// asSuggestion shows a suggestion of one line as GitHub does.
func asSuggestion(body, file string, line int) string {
	was := strings.Split(file, "\n")[line-1]
	before, rest, _ := strings.Cut(body, "```suggestion\n")
	now, after, _ := strings.Cut(rest, "\n```")
	return before + "**Suggested change**\n\n```diff\n- " + was + "\n+ " + now + "\n```" + after
}

func put(t *testing.T, file, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// page has Markdown as GitHub's stylesheet shows it, with one fold of each kind
// open.
const page = `import { marked } from 'marked'
import fs from 'node:fs'
const css = fs.readFileSync('node_modules/github-markdown-css/github-markdown-light.css', 'utf8')
const html = marked.parse(fs.readFileSync(process.argv[2], 'utf8'), {gfm: true})
  .replace(/<details>(<summary>Before and after)/, '<details open>$1').replace(/<details>(<summary>Not wanted)/, '<details open>$1')
fs.writeFileSync(process.argv[3], '<!doctype html><meta charset=utf-8><style>' + css +
  ' body{margin:0;background:#fff} main{max-width:920px;margin:16px auto;border:1px solid #d0d7de;border-radius:6px;padding:16px}</style><main class=markdown-body>' + html + '</main>')
`

// painter returns what draws Markdown; the test is skipped, and says so, where
// there is no browser or no npm.
func painter(t *testing.T) func(name, markdown string) {
	t.Helper()
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("SKIPPED: there is no chromium, so nothing was drawn")
	}
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", dir, "marked@18.2.1", "github-markdown-css@5.9.0").CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: what makes pages of Markdown cannot be installed, so nothing was drawn: %s", out)
	}
	put(t, filepath.Join(dir, "page.mjs"), page)
	to := *pictures
	if to == "" {
		to = t.TempDir()
	}
	return func(name, markdown string) {
		t.Helper()
		md, html, picture := filepath.Join(dir, name+".md"), filepath.Join(dir, name+".html"), filepath.Join(to, name+".png")
		put(t, md, markdown)
		render := exec.CommandContext(t.Context(), "node", "page.mjs", md, html)
		render.Dir = dir
		if out, err := render.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		height := pageHeight(t, browser, dir, html)
		shoot(t, browser, dir, fmt.Sprintf("--window-size=960,%d", height), "--screenshot="+picture, "file://"+html)
		shrink(t, picture)
		info, err := os.Stat(picture)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: 960x%d, %d KB", picture, height, info.Size()/1000)
	}
}

// shrink keeps the 256 colours that a picture has most of, which is plenty for
// text, so that the repository stays small.
func shrink(t *testing.T, file string) {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	full, err := png.Decode(bytes.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	shade := func(c uint32) uint8 { return uint8(c>>10<<2&0xfc) | uint8(c>>14) } // 64 of them
	count := map[color.RGBA]int{}
	few := pixels.NewRGBA(full.Bounds())
	for y := range full.Bounds().Dy() {
		for x := range full.Bounds().Dx() {
			r, g, b, _ := full.At(x, y).RGBA()
			c := color.RGBA{shade(r), shade(g), shade(b), 255}
			few.SetRGBA(x, y, c)
			count[c]++
		}
	}
	common := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), slices.Compare([]uint8{a.R, a.G, a.B}, []uint8{b.R, b.G, b.B}))
	})
	colours := color.Palette{}
	for _, c := range common[:min(len(common), 256)] {
		colours = append(colours, c)
	}
	small := pixels.NewPaletted(full.Bounds(), colours)
	draw.Draw(small, small.Bounds(), few, pixels.Point{}, draw.Src)
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, small); err != nil {
		t.Fatal(err)
	}
	put(t, file, out.String())
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
}

// pageHeight asks the browser how high a page is.
func pageHeight(t *testing.T, browser, dir, html string) (height int) {
	t.Helper()
	src, err := os.ReadFile(html)
	if err != nil {
		t.Fatal(err)
	}
	measured := strings.TrimSuffix(html, ".html") + ".measure.html"
	put(t, measured, string(src)+"<script>document.title = 'height=' + document.documentElement.scrollHeight + ';'</script>")
	dom := shoot(t, browser, dir, "--window-size=960,100", "--dump-dom", "file://"+measured)
	_, rest, _ := strings.Cut(dom, "<title>height=")
	if _, err := fmt.Sscanf(rest, "%d;", &height); err != nil {
		t.Fatalf("the browser does not say how high the page is: %v\n%.300s", err, dom)
	}
	return height
}

// shoot runs the browser, without a network, and returns what it prints.
func shoot(t *testing.T, browser, dir string, args ...string) string {
	t.Helper()
	quiet := []string{
		"--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--hide-scrollbars", "--user-data-dir=" + filepath.Join(dir, "profile"),
	}
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), browser, append(quiet, args...)...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", browser, err, errs.String())
	}
	return out.String()
}
