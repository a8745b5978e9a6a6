package config

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/lint"
)

// running lists what runs by a policy: "rule/variant=severity", "!" after a
// rule with hadolint's triggers.
func running(p *Policy) string {
	var all []string
	for _, m := range catalog() {
		if !p.Enabled(m) {
			continue
		}
		id := m.ID
		if p.Hadolint(m) {
			id += "!"
		}
		variants := m.Variants
		if m.ID == "shellcheck-finding" {
			variants = []string{"SC2046", "SC2086"}
		}
		if len(variants) == 0 {
			variants = []string{""}
		}
		for _, v := range variants {
			severity, on := p.Severity(m, v)
			if !on {
				continue
			}
			name := id
			if v != "" {
				name += "/" + v
			}
			if severity != lint.SeverityUnset {
				name += "=" + severity.String()
			}
			all = append(all, name)
		}
	}
	return strings.Join(all, " ")
}

func TestRuleSet(t *testing.T) {
	const (
		shellForm   = "shell-form-command/cmd shell-form-command/healthcheck shell-form-command/wrapper"
		shellCheck  = "shellcheck-finding/SC2046 shellcheck-finding/SC2086"
		recommended = "latest-tag untagged-image " + shellForm + " " + shellCheck
	)
	tests := []struct {
		name, config string
		flags        Flags
		path, want   string
	}{
		{name: "nothing", want: recommended},
		{name: "no preset", config: "presets: []", want: ""},
		{name: "only rules", config: "{presets: [], rules: {label-missing: error}}", want: "label-missing=error"},
		{
			name: "a category", config: "rules: {reproducibility: error, security: off, untagged-image: info}",
			want: "latest-tag=error untagged-image=info " + shellForm + " " + shellCheck,
		},
		{
			name: "a category switches nothing on", config: "rules: {security: error, style: {severity: error}}", want: recommended,
		},
		{name: "a category is off", config: "rules: {DS001: off, correctness: off, runtime: false}", want: ""},
		{
			name: "all, whatever the order", config: "rules: {latest-tag: error, reproducibility: info, all: style, runtime: off}",
			want: "latest-tag=error untagged-image=info shellcheck-finding/SC2046=style shellcheck-finding/SC2086=style",
		},
		{name: "all off but one", config: "rules: {latest-tag: warning, all: off}", want: "latest-tag=warning"},
		{
			name: "a category on a path", config: "overrides: [{paths: [test], rules: {runtime: off, reproducibility: style}}]", path: "test/Dockerfile",
			want: "latest-tag=style untagged-image=style " + shellCheck,
		},
		{name: "cloud-native", config: "presets: [cloud-native]", want: "untagged-image"},
		{name: "several", config: "presets: [cloud-native, hardening]", want: "untagged-image final-user-unset"},
		{name: "strict leaves out what needs settings", config: "presets: [strict]", want: "latest-tag untagged-image " + shellForm + " inline-ignore-comment " + shellCheck + " final-user-unset"},
		{
			name: "hadolint alone", config: "presets: [hadolint]",
			want: "latest-tag!=warning untagged-image!=warning shell-form-command!/cmd=warning shell-form-command!/healthcheck=warning label-missing!=info shellcheck-finding!/SC2046 shellcheck-finding!/SC2086",
		},
		{
			name: "hadolint first", config: "presets: [hadolint, recommended]",
			want: "latest-tag!=warning untagged-image!=warning shell-form-command!/cmd=warning shell-form-command!/healthcheck=warning shell-form-command!/wrapper label-missing!=info shellcheck-finding!/SC2046 shellcheck-finding!/SC2086",
		},
		{name: "hadolint last", config: "presets: [recommended, hadolint]", want: "latest-tag untagged-image " + shellForm + " label-missing!=info " + shellCheck},
		{name: "hadolint's off by default, switched on", config: "{presets: [hadolint], rules: {DL1001: warning, latest-tag: off, untagged-image: off, shell-form-command: off, label-missing: off, SCxxxx: off}}", want: "inline-ignore-comment!=warning"},
		{name: "off", config: "rules: {latest-tag: off}", want: "untagged-image " + shellForm + " " + shellCheck},
		{name: "an alias of several rules", config: "rules: {DS001: off}", want: shellForm + " " + shellCheck},
		{name: "an alias of some variants", config: "rules: {dl3025: off}", want: "latest-tag untagged-image shell-form-command/wrapper " + shellCheck},
		{name: "the alias counts more than the id", config: "rules: {JSONArgsRecommended: error, shell-form-command: off}", want: "latest-tag untagged-image shell-form-command/cmd=error " + shellCheck},
		{name: "a code of ShellCheck", config: "rules: {SC2086: off}", want: "latest-tag untagged-image " + shellForm + " shellcheck-finding/SC2046"},
		{name: "a severity switches on", config: "rules: {final-user-unset: {severity: error}}", want: recommended + " final-user-unset=error"},
		{name: "options alone do not", config: "{presets: [hardening], rules: {latest-tag: {limit: 1}}}", want: "final-user-unset"},
		{name: "preview", config: "preview: true", want: recommended + " new-rule"},
		{name: "a preview rule by id", config: "rules: {new-rule: info}", want: recommended + " new-rule=info"},
		{name: "a preview rule by alias", config: "rules: {DF001: info}", want: recommended},
		{name: "retired", config: "rules: {old-rule: error}", flags: Flags{Select: []string{"old-rule"}}, want: ""},

		{name: "--preset", config: "presets: [strict]", flags: Flags{Presets: []string{"hardening"}}, want: "final-user-unset"},
		{name: "--select an id", flags: Flags{Select: []string{"final-user-unset"}}, want: "final-user-unset"},
		{name: "--select keeps severities", config: "rules: {latest-tag: error}", flags: Flags{Select: []string{"latest-tag"}}, want: "latest-tag=error"},
		{name: "--select beats off", config: "rules: {latest-tag: off}", flags: Flags{Select: []string{"latest-tag"}}, want: "latest-tag"},
		{name: "--select an alias", flags: Flags{Select: []string{"JSONArgsRecommended"}}, want: "shell-form-command/cmd"},
		{name: "--select a code of ShellCheck", flags: Flags{Select: []string{"sc2086"}}, want: "shellcheck-finding/SC2086"},
		{name: "--select a category", flags: Flags{Select: []string{" Reproducibility "}}, want: "latest-tag untagged-image"},
		{name: "--select all", flags: Flags{Select: []string{"all"}}, want: "latest-tag untagged-image " + shellForm + " inline-ignore-comment label-missing " + shellCheck + " final-user-unset"},
		{name: "--select a preview rule", flags: Flags{Select: []string{"new-rule"}}, want: "new-rule"},
		{name: "--select a preview rule by alias", flags: Flags{Select: []string{"DF001"}}, want: ""},
		{name: "--ignore", flags: Flags{Ignore: []string{"reproducibility", "DL3025", "SC2086"}}, want: "shell-form-command/wrapper shellcheck-finding/SC2046"},
		{name: "--ignore beats --select", flags: Flags{Select: []string{"all"}, Ignore: []string{"all"}}, want: ""},

		{name: "no override", config: "overrides: [{paths: [test], rules: {latest-tag: off}}]", path: "src/Dockerfile", want: recommended},
		{name: "an override", config: "overrides: [{paths: [test], rules: {latest-tag: off, new-rule: info}}]", path: "test/a/Dockerfile", want: "untagged-image " + shellForm + " " + shellCheck + " new-rule=info"},
		{name: "later overrides win", config: "overrides: [{paths: [test], rules: {latest-tag: off}}, {paths: ['**/Dockerfile'], rules: {latest-tag: info}}]", path: "test/Dockerfile", want: "latest-tag=info untagged-image " + shellForm + " " + shellCheck},
		{name: "an override narrows --select", config: "overrides: [{paths: [test], rules: {latest-tag: off, final-user-unset: error}}]", flags: Flags{Select: []string{"reproducibility"}}, path: "test/Dockerfile", want: "untagged-image"},
		{name: "--ignore beats an override", config: "overrides: [{paths: [test], rules: {latest-tag: error}}]", flags: Flags{Select: []string{"latest-tag"}, Ignore: []string{"latest-tag"}}, path: "test/Dockerfile", want: ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := parse(t, tt.config).Resolve(catalog(), tt.flags)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, running(r.For(tt.path))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestUnknownNames(t *testing.T) {
	tests := []struct {
		flags Flags
		want  string
	}{
		{Flags{Presets: []string{"recomended"}}, `unknown preset "recomended" (did you mean "recommended"?)`},
		{Flags{Presets: []string{"x"}}, `unknown preset "x", want one of recommended, cloud-native, hardening, hadolint, strict`},
		{Flags{FailOn: "fatal"}, `--fail-on: unknown value "fatal", want one of error, warning, info, style, never`},
		{Flags{Select: []string{"lattest-tag"}}, `--select: unknown rule "lattest-tag" (did you mean "latest-tag"?)`},
		{Flags{Ignore: []string{"runtme", ""}}, "--ignore: unknown rule \"runtme\" (did you mean \"runtime\"?)\n--ignore: unknown rule \"\"; dockmend rules lists them"},
	}
	for _, tt := range tests {
		_, err := (&Config{}).Resolve(catalog(), tt.flags)
		if diff := cmp.Diff(tt.want, fmt.Sprint(err)); diff != "" {
			t.Errorf("%v: (-want +got)\n%s", tt.flags, diff)
		}
	}
}

func TestOptions(t *testing.T) {
	c := parse(t, "rules: {latest-tag: {limit: 3, tags: []}}\noverrides: [{paths: [test], rules: {DL3007: {limit: 4}}}]\n")
	r, err := c.Resolve(catalog(), Flags{})
	if err != nil {
		t.Fatal(err)
	}
	m := catalog()[0]
	for path, limit := range map[string]int{"Dockerfile": 3, "test/Dockerfile": 4} {
		o := r.For(path).Options(m)
		if o.Int("limit") != limit || len(o.List("tags")) != 0 || !o.Bool("digests") {
			t.Errorf("%s: limit %d, tags %q, digests %v; want %d, none, true", path, o.Int("limit"), o.List("tags"), o.Bool("digests"), limit)
		}
	}
	if r.For("Dockerfile") != r.For("a/Dockerfile") {
		t.Error("files without an override do not share a policy")
	}
	if r.base.Enabled(&lint.Meta{ID: "of-another-catalogue", Default: true}) {
		t.Error("a rule outside of the catalogue runs")
	}
}

func TestOptionsOfPresets(t *testing.T) {
	tests := []struct {
		config string
		want   int
	}{
		{"presets: [recommended]\n", 0},
		{"presets: [strict]\n", 9},
		{"presets: [hardening, strict]\n", 9}, // hardening has no such rule
		{"presets: [recommended, strict]\n", 0},
		{"presets: [strict, recommended]\n", 9},
		{"presets: [strict]\nrules: {latest-tag: {limit: 3}}\n", 3},
		{"presets: [strict]\nrules: {latest-tag: {limit: 0}}\n", 0},
	}
	for _, tt := range tests {
		r, err := parse(t, tt.config).Resolve(catalog(), Flags{})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.For("Dockerfile").Options(catalog()[0]).Int("limit"); got != tt.want {
			t.Errorf("%q: limit %d, want %d", tt.config, got, tt.want)
		}
	}
}

func TestFailOn(t *testing.T) {
	tests := []struct {
		config, flag string
		want         lint.Severity
		never        bool
	}{
		{"", "", lint.Warning, false},
		{"fail-on: style", "", lint.Style, false},
		{"fail-on: style", "error", lint.Error, false},
		{"fail-on: never", "", lint.SeverityUnset, true},
		{"fail-on: info", "never", lint.SeverityUnset, true},
	}
	for _, tt := range tests {
		r, err := parse(t, tt.config).Resolve(catalog(), Flags{FailOn: tt.flag})
		if err != nil {
			t.Fatal(err)
		}
		if got, never := r.FailOn(); got != tt.want || never != tt.never {
			t.Errorf("%q with --fail-on %q: %v, %v, want %v, %v", tt.config, tt.flag, got, never, tt.want, tt.never)
		}
	}
}

func TestExcluded(t *testing.T) {
	tests := []struct {
		pattern, path string
		want          bool
	}{
		{"vendor", "vendor", true},
		{"vendor", "vendor/a/Dockerfile", true},
		{"./vendor/", "vendor/Dockerfile", true},
		{"vendor", "vendored/Dockerfile", false},
		{"vendor", "a/vendor/Dockerfile", false},
		{"**/vendor", "a/vendor/Dockerfile", true},
		{"vendor/**", "vendor/Dockerfile", true},
		{"*/Dockerfile", "a/b/Dockerfile", false},
		{"**/*.{old,bak}", "a/x.old", true},
		{"test/*", "test/a/Dockerfile", true},
	}
	for _, tt := range tests {
		r, err := (&Config{Exclude: []string{"other", tt.pattern}}).Resolve(nil, Flags{})
		if err != nil {
			t.Fatal(err)
		}
		if pattern, got := r.Excluded(tt.path); got != tt.want || got && pattern != tt.pattern {
			t.Errorf("%q and %q: %q, %v, want %v", tt.pattern, tt.path, pattern, got, tt.want)
		}
	}
}

func TestSettings(t *testing.T) {
	r, err := parse(t, sample).Resolve(catalog(), Flags{})
	if err != nil {
		t.Fatal(err)
	}
	want := &lint.Settings{
		TrustedRegistries: []string{"docker.io", "*.example.com"},
		Labels:            map[string]string{"org.opencontainers.image.source": "url"}, StrictLabels: true,
		Pin: lint.Pin{Digest: true, Version: true, Refresh: true},
	}
	if diff := cmp.Diff(want, r.Settings()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestPinModeSwitchesTheRuleOn(t *testing.T) {
	metas := append(catalog(), &lint.Meta{ID: "image-not-pinned-by-digest", Category: lint.Reproducibility, Severity: lint.Info})
	for src, want := range map[string]bool{
		"pin: {mode: off}": false, "pin: {mode: version}": false, "pin: {mode: digest}": true, "pin: {mode: version+digest}": true,
		"pin: {mode: digest}\nrules: {image-not-pinned-by-digest: off}": false,
	} {
		c, err := Parse("x.yaml", []byte(src), metas)
		if err != nil {
			t.Fatal(err)
		}
		r, err := c.Resolve(metas, Flags{})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Runs("image-not-pinned-by-digest"); got != want {
			t.Errorf("%q: runs %v", src, got)
		}
	}
}
