package config

import (
	"testing"

	"github.com/dockmend/dockmend/internal/lint"
)

// catalog is a small one with each kind of rule.
func catalog() []*lint.Meta {
	return []*lint.Meta{
		{
			ID: "latest-tag", Title: "The tag latest moves", Category: lint.Reproducibility, Severity: lint.Error, Default: true,
			Aliases: append([]lint.Alias{{Name: "DL3007", Severity: lint.Warning}}, lint.Names("DS001")...),
			Options: []lint.Option{
				{Name: "tags", Doc: "the tags that move", Kind: lint.ListOption, OptionValue: lint.OptionValue{List: []string{"latest"}}},
				{Name: "digests", Doc: "whether digests excuse a tag", Kind: lint.BoolOption, OptionValue: lint.OptionValue{Bool: true}},
				{Name: "limit", Doc: "how many are fine", Kind: lint.IntOption, Presets: map[string]lint.OptionValue{presetStrict: {Int: 9}}},
				{Name: "registry", Doc: "where they come from", Kind: lint.StringOption},
			},
		},
		{
			ID: "untagged-image", Category: lint.Reproducibility, Severity: lint.Warning, Default: true, Presets: []string{presetCloudNative},
			Aliases: append([]lint.Alias{{Name: "DL3006", Severity: lint.Warning}}, lint.Names("DS001")...),
		},
		{
			ID: "shell-form-command", Category: lint.Runtime, Severity: lint.Info, Default: true,
			Variants: []string{"cmd", "healthcheck", "wrapper"},
			Aliases: []lint.Alias{
				{Name: "DL3025", Variants: []string{"cmd", "healthcheck"}, Severity: lint.Warning},
				{Name: "JSONArgsRecommended", Variants: []string{"cmd"}},
			},
		},
		{
			ID: "inline-ignore-comment", Category: lint.StyleIssue, Severity: lint.Style,
			Aliases: []lint.Alias{{Name: "DL1001", Severity: lint.Info, OffByDefault: true}},
		},
		{ID: "label-missing", Category: lint.StyleIssue, Severity: lint.Info, Requires: []string{"labels.required"}, Aliases: []lint.Alias{{Name: "DL3049", Severity: lint.Info}}},
		{ID: "shellcheck-finding", Category: lint.Correctness, Severity: lint.Warning, Default: true, Aliases: lint.Names("SCxxxx")},
		{ID: "final-user-unset", Category: lint.Security, Severity: lint.Info, Presets: []string{presetHardening}},
		{ID: "new-rule", Category: lint.Speed, Severity: lint.Warning, Default: true, Status: lint.Preview, Aliases: lint.Names("DF001")},
		{ID: "old-rule", Category: lint.Speed, Severity: lint.Warning, Default: true, Status: lint.Retired},
	}
}

func parse(t *testing.T, src string) *Config {
	t.Helper()
	c, err := Parse("c.yaml", []byte(src), catalog())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// sample uses every key.
const sample = `presets: [recommended, hardening]
fail-on: info
exclude: ["vendor/**", third_party]
rules:
  latest-tag: {severity: error, tags: [latest, edge], digests: false, limit: 3, registry: "ghcr.io"}
  DL3025: off
  SC2086: info
overrides:
  - paths: ["test/**"]
    rules: {final-user-unset: off, shell-form-command: style}
registries: {trusted: [docker.io, "*.example.com"]}
labels: {required: {org.opencontainers.image.source: url}, strict: true}
fix: {unsafe: true, exclude: [docs]}
pin: {mode: version+digest, refresh: true, cooldown-days: 7, cooldown-except: [python, ghcr.io/a/b]}
pull-request: {branch: fixes, base: main, labels: [], assignees: [ann], reviewers: [ben], draft: true}
templates: lint
preview: true
`
