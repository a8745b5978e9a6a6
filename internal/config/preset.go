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

// inPreset reports whether a preset has a variant of a rule, and with which severity.
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

// hadolintTriggers reports whether a rule has hadolint's triggers: it is one of
// hadolint's, and no preset before hadolint's has it.
func hadolintTriggers(presets []string, m *lint.Meta) bool {
	for _, p := range presets {
		if p == presetHadolint {
			return m.HasHadolint()
		}
		if hasRule(p, m) {
			return false
		}
	}
	return false
}

// optionsByPreset are the options that the first preset that has the rule sets.
func optionsByPreset(presets []string, m *lint.Meta) map[string]lint.OptionValue {
	set := map[string]lint.OptionValue{}
	i := slices.IndexFunc(presets, func(p string) bool { return hasRule(p, m) })
	if i < 0 {
		return set
	}
	for _, o := range m.Options {
		if v, ok := o.Presets[presets[i]]; ok {
			set[o.Name] = v
		}
	}
	return set
}

// hasRule reports whether a preset has any variant of a rule.
func hasRule(preset string, m *lint.Meta) bool {
	return slices.ContainsFunc(append([]string{""}, m.Variants...), func(variant string) bool { return inPreset(preset, m, variant).on })
}
