package cli

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
)

// compatRules are the rules that the configurations of testdata/compat name.
var compatRules = []string{
	"final-user-unset", "apt-package-not-pinned", "shellcheck-finding", "shell-form-command", "latest-tag", "healthcheck-missing",
	"compose-memory-limit-missing", "untagged-image", "add-instead-of-copy", "pip-cache-kept", "apt-installs-recommends",
}

// compatSettings words what a configuration means, in names of its own, so that names
// in the code may change.
func compatSettings(t *testing.T, c *config.Config, metas []*lint.Meta) map[string]any {
	t.Helper()
	set, err := c.Resolve(metas, config.Flags{})
	if err != nil {
		t.Fatal(err)
	}
	severity, never := set.FailOn()
	mend, unsafe := set.Fixes("docs/Dockerfile")
	excluded, verdicts := map[string]any{}, map[string]any{}
	for _, file := range []string{"Dockerfile", "vendor/x/Dockerfile", "third_party/Dockerfile", "test/Dockerfile", "test/deep/x.debug", "x.debug"} {
		_, excluded[file] = set.Excluded(file)
		for _, m := range metas {
			if slices.Contains(compatRules, m.ID) {
				verdicts[m.ID+" in "+file] = compatVerdict(set.For(file), m)
			}
		}
	}
	return map[string]any{
		"presets": c.Presets, "fail-on": severity.String(), "fail-on-never": never, "excluded": excluded, "rules": verdicts,
		"trusted": c.Registries.Trusted, "labels": c.Labels.Required, "labels-strict": c.Labels.Strict, "fix-docs": mend, "fix-unsafe": unsafe,
		"pin-mode": c.Pin.Mode, "pin-refresh": c.Pin.Refresh, "pin-cooldown-days": c.Pin.CooldownDays, "pin-cooldown-except": c.Pin.CooldownExcept,
		"pull-request-branch": c.PullRequest.Branch, "pull-request-base": c.PullRequest.Base, "pull-request-labels": c.PullRequest.Labels,
		"pull-request-assignees": c.PullRequest.Assignees, "pull-request-reviewers": c.PullRequest.Reviewers, "pull-request-draft": c.PullRequest.Draft,
		"templates": c.Templates, "preview": c.Preview, "without-hadolint-ignores": c.DisableHadolintIgnores,
	}
}

// compatVerdict is whether and how a rule runs.
func compatVerdict(p *config.Policy, m *lint.Meta) map[string]any {
	severities, options := map[string]any{}, map[string]any{}
	for _, variant := range append([]string{""}, m.Variants...) {
		severities[variant] = "off"
		if s, on := p.Severity(m, variant); on {
			severities[variant] = s.String()
		}
	}
	for _, o := range m.Options {
		switch o.Kind {
		case lint.BoolOption:
			options[o.Name] = p.Options(m).Bool(o.Name)
		case lint.IntOption:
			options[o.Name] = p.Options(m).Int(o.Name)
		case lint.StringOption:
			options[o.Name] = p.Options(m).Text(o.Name)
		default:
			options[o.Name] = p.Options(m).List(o.Name)
		}
	}
	return map[string]any{"on": p.Enabled(m), "severities": severities, "options": options}
}

// Both kinds of configuration mean what they meant. A setting, a rule's variant or an
// option that is new may come in addition.
func TestCompatConfigurations(t *testing.T) {
	metas := rules.All().Metas()
	own, err := config.Parse(".dockmend.yaml", compatFile(t, "config/dockmend.yaml"), metas)
	if err != nil {
		t.Fatal(err)
	}
	other, _, err := config.ParseHadolint(".hadolint.yaml", compatFile(t, "config/hadolint.yaml"), metas)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*config.Config{"config/dockmend.json": own, "config/hadolint.json": other} {
		src, err := json.Marshal(compatSettings(t, c, metas))
		if err != nil {
			t.Fatal(err)
		}
		var now, then map[string]any
		for src, into := range map[string]*map[string]any{string(src): &now, string(compatFile(t, name)): &then} {
			if err := json.Unmarshal([]byte(src), into); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(then, thatWas(then, now)); diff != "" {
			t.Errorf("%s: (-then +now)\n%s", name, diff)
		}
	}
}

// thatWas is what of now has a key in then.
func thatWas(then, now map[string]any) map[string]any {
	kept := map[string]any{}
	for key, before := range then {
		value, ok := now[key]
		a, isMap := before.(map[string]any)
		b, both := value.(map[string]any)
		switch {
		case isMap && both:
			kept[key] = thatWas(a, b)
		case ok:
			kept[key] = value
		}
	}
	return kept
}
