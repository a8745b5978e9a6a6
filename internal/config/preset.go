package config

import (
	"slices"

	"github.com/dockmend/dockmend/internal/lint"
)

// The names of presets. cloud-native and hardening are those of Meta.Presets.
const (
	presetRecommended = "recommended"
	presetCloudNative = "cloud-native"
	presetHardening   = "hardening"
	presetHadolint    = "hadolint"
	presetStrict      = "strict"
)

// PresetNames lists the presets of docs/contract.md section 3.
func PresetNames() []string {
	return []string{presetRecommended, presetCloudNative, presetHardening, presetHadolint, presetStrict}
}

// verdict is what happens to the findings of one variant of a rule.
type verdict struct {
	on bool
	// severity is unset for the finding's or the rule's own.
	severity lint.Severity
}

// inPreset tells whether a preset has a variant of a rule, and with which severity.
func inPreset(preset string, m *lint.Meta, variant string) verdict {
	switch preset {
	case presetRecommended:
		return verdict{on: m.Default && !slices.Contains(m.OptIn, variant)}
	case presetStrict:
		return verdict{on: len(m.Requires) == 0}
	case presetHadolint:
		if a, ok := m.Hadolint(variant); ok && !a.OffByDefault {
			return verdict{on: true, severity: a.Severity}
		}
		return verdict{}
	default:
		return verdict{on: slices.Contains(m.Presets, preset)}
	}
}

// byPresets is the verdict of the first preset that has the variant. So a
// repository that comes from hadolint, with [hadolint, recommended], keeps
// hadolint's severities for hadolint's rules.
func byPresets(presets []string, m *lint.Meta, variant string) verdict {
	for _, p := range presets {
		if v := inPreset(p, m, variant); v.on {
			return v
		}
	}
	return verdict{}
}

// hadolintTriggers tells whether a rule has hadolint's triggers: it is one of
// hadolint's, and no preset before hadolint's has it.
func hadolintTriggers(presets []string, m *lint.Meta) bool {
	for _, p := range presets {
		if p == presetHadolint {
			return m.HasHadolint()
		}
		for _, variant := range append([]string{""}, m.Variants...) {
			if inPreset(p, m, variant).on {
				return false
			}
		}
	}
	return false
}
