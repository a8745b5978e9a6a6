package config

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/lint"
)

const hadolintSample = `ignored: [DL3007, SC2086, DL9999]
override:
  error: [DL3006]
  warning: [DL3006, DL1001]
  ignore: [DL3025]
trustedRegistries: [docker.io, "*.gcr.io"]
label-schema: {author: text, source: url, any: ""}
strict-labels: yes
failure-threshold: error
disable-ignore-pragma: true
no-color: true
format: sarif
`

func TestParseHadolint(t *testing.T) {
	got, notices, err := ParseHadolint("c.yaml", []byte(hadolintSample), catalog())
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		File: "c.yaml", Presets: []string{"hadolint", "recommended"}, FailOn: "error",
		Rules: map[string]RuleSetting{
			"latest-tag":            {Levels: []Level{{Off: true}}},
			"shellcheck-finding":    {Levels: []Level{{Variants: []string{"SC2086"}, Off: true}}},
			"untagged-image":        {Levels: []Level{{Severity: lint.Warning}, {Severity: lint.Error}}},
			"inline-ignore-comment": {Levels: []Level{{Severity: lint.Warning}}},
			"shell-form-command":    {Levels: []Level{{Variants: []string{"cmd", "healthcheck"}, Off: true}}},
		},
		Registries:             Registries{Trusted: []string{"docker.io", "*.gcr.io"}},
		Labels:                 Labels{Required: map[string]string{"author": "text", "source": "url", "any": "text"}, Strict: true},
		DisableHadolintIgnores: true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	wantNotices := []string{
		"c.yaml is used as the configuration, with presets: [hadolint, recommended], fail-on: error",
		`c.yaml: these settings have no effect in dockmend: "no-color", "format", "DL9999"`,
	}
	if diff := cmp.Diff(wantNotices, notices); diff != "" {
		t.Errorf("notices (-want +got)\n%s", diff)
	}
	r, err := got.Resolve(catalog(), Flags{})
	if err != nil {
		t.Fatal(err)
	}
	const wantRunning = "untagged-image!=error shell-form-command!/wrapper inline-ignore-comment!=warning label-missing!=info shellcheck-finding!/SC2046"
	if diff := cmp.Diff(wantRunning, running(r.For("Dockerfile"))); diff != "" {
		t.Errorf("running (-want +got)\n%s", diff)
	}
}

func TestParseHadolintFailOn(t *testing.T) {
	tests := []struct{ src, want, notice string }{
		{"", "", "c.yaml is used as the configuration, with presets: [hadolint, recommended], fail-on: warning, as it has no failure-threshold (hadolint would fail from info on)"},
		{"failure-threshold: info", "info", "c.yaml is used as the configuration, with presets: [hadolint, recommended], fail-on: info"},
		{"failure-threshold: none", "style", "c.yaml is used as the configuration, with presets: [hadolint, recommended], fail-on: style"},
		{"failure-threshold: ignore", "style", "c.yaml is used as the configuration, with presets: [hadolint, recommended], fail-on: style"},
		{"{failure-threshold: info, no-fail: true}", "never", "c.yaml is used as the configuration, with presets: [hadolint, recommended], fail-on: never"},
		{"{no-fail: false, ignored: }", "", "c.yaml is used as the configuration, with presets: [hadolint, recommended], fail-on: warning, as it has no failure-threshold (hadolint would fail from info on)"},
	}
	for _, tt := range tests {
		c, notices, err := ParseHadolint("c.yaml", []byte(tt.src), catalog())
		if err != nil {
			t.Errorf("%q: %v", tt.src, err)
			continue
		}
		if diff := cmp.Diff([]string{tt.want, tt.notice}, append([]string{c.FailOn}, notices...)); diff != "" {
			t.Errorf("%q: (-want +got)\n%s", tt.src, diff)
		}
	}
}

func TestParseHadolintErrors(t *testing.T) {
	tests := []struct{ src, want string }{
		{"failure-threshold: warn\n", `c.yaml:1:20: unknown value "warn" of failure-threshold, want one of error, warning, info, style, ignore, none`},
		{"ignored: DL3007\n", `c.yaml:1:10: ignored must be a list, not a single value`},
		{"ignored: [3007]\n", `c.yaml:1:11: an item of ignored must be text; write it in quotes, "3007"`},
		{"override: {errors: [DL3007]}\n", `c.yaml:1:12: unknown severity "errors" in override (did you mean "error"?)`},
		{"override: {\"a\\nb\": c}\n", `c.yaml:1:12: unknown severity "a\nb" in override, want one of error, warning, info, style, ignore`},
		{"label-schema: {a: urll}\n", `c.yaml:1:19: unknown value "urll" of "a" (did you mean "url"?)`},
		{"no-fail: 1\n", `c.yaml:1:10: no-fail must be true or false, not "1"`},
		{"[]\n", `c.yaml:1:1: hadolint's configuration must be a map, not a list`},
	}
	for _, tt := range tests {
		_, _, err := ParseHadolint("c.yaml", []byte(tt.src), catalog())
		if diff := cmp.Diff(tt.want, fmt.Sprint(err)); diff != "" {
			t.Errorf("%q: (-want +got)\n%s", tt.src, diff)
		}
	}
}

func FuzzHadolint(f *testing.F) {
	for _, s := range []string{hadolintSample, "", "override: {ignore: [a]}", "label-schema: {a: }", "ignored: &a [*a]"} {
		f.Add([]byte(s))
	}
	metas := catalog()
	f.Fuzz(func(t *testing.T, src []byte) {
		c, notices, err := ParseHadolint("c.yaml", src, metas)
		if err == nil && (len(notices) < 1 || len(notices) > 2) {
			t.Errorf("%d notices", len(notices))
		}
		checkResult(t, c, err, metas)
	})
}
