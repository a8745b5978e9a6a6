package config

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/internal/lint"
)

// ParseHadolint reads hadolint's configuration as one of ours: its rules with
// its triggers and severities, and the recommended ones in addition. The
// notices say that, and list what has no counterpart here. The error is like
// that of Parse.
func ParseHadolint(name string, src []byte, metas []*lint.Meta) (cfg *Config, notices []string, err error) {
	return ParseHadolintWith(name, src, metas, func(string) string { return "" })
}

// ParseHadolintWith is ParseHadolint with hadolint's variables of the environment, which
// go before the file where both name one value, and add to its lists. An empty name
// stands for the variables alone.
func ParseHadolintWith(
	name string, src []byte, metas []*lint.Meta, getenv func(string) string,
) (cfg *Config, notices []string, err error) {
	d := newDecoder(name, src, metas)
	d.hadolint = true
	h := &hadolint{decoder: d, cfg: &Config{File: name, Presets: []string{presetHadolint, presetRecommended}}}
	h.codes.severities = map[lint.Severity][]string{}
	if root := d.load(); root != nil {
		h.mapping(root, "hadolint's configuration", h.key)
	}
	h.variables(getenv)
	h.settle()
	if err := d.err(); err != nil {
		return nil, nil, err
	}
	return h.cfg, h.notices(), nil
}

// hadolint collects what its configuration says.
type hadolint struct {
	*decoder
	cfg *Config
	// threshold is hadolint's failure-threshold.
	threshold string
	noFail    bool
	codes     hadolintCodes
	unmapped  []string
	// read are the variables that were set.
	read []string
}

// hadolintCodes has the codes by what is to happen to them.
type hadolintCodes struct {
	severities map[lint.Severity][]string
	off        []string
}

// settle sets the levels of what was read.
func (h *hadolint) settle() {
	// Of several severities the highest counts, and what is ignored is off.
	for s := lint.Style; s <= lint.Error; s++ {
		for _, code := range h.codes.severities[s] {
			h.set(code, Level{Severity: s})
		}
	}
	for _, code := range h.codes.off {
		h.set(code, Level{Off: true})
	}
	h.cfg.FailOn = h.failOn()
}

func (h *hadolint) key(key, value *yaml.Node) {
	name := key.Value
	switch name {
	case "ignored":
		h.codes.off = append(h.codes.off, h.list(value, name)...)
	case "override":
		h.mapping(value, name, func(key, value *yaml.Node) {
			if key.Value == "ignore" {
				h.codes.off = append(h.codes.off, h.list(value, "override.ignore")...)
				return
			}
			s, err := lint.ParseSeverity(key.Value)
			if err != nil {
				h.errorf(key, "unknown severity %s in override%s", quote(key.Value), hint(key.Value, append(lint.SeverityNames(), "ignore")))
				return
			}
			h.codes.severities[s] = append(h.codes.severities[s], h.list(value, "override."+s.String())...)
		})
	case "trustedRegistries":
		h.cfg.Registries.Trusted = h.list(value, name)
	case "label-schema":
		h.mapping(value, name, h.label)
	case "strict-labels":
		flag{&h.cfg.Labels.Strict}.decode(h.decoder, name, value)
	case "failure-threshold":
		word{&h.threshold, hadolintThresholds()}.decode(h.decoder, name, value)
	case "no-fail":
		flag{&h.noFail}.decode(h.decoder, name, value)
	case "disable-ignore-pragma":
		flag{&h.cfg.DisableHadolintIgnores}.decode(h.decoder, name, value)
	default:
		h.unmapped = append(h.unmapped, quote(name))
	}
}

func (h *hadolint) list(n *yaml.Node, what string) []string {
	var items []string
	list{to: &items}.decode(h.decoder, what, n)
	return items
}

// label reads a label's format; an empty one is any text to hadolint.
func (h *hadolint) label(key, value *yaml.Node) {
	if isNull(value) || (value.Kind == yaml.ScalarNode && value.Value == "") {
		value = &yaml.Node{Kind: yaml.ScalarNode, Value: "text", Line: value.Line, Column: value.Column}
	}
	format, ok := h.choice(value, quote(key.Value), LabelFormats())
	if !ok {
		return
	}
	if h.cfg.Labels.Required == nil {
		h.cfg.Labels.Required = map[string]string{}
	}
	h.cfg.Labels.Required[key.Value] = format
}

// set sets the level of a code. One that no rule of ours has is listed.
func (h *hadolint) set(code string, l Level) {
	var targets []target
	if (lint.Alias{Name: strings.ToUpper(code)}).IsHadolint() {
		targets = h.names.find(code)
	}
	if targets == nil {
		if shown := quote(code); !slices.Contains(h.unmapped, shown) {
			h.unmapped = append(h.unmapped, shown)
		}
		return
	}
	if h.cfg.Rules == nil {
		h.cfg.Rules = map[string]RuleSetting{}
	}
	for _, t := range targets {
		s := h.cfg.Rules[t.meta.ID]
		s.add(l, t)
		h.cfg.Rules[t.meta.ID] = s
	}
}

// failOn is our word for hadolint's threshold. With "ignore" and "none", it
// fails on any finding.
func (h *hadolint) failOn() string {
	switch {
	case h.noFail:
		return never
	case h.threshold == "ignore" || h.threshold == "none":
		return lint.Style.String()
	default:
		return h.threshold
	}
}

func (h *hadolint) notices() []string {
	failOn := "fail-on: " + h.cfg.FailOn
	if h.cfg.FailOn == "" {
		failOn = "fail-on: warning, as it has no failure-threshold (hadolint would fail from info on)"
	}
	from, are := strings.Join(h.read, ", "), "is"
	switch {
	case h.cfg.File == "":
		if len(h.read) > 1 {
			are = "are"
		}
	case from == "":
		from = h.cfg.File
	default:
		from = h.cfg.File + " with " + from
	}
	notices := []string{fmt.Sprintf("%s %s used as the configuration, with presets: [%s], %s", from, are, strings.Join(h.cfg.Presets, ", "), failOn)}
	if len(h.unmapped) > 0 {
		shown, rest := h.unmapped, ""
		if len(shown) > maxErrors {
			shown, rest = shown[:maxErrors], fmt.Sprintf(" and %d more", len(shown)-maxErrors)
		}
		notices = append(notices, fmt.Sprintf("%s: these settings have no effect in dockmend: %s%s", from, strings.Join(shown, ", "), rest))
	}
	return notices
}
