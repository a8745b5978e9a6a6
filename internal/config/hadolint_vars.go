package config

import (
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/internal/lint"
)

// hadolintKeys are those of hadolint's configuration, and one that people write for
// trustedRegistries.
func hadolintKeys() []string {
	return []string{
		"ignored", "override", "trustedRegistries", "trusted-registries", "label-schema", "strict-labels", "failure-threshold", "no-fail",
		"disable-ignore-pragma", "no-color", "format",
	}
}

// IsHadolint reports whether a configuration is one of hadolint's: it has the name that
// hadolint reads by itself, or keys of hadolint's and none of ours. A file without
// content is one by its name.
func IsHadolint(name string, src []byte) bool {
	base := path.Base(name)
	if base == ".hadolint.yaml" || base == ".hadolint.yml" {
		return true
	}
	d := newDecoder(name, src, nil)
	root := d.load()
	if root == nil {
		return len(d.errors) == 0 && strings.Contains(strings.ToLower(base), "hadolint")
	}
	if root.Kind != yaml.MappingNode {
		return false
	}
	ours, theirs := fields(&Config{}, d.names), false
	for i := 0; i < len(root.Content); i += 2 {
		key := root.Content[i].Value
		if slices.ContainsFunc(ours, func(f field) bool { return f.name == key }) {
			return false
		}
		theirs = theirs || slices.Contains(hadolintKeys(), key)
	}
	return theirs
}

// The variables that hadolint reads, but for those about its output.
const (
	varNoFail    = "HADOLINT_NOFAIL"
	varThreshold = "HADOLINT_FAILURE_THRESHOLD"
	varIgnore    = "HADOLINT_IGNORE"
	varOverride  = "HADOLINT_OVERRIDE_" // and a severity
	varTrusted   = "HADOLINT_TRUSTED_REGISTRIES"
	varLabels    = "HADOLINT_REQUIRE_LABELS"
	varStrict    = "HADOLINT_STRICT_LABELS"
	varNoPragmas = "HADOLINT_DISABLE_IGNORE_PRAGMA"
)

// HadolintVariables are the variables of hadolint that are set.
func HadolintVariables(getenv func(string) string) []string {
	names := []string{varNoFail, varThreshold, varIgnore}
	for _, s := range lint.SeverityNames() {
		names = append(names, varOverride+strings.ToUpper(s))
	}
	names = append(names, varTrusted, varLabels, varStrict, varNoPragmas)
	return slices.DeleteFunc(names, func(name string) bool { return getenv(name) == "" })
}

// variables adds what the environment says. hadolint disregards a value that it cannot
// read; here it is an error, since the run would not do what was asked for.
func (h *hadolint) variables(getenv func(string) string) {
	h.read = HadolintVariables(getenv)
	for _, name := range h.read {
		value := getenv(name)
		items := strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' })
		if len(items) > maxItems {
			h.failVariable(name, "it has more than %d entries", maxItems)
			continue
		}
		switch name {
		case varNoFail:
			h.noFail = h.noFail || truthy(value)
		case varStrict:
			h.cfg.Labels.Strict = h.cfg.Labels.Strict || truthy(value)
		case varNoPragmas:
			h.cfg.DisableHadolintIgnores = h.cfg.DisableHadolintIgnores || truthy(value)
		case varThreshold:
			if !slices.Contains(hadolintThresholds(), value) {
				h.failVariable(name, "unknown value %s%s", quote(value), hint(value, hadolintThresholds()))
			}
			h.threshold = value
		case varIgnore:
			h.codes.off = append(h.codes.off, items...)
		case varTrusted:
			h.cfg.Registries.Trusted = append(h.cfg.Registries.Trusted, items...)
		case varLabels:
			h.labelVariable(items)
		default:
			if s, err := lint.ParseSeverity(strings.ToLower(strings.TrimPrefix(name, varOverride))); err == nil {
				h.codes.severities[s] = append(h.codes.severities[s], items...)
			}
		}
	}
}

// labelVariable reads items such as "maintainer:text".
func (h *hadolint) labelVariable(items []string) {
	for _, item := range items {
		label, format, _ := strings.Cut(item, ":")
		if !slices.Contains(LabelFormats(), format) {
			h.failVariable(varLabels, "unknown format %s of %s%s", quote(format), quote(label), hint(format, LabelFormats()))
			continue
		}
		if h.cfg.Labels.Required == nil {
			h.cfg.Labels.Required = map[string]string{}
		}
		h.cfg.Labels.Required[label] = format
	}
}

func hadolintThresholds() []string { return append(lint.SeverityNames(), "ignore", "none") }

// truthy reports whether hadolint takes the value of a variable for yes.
func truthy(value string) bool {
	switch strings.ToLower(value) {
	case "1", "y", "yes", "on", "true":
		return true
	}
	return false
}
