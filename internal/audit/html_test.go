package audit_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/dockmend/dockmend/internal/audit"
	"github.com/dockmend/dockmend/internal/cli"
	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
	"github.com/dockmend/dockmend/internal/lint"
)

// reportOf is a report of records, as another program could have written it.
func reportOf(tb testing.TB, records []audit.Record) *audit.Report {
	tb.Helper()
	r, err := readReport(records)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func readReport(records []audit.Record) (*audit.Report, error) {
	src, err := json.Marshal(struct {
		audit.Header
		Records []audit.Record `json:"repositories"`
	}{audit.Header{
		Version: 1, Kind: "dockmend audit", AsOf: day, Of: "organisation acme", Shard: &audit.Shard{Number: 1, Of: 1}, Tool: audit.Tool{Name: "dockmend", Version: "1"},
	}, records})
	if err != nil {
		return nil, err
	}
	// The header is read before the list of repositories.
	_, fields, _ := bytes.Cut(src, []byte("{"))
	return audit.Merge([]string{"one"}, []audit.Open{opens("{" + string(fields))})
}

// page is what a browser sees of a page.
type page struct {
	articles int
	text     strings.Builder
	// odd are elements and attributes that the page does not have by itself.
	odd []string
}

// parsed reads a page with the parser of browsers.
func parsed(src string) (*page, error) {
	root, err := html.Parse(strings.NewReader(src))
	if err != nil {
		return nil, err
	}
	p := &page{}
	known := strings.Fields("html head meta title style body a header h1 h2 h3 p nav ul ol li main section div table thead tbody tr th td caption span " +
		"details summary figure figcaption svg line text polyline circle rect form label input select option button article pre code footer script")
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		switch n.Type {
		case html.ElementNode:
			if !slices.Contains(known, n.Data) {
				p.odd = append(p.odd, n.Data)
			}
			if n.Data == "article" {
				p.articles++
			}
			for _, a := range n.Attr {
				url := strings.ToLower(strings.TrimSpace(a.Val))
				isLink := strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "#")
				switch {
				case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "src", a.Key == "srcset", a.Key == "action", a.Key == "href" && !isLink:
					p.odd = append(p.odd, fmt.Sprintf("%s %s=%q", n.Data, a.Key, a.Val))
				}
			}
		case html.TextNode:
			p.text.WriteString(n.Data)
		default:
		}
		for c := range n.ChildNodes() {
			walk(c)
		}
	}
	walk(root)
	return p, nil
}

const maxPage = 15 << 20

// holdsUp checks what is true of each page, whatever it is of.
func holdsUp(src string) (*page, error) {
	p, err := parsed(src)
	switch {
	case err != nil:
		return nil, err
	case len(p.odd) > 0:
		return nil, fmt.Errorf("it has %q", p.odd[:min(len(p.odd), 5)])
	case len(src) > maxPage:
		return nil, fmt.Errorf("it has %d bytes", len(src))
	case strings.Count(src, "<script>") != 1 || strings.Count(src, "<style>") != 1:
		return nil, errors.New("it has other scripts or styles")
	}
	for _, r := range src {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200b {
			return nil, fmt.Errorf("it has the character %U", r)
		}
	}
	for _, x := range []string{"script", "style"} {
		_, rest, _ := strings.Cut(src, "<"+x+">")
		body, _, _ := strings.Cut(rest, "</"+x+">")
		sum := sha256.Sum256([]byte(body))
		if want := x + "-src &#39;sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "&#39;"; !strings.Contains(html.UnescapeString(src[:2000]), html.UnescapeString(want)) {
			return nil, fmt.Errorf("its policy does not allow its own %s", x)
		}
	}
	return p, nil
}

// attacked is a record with an attack wherever a text of a repository is.
func attacked(attack string) audit.Record {
	return audit.Record{
		Repository: "acme/" + attack, URL: attack, Branch: attack, Commit: attack, State: audit.Incomplete, Reason: attack, Files: 1, Refused: []string{attack},
		Problems: []lint.Problem{{File: attack, Message: attack}},
		Images:   []audit.Image{{Ref: attack, Registry: attack, Repository: attack, Tag: attack, Digest: attack, File: attack, EndOfSupport: attack, Ended: true}},
		Findings: []audit.Finding{{
			Rule: attack, Variant: attack, Category: attack, Severity: lint.Error, File: attack, Line: 1, Message: attack, Fingerprint: attack, Fix: "--- a\n+++ b\n@@ -1 +1 @@\n-" + attack + "\n+" + attack,
			Fixable: true, Owners: []string{attack, "@a"}, Since: attack, New: true, Because: attack,
		}},
	}
}

func attacks() []string {
	return []string{
		"</script><script>alert(1)</script>", "</style><img src=x onerror=alert(1)>", `" onmouseover="alert(1)`, "' x='", "javascript:alert(1)", "JaVaScRiPt:alert(1)",
		"data:text/html,<script>alert(1)</script>", "https://a.example/\" onclick=\"x", "--><!--", "<![CDATA[", "]]>", "{{.}}", "${x}", "`", "\u202e\u2066\u200b\u2028",
		"\x00\x01\x1b[2J\x7f\u0080\u009b", "\xff\xfe", "&lt;script&gt;", "&#x3c;script&#x3e;", "=cmd|' /C calc'!A0", strings.Repeat("x", 1<<20), strings.Repeat("<", 1<<18), "", " ",
		"</textarea></title></pre></table></svg><script>", "<base href=//evil.example>", "<meta http-equiv=refresh content=0>", "__proto__", "constructor",
	}
}

func TestHostilePages(t *testing.T) {
	for _, attack := range attacks() {
		r := reportOf(t, []audit.Record{attacked(attack), {Repository: "acme/\U0010FFFF", State: audit.Audited}})
		p, err := holdsUp(written(t, r, "html"))
		if err != nil {
			t.Errorf("%.60q: %v", attack, err)
			continue
		}
		if p.articles != 1 {
			t.Errorf("%.60q: %d findings", attack, p.articles)
		}
	}
}

func FuzzPage(f *testing.F) {
	for _, attack := range attacks() {
		if len(attack) < 1000 {
			f.Add(attack, "error")
		}
	}
	f.Fuzz(func(t *testing.T, attack, severity string) {
		record := attacked(attack)
		if x, err := lint.ParseSeverity(severity); err == nil {
			record.Findings[0].Severity = x
		}
		r, err := readReport([]audit.Record{record})
		if err != nil {
			return
		}
		if _, err := holdsUp(written(t, r, "html")); err != nil {
			t.Errorf("%q: %v", attack, err)
		}
	})
}

// organised are many repositories with findings that say what they are.
func organised(repositories, findings int) []audit.Record {
	severities := []lint.Severity{lint.Style, lint.Info, lint.Warning, lint.Error}
	rules := []string{"latest-tag", "final-user-root", "hardcoded-secret", "shell-form-command", "image-end-of-support"}
	images := []string{"python", "node", "debian", "alpine", "postgres"}
	all := make([]audit.Record, repositories)
	for i := range all {
		all[i] = audit.Record{
			Repository: fmt.Sprintf("acme/service-%05d", i), URL: fmt.Sprintf("https://github.com/acme/service-%05d", i), Branch: "main",
			Commit: strings.Repeat("0123456789abcdef", 3)[:40], State: audit.Audited, Files: 3,
			Images: []audit.Image{{
				Ref: images[i%5] + ":3.8", Registry: "docker.io", Repository: "library/" + images[i%5], Tag: fmt.Sprintf("3.%d", i%12), File: "Dockerfile", Line: 1,
				EndOfSupport: "2024-10-07", Ended: i%12 < 6,
			}},
		}
	}
	for i := range findings {
		r := &all[i%repositories]
		r.Findings = append(r.Findings, audit.Finding{
			Rule: rules[i%5], Category: "security", Severity: severities[i*7919%97%4], File: fmt.Sprintf("services/part-%d/Dockerfile", i%7), Line: i%90 + 1,
			Message:     fmt.Sprintf(`finding %d: base image "python" has no tag, so builds are not reproducible; pin a version, such as python:3.14-slim`, i),
			Fingerprint: fmt.Sprintf("dockmend/v1:%032x", i), Fixable: i%3 == 0, Owners: []string{fmt.Sprintf("@acme/team-%02d", i%23)}, Since: "2026-10-05", New: i%11 == 0,
			Fix: map[bool]string{true: "--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1,2 +1,2 @@\n-FROM python\n+FROM python:3.14-slim\n RUN pip install x\n"}[i%3 == 0],
		})
	}
	return all
}

// A page has all that fits, else the worst, and says so.
func TestLargePages(t *testing.T) {
	for _, x := range []struct {
		repositories, findings, want int
		pad                          string
	}{{5000, 10_000, 10_000, ""}, {3, 20_000, 10_000, ""}, {700, 3_000, 0, strings.Repeat("<&>", 600)}} {
		records := organised(x.repositories, x.findings)
		errorsThere := 0
		for i := range records {
			for k := range records[i].Findings {
				records[i].Findings[k].Message += x.pad
				if records[i].Findings[k].Severity == lint.Error {
					errorsThere++
				}
			}
		}
		begin := time.Now()
		src := written(t, reportOf(t, records), "html")
		t.Logf("%d findings of %d repositories: %.1f MB in %v", x.findings, x.repositories, float64(len(src))/1e6, time.Since(begin))
		p, err := holdsUp(src)
		if err != nil {
			t.Fatal(err)
		}
		if x.want > 0 && p.articles != x.want {
			t.Errorf("%d findings on the page, want %d", p.articles, x.want)
		}
		if says := strings.Contains(src, fmt.Sprintf("These are the worst %d of %d findings", p.articles, x.findings)); says != (p.articles < x.findings) {
			t.Errorf("it has %d of %d findings, and says so: %v", p.articles, x.findings, says)
		}
		if n := strings.Count(src, `<article class="error"`); n != min(errorsThere, p.articles) {
			t.Errorf("%d errors of %d are on the page of %d findings", n, errorsThere, p.articles)
		}
		if x.pad == "" && x.repositories > 3 {
			keep(t, "large", src)
		}
	}
}

// keep writes a page for make pages, which looks at it with a browser.
func keep(t *testing.T, name, src string) {
	t.Helper()
	if dir := os.Getenv("DOCKMEND_PAGES"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".html"), []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// seen is what lint says of a repository: how many findings by severity, and which.
type seen struct {
	severity map[string]int
	fixable  int
	prints   map[string]int
}

// linted runs dockmend lint on files, which knows nothing of audits.
func linted(t *testing.T, content map[string]string, day string) *seen {
	t.Helper()
	dir := t.TempDir()
	for name, text := range content {
		target, isLink := strings.CutPrefix(name, "120000 ")
		file := filepath.Join(dir, filepath.FromSlash(target))
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		var err error
		if isLink {
			err = os.Symlink(text, file)
		} else {
			err = os.WriteFile(file, []byte(text), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var out, log bytes.Buffer
	code := cli.Main(t.Context(), []string{"dockmend", "lint", "--as-of", day, "--shellcheck", "off", "--no-gitignore", "--allow-empty", "-o", "json"}, &cli.Env{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &log, Dir: dir, Getenv: func(string) string { return "" }, Now: time.Now,
	})
	var report struct {
		Findings []struct {
			Severity, Fingerprint string
			Suppressed            any
			Fixes                 []struct{ Applicability string }
		}
	}
	if err := json.Unmarshal(out.Bytes(), &report); err != nil || code > 1 {
		t.Fatalf("exit %d: %v\n%s", code, err, log.String())
	}
	s := &seen{severity: map[string]int{}, prints: map[string]int{}}
	for _, f := range report.Findings {
		if f.Suppressed != nil {
			continue
		}
		s.severity[f.Severity]++
		s.prints[f.Fingerprint]++
		for _, fix := range f.Fixes {
			if fix.Applicability != "manual" {
				s.fixable++
				break
			}
		}
	}
	return s
}

// Five audits of repositories that change: the trend of the page is what lint says of each
// repository on each day, to the finding.
func TestTrend(t *testing.T) {
	hub := organisation(t, 10)
	corpora(t, hub)
	for _, name := range []string{"old", "none"} {
		delete(hub.Org.Repos, name)
	}
	days := []string{"2026-12-01", "2026-12-08", "2026-12-15", "2027-01-04", "2027-06-01"}
	changes := []func(i int, files map[string]string){
		func(int, map[string]string) {},
		func(i int, files map[string]string) { // more
			if i%3 == 0 {
				files["new/Dockerfile"] = "FROM python:3.8\nENV API_PASSWORD=kohlrabi7\nCMD python app.py\n"
			}
		},
		func(i int, files map[string]string) { // fewer, and files that move
			if i%2 == 0 {
				maps.DeleteFunc(files, func(name, _ string) bool { return strings.Contains(strings.ToLower(name), "compose") })
			}
			if src, ok := files["new/Dockerfile"]; ok {
				delete(files, "new/Dockerfile")
				files["moved/Dockerfile"] = src
			}
		},
		func(i int, files map[string]string) { // lines that shift, one more finding
			for name, src := range files {
				if strings.HasSuffix(name, "Dockerfile") && i%4 == 1 {
					files[name] = "# a comment\n" + src + "\nENTRYPOINT run me\n"
				}
			}
		},
		func(int, map[string]string) {}, // a day alone
	}
	var want [][]string
	var last string
	before := map[string]*seen{}
	a := newAuditor(t, hub)
	var r *audit.Report
	for k, today := range days {
		total, fresh, gone := &seen{severity: map[string]int{}}, 0, 0
		for i, name := range slices.Sorted(maps.Keys(hub.Org.Repos)) {
			repo := hub.Org.Repos[name]
			repo.Files = maps.Clone(repo.Files)
			changes[k](i, repo.Files)
			repo.Commit = fakehub.CommitName(fmt.Sprint(name, k))
			now := linted(t, repo.Files, today)
			for severity, n := range now.severity {
				total.severity[severity] += n
			}
			total.fixable += now.fixable
			if old := before[name]; old != nil {
				for p, n := range now.prints {
					fresh += max(n-old.prints[p], 0)
				}
				for p, n := range old.prints {
					gone += max(n-now.prints[p], 0)
				}
			}
			before[name] = now
		}
		row := []string{today}
		for _, n := range []int{total.severity["error"], total.severity["warning"], total.severity["info"], total.severity["style"], fresh, gone, total.fixable} {
			row = append(row, fmt.Sprint(n))
		}
		want = append(want, row)
		a.day = today
		r = a.must()
		if last == "" {
			r.Begin()
		} else if err := r.Compare("before", opens(last)); err != nil {
			t.Fatal(err)
		}
		last = written(t, r, "json")
	}
	src := written(t, r, "html")
	keep(t, "trend", src)
	if _, err := holdsUp(src); err != nil {
		t.Error(err)
	}
	_, rest, _ := strings.Cut(src, "Numbers of the trend</summary>")
	rest, _, _ = strings.Cut(rest, "</details>")
	var got [][]string
	for _, row := range regexp.MustCompile(`<tr><th scope="row">.*</tr>`).FindAllString(rest, -1) {
		var cells []string
		for _, cell := range regexp.MustCompile(`>([^<>]+)</t[hd]>`).FindAllStringSubmatch(row, -1) {
			cells = append(cells, cell[1])
		}
		got = append(got, cells[:8])
	}
	t.Logf("day, error, warning, info, style, new, gone, fixable of %d repositories:\n%v", len(hub.Org.Repos), want)
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("the page has\n%v, lint says\n%v", got, want)
	}
}
