package run_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/remote"
	"github.com/dockmend/dockmend/internal/run"
)

const (
	latest = "FROM alpine:latest\nMAINTAINER me\n"
	// policyDay is that of the runs.
	policyDay = "2026-12-01"
)

// under is a row of docs/policy.md.
type under struct {
	row string
	// policy is what the policy says besides, config the repository's.
	policy, config string
	files          map[string]string
	// want are findings, as "rule severity", that must be there, or with "!" must not.
	want []string
	// refused is a part of a line that is said; empty for none.
	refused string
}

func policyCases() []under {
	const rules = "presets: []\nrules: {latest-tag: warning, deprecated-maintainer: info}\n"
	ignore := func(comment string) map[string]string {
		return map[string]string{"Dockerfile": comment + "\n" + latest}
	}
	strict := rules + "policy: {ignores: {reason: true, until: true, max-days: 90}, never-ignore: [deprecated-maintainer]}\n"
	baseline := func(rule, fingerprint string) string {
		return `{"version": 1, "findings": [{"fingerprint": "` + fingerprint + `", "rule": "` + rule + `", "file": "Dockerfile"}]}`
	}
	return []under{
		{"turns a rule of the policy off", rules, "rules: {latest-tag: off}", nil, []string{"latest-tag warning"}, "latest-tag: the policy has it on"},
		{"turns a category off", rules, "rules: {all: off}", nil, []string{"latest-tag warning"}, "latest-tag: the policy has it on"},
		{
			"turns a rule of the policy off for some paths", rules, "overrides: [{paths: [Dockerfile], rules: {latest-tag: off}}]", nil,
			[]string{"latest-tag warning"}, "overrides for",
		},
		{"turns a rule that the policy lacks off", rules, "rules: {image-not-pinned-by-digest: off}", nil, []string{"!image-not-pinned-by-digest"}, ""},
		{"turns a rule on that the policy lacks", rules, "presets: []\nrules: {image-not-pinned-by-digest: error}", nil, []string{"image-not-pinned-by-digest error"}, ""},
		{"makes a rule more severe", rules, "rules: {latest-tag: error}", nil, []string{"latest-tag error"}, ""},
		{
			"makes a rule less severe than the policy", "presets: []\nrules: {latest-tag: error}\n", "rules: {latest-tag: info}", nil,
			[]string{"latest-tag error"}, "info is less than the policy's error",
		},
		{
			"makes a rule less severe than it is, where the policy says nothing of its severity", "presets: [recommended]\n",
			"rules: {latest-tag: style}", nil, []string{"latest-tag warning"}, "style is less",
		},
		{
			"changes the options of a rule of the policy", rules, "rules: {latest-tag: {tags: [other]}}", nil, []string{"latest-tag warning"},
			"its options are the policy's",
		},
		{"changes a rule that may be changed", rules + "policy: {may-change: [latest-tag]}\n", "rules: {latest-tag: off}", nil, []string{"!latest-tag"}, ""},
		{"has other presets", rules, "presets: []", nil, []string{"latest-tag warning", "deprecated-maintainer info"}, ""},
		{
			"ignores a finding with a reason and a last day", strict, "", ignore("# dockmend ignore=latest-tag until=2027-01-31 -- a reason"),
			[]string{"!latest-tag"}, "",
		},
		{
			"ignores a finding without a reason", strict, "", ignore("# dockmend ignore=latest-tag until=2027-01-31"),
			[]string{"latest-tag warning"}, "wants a reason",
		},
		{
			"ignores a finding without a last day", strict, "", ignore("# dockmend ignore=latest-tag -- a reason"),
			[]string{"latest-tag warning"}, "wants a last day",
		},
		{
			"ignores a finding for longer than the policy takes", strict, "", ignore("# dockmend ignore=latest-tag until=2027-12-31 -- a reason"),
			[]string{"latest-tag warning"}, "more than 90 days",
		},
		{
			"ignores a finding of a rule that nothing silences", strict, "", ignore("# dockmend ignore-file=deprecated-maintainer until=2027-01-31 -- a reason"),
			[]string{"deprecated-maintainer info"}, "lets nothing silence it",
		},
		{
			"ignores a finding with a comment of another tool, without a reason", strict, "", ignore("# hadolint ignore=DL3007"),
			[]string{"latest-tag warning"}, "wants a reason",
		},
		{"excludes a path", rules, "exclude: [Dockerfile]", nil, []string{"latest-tag warning"}, "exclude"},
		{"excludes a path that may be excluded", rules + "policy: {may-exclude: [Dockerfile]}\n", "exclude: [Dockerfile]", nil, []string{"!latest-tag"}, ""},
		{
			"has a baseline", rules, "baseline: b.json", map[string]string{"b.json": baseline("latest-tag", "LATEST")},
			[]string{"latest-tag warning"}, "baseline",
		},
		{
			"has a baseline that the policy allows", rules + "policy: {baseline: allow, never-ignore: [deprecated-maintainer]}\n", "baseline: b.json",
			map[string]string{"b.json": strings.Replace(baseline("latest-tag", "LATEST"), "]}", `,{"fingerprint": "USER", "rule": "deprecated-maintainer", "file": "Dockerfile"}]}`, 1)},
			[]string{"!latest-tag", "deprecated-maintainer info"}, "",
		},
		{"fails on more", rules + "fail-on: error\n", "fail-on: info", nil, []string{"fail-on info"}, ""},
		{"fails on less", rules + "fail-on: info\n", "fail-on: never", nil, []string{"fail-on info"}, "looser than the policy's info"},
		{
			"trusts another registry", "presets: []\nrules: {image-registry-not-allowed: error}\nregistries: {trusted: [ghcr.io]}\n",
			"registries: {trusted: [docker.io]}", nil, []string{"image-registry-not-allowed error"}, "is not one of the policy's",
		},
		{
			"trusts fewer registries", "presets: []\nrules: {image-registry-not-allowed: error}\nregistries: {trusted: [docker.io, ghcr.io]}\n",
			"registries: {trusted: [ghcr.io]}", nil, []string{"image-registry-not-allowed error"}, "",
		},
		{
			"requires another label", "presets: []\nrules: {label-missing: error}\nlabels: {required: {a: text}}\n", "labels: {required: {b: text}}", nil,
			[]string{"label-missing error", "label a", "label b"}, "",
		},
		{
			"gives a label of the policy another format", "presets: []\nrules: {label-missing: error}\nlabels: {required: {a: url}}\n",
			"labels: {required: {a: text}}", nil, []string{"label a"}, "has the policy's format, url",
		},
		{"pins less", rules + "pin: {mode: digest}\n", "pin: {mode: off}", nil, []string{"image-not-pinned-by-digest"}, "mode off is less"},
		{
			"has a shorter cooldown", rules + "pin: {mode: digest, cooldown-days: 7}\n", "pin: {cooldown-days: 1, cooldown-except: [docker.io/library/alpine]}", nil,
			[]string{"cooldown 7"}, "shorter than the policy's 7",
		},
		{"sets the day", rules, "as-of: 2020-01-01", nil, []string{"day " + policyDay}, "not the repository's to set"},
		{
			"extends a file of its own", rules, "extends: shared/base.yaml\nrules: {image-not-pinned-by-digest: error}",
			map[string]string{"shared/base.yaml": "rules: {latest-tag: off, image-not-pinned-by-digest: info, cd-instead-of-workdir: error}"},
			[]string{"latest-tag warning", "image-not-pinned-by-digest error"}, "latest-tag: the policy has it on",
		},
		{"extends a file outside of the repository", rules, "extends: ../base.yaml", nil, []string{"error"}, "is not a file of this repository"},
		{
			"has a configuration of hadolint that ignores a rule", rules, "", map[string]string{".hadolint.yaml": "ignored: [DL3007]\n"},
			[]string{"latest-tag warning"}, "latest-tag: the policy has it on",
		},
	}
}

// treeOf is a commit with these files.
func treeOf(contents map[string]string) *remote.Tree {
	blobs := map[string][]byte{}
	var entries []remote.Entry
	for name, content := range contents {
		hash := files.BlobHash([]byte(content), 40)
		blobs[hash] = []byte(content)
		entries = append(entries, remote.Entry{Path: name, Hash: hash, Size: int64(len(content))})
	}
	return remote.New(entries, func([]remote.Entry) (map[string][]byte, error) { return blobs, nil }, nil)
}

func policyOf(t *testing.T, text string) *run.AbovePolicy {
	t.Helper()
	p, err := run.LoadPolicy(t.Context(), "policy.yaml", func(string) ([]byte, error) { return []byte(text), nil }, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func checked(t *testing.T, policy *run.AbovePolicy, contents map[string]string) (*run.Workspace, *lint.Result, error) {
	t.Helper()
	options := run.Defaults()
	options.ShellCheck, options.Policy, options.Rules.DefaultAsOf = "off", policy, policyDay
	w, err := run.OpenTree(context.Background(), &run.Env{Getenv: func(string) string { return "" }}, &options, treeOf(contents))
	if err != nil {
		return nil, nil, err
	}
	t.Cleanup(w.Close)
	r := w.Check(context.Background())
	w.MarkOwn(r)
	return w, r, nil
}

func TestUnderAPolicy(t *testing.T) {
	page, err := os.ReadFile("../../docs/policy.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "| the repository | counts |")
	rows := regexp.MustCompile(`(?m)^\| ([^|-][^|]*?) \|`).FindAllStringSubmatch(table, -1)
	cases := policyCases()
	for _, row := range rows {
		if !slices.ContainsFunc(cases, func(c under) bool { return c.row == row[1] }) {
			t.Errorf("docs/policy.md: no test for %q", row[1])
		}
	}
	if len(rows) != len(cases) {
		t.Errorf("%d rows, %d tests", len(rows), len(cases))
	}
	_, plain, err := checked(t, policyOf(t, "presets: []\nrules: {latest-tag: warning, deprecated-maintainer: info}\n"), map[string]string{"Dockerfile": latest})
	if err != nil {
		t.Fatal(err)
	}
	prints := map[string]string{}
	for _, d := range plain.Diagnostics {
		prints[d.Rule.ID] = d.Fingerprint
	}
	for _, c := range cases {
		t.Run(c.row, func(t *testing.T) {
			contents := map[string]string{"Dockerfile": latest}
			if c.config != "" {
				contents[".dockmend.yaml"] = c.config + "\n"
			}
			for name, content := range c.files {
				content = strings.ReplaceAll(content, "LATEST", prints["latest-tag"])
				contents[name] = strings.ReplaceAll(content, "USER", prints["deprecated-maintainer"])
			}
			w, r, err := checked(t, policyOf(t, c.policy), contents)
			if err != nil {
				if !slices.Contains(c.want, "error") || !strings.Contains(err.Error(), c.refused) {
					t.Error(err)
				}
				return
			}
			found := said(w, r)
			for _, want := range c.want {
				name, not := strings.CutPrefix(want, "!")
				if has := slices.ContainsFunc(found, func(f string) bool { return strings.Contains(f+" ", name) }); has == not {
					t.Errorf("want %q of %q", want, found)
				}
			}
			refused := strings.Join(w.Refused(), "\n")
			if !strings.Contains(refused, c.refused) || (c.refused == "") != (refused == "") {
				t.Errorf("refused %q, want %q", refused, c.refused)
			}
		})
	}
}

// said are the findings that count, and the settings.
func said(w *run.Workspace, r *lint.Result) []string {
	failOn, _ := w.Rules.FailOn()
	found := []string{"fail-on " + failOn.String(), fmt.Sprint("cooldown ", w.CooldownDays), "day " + w.Rules.Settings().AsOf}
	for key := range w.Rules.Settings().Labels {
		found = append(found, "label "+key)
	}
	for _, d := range r.Diagnostics {
		if d.Counts() {
			found = append(found, d.Rule.ID+" "+d.Severity.String())
		}
	}
	return found
}

// Policies and configurations are a stranger's.
func TestHostilePolicies(t *testing.T) {
	for _, text := range []string{
		"policy: []", "policy: {never-ignore: [nothing]}", "rulez: {}", "extends: a.yaml", "baseline: b.json", "policy: {ignores: {max-days: -1}}",
		"a: &a [*a]", "\x00", strings.Repeat("[", 10_000), "policy: {baseline: maybe}", "---\n---\n{}",
	} {
		if _, err := run.LoadPolicy(t.Context(), "p", func(string) ([]byte, error) { return []byte(text), nil }, nil); err == nil {
			t.Errorf("%.40q is taken", text)
		}
	}
	for _, name := range []string{"acme/policies@main", "acme/policies@abc", "acme@" + strings.Repeat("a", 40), "a/b@" + strings.Repeat("g", 40)} {
		if _, _, _, ok := run.RemotePolicy(name); ok {
			t.Errorf("%q is taken for a commit", name)
		}
	}
	if _, err := run.LoadPolicy(t.Context(), "none", func(string) ([]byte, error) { return nil, fs.ErrNotExist }, nil); err == nil {
		t.Error("a policy that is not there is no error")
	}
	policy := policyOf(t, "presets: [recommended]\n")
	for _, extends := range []string{
		"/etc/passwd", "..", "a/../../b", "https://example.com/x.yaml", "C:\\x", ".dockmend.yaml", "missing.yaml", "[a]", "loop.yaml", ".",
	} {
		contents := map[string]string{"Dockerfile": latest, ".dockmend.yaml": "extends: " + extends + "\n", "loop.yaml": "extends: .dockmend.yaml\n"}
		if _, _, err := checked(t, policy, contents); err == nil {
			t.Errorf("extends: %s is taken", extends)
		}
	}
	deep := map[string]string{"Dockerfile": latest, ".dockmend.yaml": "extends: c0.yaml\n"}
	for i := range 20 {
		deep[fmt.Sprintf("c%d.yaml", i)] = fmt.Sprintf("extends: c%d.yaml\n", i+1)
	}
	if _, _, err := checked(t, policy, deep); err == nil {
		t.Error("a long chain is taken")
	}
}
