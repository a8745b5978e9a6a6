package config

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/lint"
)

func TestParseSample(t *testing.T) {
	want := &Config{
		File: "c.yaml", Presets: []string{"recommended", "hardening"}, FailOn: "info", Exclude: []string{"vendor/**", "third_party"},
		Rules: map[string]RuleSetting{
			"latest-tag": {
				Levels: []Level{{Severity: lint.Error, ByID: true}},
				Options: map[string]lint.OptionValue{
					"tags": {List: []string{"latest", "edge"}}, "digests": {}, "limit": {Int: 3}, "registry": {Text: "ghcr.io"},
				},
			},
			"shell-form-command": {Levels: []Level{{Variants: []string{"cmd", "healthcheck"}, Off: true}}},
			"shellcheck-finding": {Levels: []Level{{Variants: []string{"SC2086"}, Severity: lint.Info}}},
		},
		Overrides: []Override{{Paths: []string{"test/**"}, Rules: map[string]RuleSetting{
			"final-user-unset":   {Levels: []Level{{Off: true, ByID: true}}},
			"shell-form-command": {Levels: []Level{{Severity: lint.Style, ByID: true}}},
		}}},
		Registries:  Registries{Trusted: []string{"docker.io", "*.example.com"}},
		Labels:      Labels{Required: map[string]string{"org.opencontainers.image.source": "url"}, Strict: true},
		Fix:         Fix{Unsafe: true, Exclude: []string{"docs"}},
		Pin:         Pin{Mode: "version+digest", Refresh: true, CooldownDays: 7, CooldownExcept: []string{"python", "ghcr.io/a/b"}},
		PullRequest: PullRequest{Branch: "fixes", Base: "main", Labels: []string{}, Assignees: []string{"ann"}, Reviewers: []string{"ben"}, Draft: true},
		Templates:   "lint", Preview: true,
	}
	if diff := cmp.Diff(want, parse(t, sample)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestParseNothing(t *testing.T) {
	for _, src := range []string{"", "# only a comment\n", "---\n", "\ufeff", "rules:\nexclude:\npin:\n"} {
		if diff := cmp.Diff(&Config{File: "c.yaml"}, parse(t, src)); diff != "" {
			t.Errorf("%q: (-want +got)\n%s", src, diff)
		}
	}
}

func TestParseErrors(t *testing.T) {
	tests := []struct{ src, want string }{
		{"rulez: {}\n", `c.yaml:1:1: unknown key "rulez" (did you mean "rules"?)`},
		{"\ufefffix: {unsaf: true}\n", `c.yaml:1:7: unknown key "unsaf" (did you mean "unsafe"?)`},
		{"x: 1\n", `c.yaml:1:1: unknown key "x", want one of presets, extends, fail-on, exclude, rules, overrides, baseline, as-of, registries, labels, fix, pin, pull-request, templates, preview`},
		{"fail-on: warnin\n", `c.yaml:1:10: unknown value "warnin" of fail-on (did you mean "warning"?)`},
		{"fail-on:\n", `c.yaml:1:9: unknown value "" of fail-on, want one of error, warning, info, style, never`},
		{"fail-on: [info]\n", `c.yaml:1:10: fail-on must be a single value, not a list`},
		{"presets: [recomended]\n", `c.yaml:1:11: unknown value "recomended" of presets (did you mean "recommended"?)`},
		{"presets: strict\n", `c.yaml:1:10: presets must be a list, not a single value`},
		{"preview: yes\n", `c.yaml:1:10: preview must be true or false, not "yes"`},
		{"preview: 'true'\n", `c.yaml:1:10: preview must be true or false, not "true"`},
		{"templates: lnt\n", `c.yaml:1:12: unknown value "lnt" of templates (did you mean "lint"?)`},
		{"preview: true\npreview: true\n", `c.yaml:2:1: the key "preview" is there twice, first in line 1`},
		{"? [a]\n: b\n", `c.yaml:1:3: a key must be text, not a list`},
		{"[a]\n", `c.yaml:1:1: the configuration must be a map, not a list`},
		{"rules:\n  lattest-tag: off\n", `c.yaml:2:3: unknown rule "lattest-tag" (did you mean "latest-tag"?)`},
		{"rules:\n  DL9999: off\n", `c.yaml:2:3: unknown rule "DL9999"; dockmend rules lists them`},
		{"rules:\n  JSONArgRecommended: off\n", `c.yaml:2:3: unknown rule "JSONArgRecommended" (did you mean "JSONArgsRecommended"?)`},
		{"rules: {latest-tag: on}\n", `c.yaml:1:21: unknown value "on" of latest-tag, want one of off, error, warning, info, style`},
		{"rules: {latest-tag: [off]}\n", `c.yaml:1:21: latest-tag must be off, a severity, or a map with its options, not a list`},
		{"rules: {latest-tag: {tag: [a]}}\n", `c.yaml:1:22: latest-tag has no option "tag" (did you mean "tags"?)`},
		{"rules: {latest-tag: {severity: eror}}\n", `c.yaml:1:32: unknown value "eror" of severity (did you mean "error"?)`},
		{"rules: {latest-tag: {tags: a}}\n", `c.yaml:1:28: tags must be a list, not a single value`},
		{"rules: {latest-tag: {tags: [1.0]}}\n", `c.yaml:1:29: an item of tags must be text; write it in quotes, "1.0"`},
		{"rules: {latest-tag: {digests: 1}}\n", `c.yaml:1:31: digests must be true or false, not "1"`},
		{"rules: {latest-tag: {limit: x}}\n", `c.yaml:1:29: limit must be a whole number from -1073741824 to 1073741824, not "x"`},
		{"rules: {latest-tag: {limit: '3'}}\n", `c.yaml:1:29: limit must be a whole number from -1073741824 to 1073741824, not "3"`},
		{"rules: {latest-tag: {registry: ~}}\n", `c.yaml:1:32: registry has no value, want text`},
		{"labels: {required: {a: uri}}\n", `c.yaml:1:24: unknown value "uri" of "a" (did you mean "url"?)`},
		{"labels: {required: {é: x}}\n", `c.yaml:1:25: unknown value "x" of "é", want one of text, url, semver, email, rfc3339, spdx, hash`},
		{"pin: {cooldown-except: [\"python:3\"]}\n", `c.yaml:1:25: cooldown-except: "python:3": write only the name of the repository, python`},
		{"pin: {cooldown-except: [Python]}\n", `c.yaml:1:25: cooldown-except: "Python" is not the name of a repository, such as docker.io/library/python`},
		{"pin: {cooldown-days: -1}\n", `c.yaml:1:22: cooldown-days must be a whole number from 0 to 3650, not "-1"`},
		{"exclude: [/a]\n", `c.yaml:1:11: the pattern "/a" must be relative to the root of the repository; remove the first /`},
		{"exclude: [../a]\n", `c.yaml:1:11: the pattern "../a" points outside of the repository`},
		{"exclude: ['']\n", `c.yaml:1:11: the pattern "" is empty`},
		{"exclude: ['[a']\n", `c.yaml:1:11: the pattern "[a" is malformed: a bracket, a brace or an escape is not closed`},
		{"exclude: [" + strings.Repeat("a", 300) + "]\n", `c.yaml:1:11: the pattern "` + strings.Repeat("a", 80) + `"... has 300 bytes, more than the limit of 256`},
		{"exclude: ['{a,b}{a,b}{a,b}{a,b}']\n", `c.yaml:1:11: the pattern "{a,b}{a,b}{a,b}{a,b}" has too many alternatives in braces; write several patterns`},
		{"overrides: [{rules: {latest-tag: off}}]\n", `c.yaml:1:13: an override needs paths, a list of patterns`},
		{"overrides: [a]\n", `c.yaml:1:13: an item of overrides must be a map, not a single value`},
		{"exclude: &a [b]\nfix: {exclude: *a}\n", `c.yaml:2:16: exclude is an alias (*a), which is not supported; write the value itself`},
		{"preview: true\n---\npreview: false\n", `c.yaml:2:1: the file has a second document; keep all settings in one document, without a line of ---`},
		{"\"a\\e[31m\": 1\n", `c.yaml:1:1: unknown key "a\x1b[31m", want one of presets, extends, fail-on, exclude, rules, overrides, baseline, as-of, registries, labels, fix, pin, pull-request, templates, preview`},
		{"\xff", `c.yaml: the file is not UTF-8; save it as UTF-8`},
		{strings.Repeat("#", MaxSize+1), `c.yaml: the file has 1048577 bytes, more than the limit of 1048576`},
		{"rulez: {}\nfail-on: x\n", "c.yaml:1:1: unknown key \"rulez\" (did you mean \"rules\"?)\nc.yaml:2:10: unknown value \"x\" of fail-on, want one of error, warning, info, style, never"},
	}
	for _, tt := range tests {
		_, err := Parse("c.yaml", []byte(tt.src), catalog())
		if diff := cmp.Diff(tt.want, fmt.Sprint(err)); diff != "" {
			t.Errorf("%.80q: (-want +got)\n%s", tt.src, diff)
		}
	}
}

func TestParseIsBounded(t *testing.T) {
	tests := map[string]struct{ src, want string }{
		"depth":  {strings.Repeat("[", 100000), "c.yaml:1:33: not valid YAML: "},
		"errors": {"rules:\n" + lines("  rule-%d: off\n", 500), "c.yaml: these are the first 20 errors; the rest of the file was not checked"},
		"keys":   {lines("key-%d: 1\n", 2000), "c.yaml:1:1: the configuration has 2000 entries, more than the limit of 1000"},
		"items":  {"exclude:\n" + lines("- a%d\n", 2000), "c.yaml:2:1: exclude has 2000 items, more than the limit of 1000"},
		"text":   {"exclude: [" + strings.Repeat("a", 2000) + "]\n", "c.yaml:1:11: an item of exclude has 2000 bytes, more than the limit of 1000"},
		"YAML":   {"rules: [\n", "not valid YAML: "},
	}
	for name, tt := range tests {
		_, err := Parse("c.yaml", []byte(tt.src), catalog())
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %.300v, want %q in it", name, err, tt.want)
		}
		if err != nil && strings.Count(err.Error(), "\n") > maxErrors {
			t.Errorf("%s: %d lines of errors", name, strings.Count(err.Error(), "\n")+1)
		}
	}
}

func lines(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func TestRuleLevelsFromWideToNarrow(t *testing.T) {
	src := "rules:\n  JSONArgsRecommended: error\n  DL3025: warning\n  shell-form-command: off\n"
	want := []Level{
		{Off: true, ByID: true},
		{Variants: []string{"cmd", "healthcheck"}, Severity: lint.Warning},
		{Variants: []string{"cmd"}, Severity: lint.Error},
	}
	if diff := cmp.Diff(want, parse(t, src).Rules["shell-form-command"].Levels); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{sample, "rules: {DL3007: {tags: [a]}}", "a: &a [*a]\n", "exclude: ['{a,b}']", "? {a: b}\n: c\n", "<<: {a: b}", "!!map {a: b}", "%YAML 1.2\n---\n"} {
		f.Add([]byte(s))
	}
	metas := catalog()
	f.Fuzz(func(t *testing.T, src []byte) {
		c, err := Parse("c.yaml", src, metas)
		checkResult(t, c, err, metas)
	})
}

// checkResult holds what is true of any input: there is a configuration that
// resolves, or an error whose lines begin with the file's name.
func checkResult(t *testing.T, c *Config, err error, metas []*lint.Meta) {
	t.Helper()
	if (c == nil) == (err == nil) {
		t.Fatalf("got configuration %v and error %v", c, err)
	}
	if err != nil {
		all := strings.Split(err.Error(), "\n")
		if len(all) > maxErrors+1 {
			t.Errorf("%d lines of errors", len(all))
		}
		for _, line := range all {
			if !strings.HasPrefix(line, "c.yaml:") {
				t.Errorf("error %q does not name the file", line)
			}
		}
		return
	}
	r, err := c.Resolve(metas, Flags{})
	if err != nil {
		t.Fatalf("a configuration without errors does not resolve: %v", err)
	}
	for _, path := range []string{"Dockerfile", "test/a/b.Dockerfile"} {
		r.Excluded(path)
		p := r.For(path)
		for _, m := range metas {
			if _, on := p.Severity(m, ""); on && !p.Enabled(m) {
				t.Errorf("%s has findings that count and does not run", m.ID)
			}
			p.Options(m)
		}
	}
}
