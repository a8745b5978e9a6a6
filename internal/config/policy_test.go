package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/internal/rules"
)

// effective lists the rules that run for a path, with hadolint's triggers
// marked: "latest-tag:error".
func effective(t *testing.T, src string, flags Flags, path string) string {
	t.Helper()
	metas := rules.All().Metas()
	c, err := Parse("c.yaml", []byte(src), metas)
	if err != nil {
		t.Fatal(err)
	}
	set, err := c.Resolve(metas, flags)
	if err != nil {
		t.Fatal(err)
	}
	p := set.For(path)
	var b strings.Builder
	for _, m := range metas {
		if m.ID != "latest-tag" && m.ID != "shell-form-command" && m.ID != "unused-ignore" || !p.Enabled(m) {
			continue
		}
		fmt.Fprintf(&b, "%s", m.ID)
		for _, v := range append([]string{}, m.Variants...) {
			if s, on := p.Severity(m, v); on {
				fmt.Fprintf(&b, " %s:%s", v, s)
			}
		}
		if s, on := p.Severity(m, ""); on && len(m.Variants) == 0 {
			fmt.Fprintf(&b, ":%s", s)
		}
		if p.Hadolint(m) {
			b.WriteString(" hadolint")
		}
		b.WriteString("; ")
	}
	return b.String()
}

func TestResolve(t *testing.T) {
	tests := []struct {
		name, src string
		flags     Flags
		path      string
		want      string
	}{
		{name: "default", want: "latest-tag:; shell-form-command cmd: entrypoint: healthcheck:; "},
		{name: "off", src: "rules: {latest-tag: off}", want: "shell-form-command cmd: entrypoint: healthcheck:; "},
		{name: "severity", src: "rules: {DL3007: error}", want: "latest-tag:error; shell-form-command cmd: entrypoint: healthcheck:; "},
		{name: "one variant by its alias", src: "rules: {JSONArgsRecommended: off, latest-tag: off}", want: "shell-form-command healthcheck:; "},
		{name: "on by severity", src: "presets: [hardening]\nrules: {unused-ignore: info}", want: "unused-ignore:info; "},
		{name: "override", src: "overrides: [{paths: ['test/**'], rules: {latest-tag: off}}]", path: "test/Dockerfile", want: "shell-form-command cmd: entrypoint: healthcheck:; "},
		{name: "override elsewhere", src: "overrides: [{paths: ['test/**'], rules: {shell-form-command: off}}]", path: "Dockerfile", want: "latest-tag:; shell-form-command cmd: entrypoint: healthcheck:; "},
		{name: "strict", src: "presets: [strict]", want: "latest-tag:; shell-form-command cmd: entrypoint: healthcheck:; unused-ignore:; "},
		{name: "hadolint", src: "presets: [hadolint]", want: "latest-tag:warning hadolint; shell-form-command cmd:warning entrypoint:warning healthcheck:warning hadolint; "},
		{name: "select", flags: Flags{Select: []string{"DL3007"}}, want: "latest-tag:; "},
		{name: "select a category", flags: Flags{Select: []string{"runtime"}}, want: "shell-form-command cmd: entrypoint: healthcheck:; "},
		{name: "select and ignore", flags: Flags{Select: []string{"all"}, Ignore: []string{"latest-tag", "style"}}, want: "shell-form-command cmd: entrypoint: healthcheck:; "},
		{name: "preset by flag", src: "presets: [hadolint]", flags: Flags{Presets: []string{"recommended"}}, want: "latest-tag:; shell-form-command cmd: entrypoint: healthcheck:; "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := tt.path
			if path == "" {
				path = "Dockerfile"
			}
			if diff := cmp.Diff(tt.want, effective(t, tt.src, tt.flags, path)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestResolveErrors(t *testing.T) {
	metas := rules.All().Metas()
	for want, flags := range map[string]Flags{
		`did you mean "latest-tag"?`:  {Select: []string{"lattest-tag"}},
		`did you mean "DL3007"?`:      {Ignore: []string{"DL3O07"}},
		`did you mean "recommended"?`: {Presets: []string{"recomended"}},
		`"fatal"`:                     {FailOn: "fatal"},
	} {
		if _, err := (&Config{}).Resolve(metas, flags); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", flags, err, want)
		}
	}
}

func TestHadolint(t *testing.T) {
	src := "ignored: [DL3007, DL9999]\noverride: {error: [DL3025]}\ntrustedRegistries: [docker.io, '*.example.org']\nfailure-threshold: error\nlabel-schema: {maintainer: text}\nstrict-labels: true\nformat: tty\n"
	metas := rules.All().Metas()
	c, notices, err := ParseHadolint(".hadolint.yaml", []byte(src), metas)
	if err != nil {
		t.Fatal(err)
	}
	said := strings.Join(notices, "\n")
	for _, want := range []string{".hadolint.yaml", "DL9999", "format"} {
		if !strings.Contains(said, want) {
			t.Errorf("no notice speaks of %s:\n%s", want, said)
		}
	}
	set, err := c.Resolve(metas, Flags{})
	if err != nil {
		t.Fatal(err)
	}
	p := set.For("Dockerfile")
	for _, m := range metas {
		switch m.ID {
		case "latest-tag":
			if p.Enabled(m) {
				t.Error("DL3007 is ignored, but latest-tag runs")
			}
		case "shell-form-command":
			if s, on := p.Severity(m, "cmd"); !on || s.String() != "error" {
				t.Errorf("DL3025 is %s", s)
			}
		}
	}
	if failOn, never := set.FailOn(); never || failOn.String() != "error" {
		t.Errorf("fail-on %s", failOn)
	}
	if s := set.Settings(); len(s.TrustedRegistries) != 2 || !s.StrictLabels || s.Labels["maintainer"] == "" {
		t.Errorf("settings %+v", s)
	}
	for _, bad := range []string{"ignored: 1", "failure-threshold: fatal", "override: {fatal: []}", "[]", "ignored: ["} {
		if _, _, err := ParseHadolint("h.yaml", []byte(bad), metas); err == nil || !strings.HasPrefix(err.Error(), "h.yaml:") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestSchema(t *testing.T) {
	src, err := Schema(rules.All().Metas())
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("config.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("config.json")
	if err != nil {
		t.Fatal(err)
	}
	for src, valid := range map[string]bool{
		"presets: [recommended]\nfail-on: never\nrules: {latest-tag: off, DL3025: {severity: error}, useradd-without-no-log-init: {always: true}}\noverrides: [{paths: [a], rules: {latest-tag: error}}]\n": true,
		"rulez: {}\n":                             false,
		"rules: {lattest-tag: off}\n":             false,
		"fail-on: fatal\n":                        false,
		"rules: {latest-tag: {severitty: off}}\n": false,
	} {
		var value any
		if err := yaml.Unmarshal([]byte(src), &value); err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(instance); (err == nil) != valid {
			t.Errorf("%q: %v", src, err)
		}
	}
}

func FuzzHadolint(f *testing.F) {
	for _, s := range []string{"ignored: [DL3007]\n", "override: {error: [DL3025, SC2086]}\n", "label-schema: {a: url}", "failure-threshold: none\nno-fail: true\n", "a: &a [*a]"} {
		f.Add([]byte(s))
	}
	metas := catalog()
	f.Fuzz(func(t *testing.T, src []byte) {
		c, _, err := ParseHadolint("c.yaml", src, metas)
		checkResult(t, c, err, metas)
	})
}
