package config

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
)

// Flags are the settings of the command line.
type Flags struct {
	// Presets, if any, stand in place of the configuration's.
	Presets []string
	// Select, if any, names all that runs: ids, aliases (of their variants),
	// categories or "all". The configuration's severities and options still
	// count, and so does what an override switches off for its paths.
	Select []string
	// Ignore takes away from all else, by the same names.
	Ignore []string
	// FailOn is a severity's name, "never", or empty.
	FailOn string
	// DefaultFailOn counts where neither FailOn nor the configuration says
	// anything; empty stands for "warning".
	DefaultFailOn string
	// AsOf is the day as of which the run looks at what ends on a day; empty where
	// the command line names none. DefaultAsOf counts where the configuration names
	// none either.
	AsOf, DefaultAsOf string
}

// isDigestRule tells the rules that a pin.mode with digests switches on.
func isDigestRule(id string) bool {
	return id == "image-not-pinned-by-digest" || id == "compose-image-not-pinned-by-digest"
}

// everything is the selector that stands for all rules.
const everything = "all"

// RuleSet says which rules run where. It is never changed, and safe for
// concurrent use.
type RuleSet struct {
	metas     map[string]*lint.Meta
	presets   []string
	preview   bool
	selecting bool
	selected  map[string][]target
	ignored   map[string][]target
	rules     map[string]RuleSetting
	overrides []Override
	exclude   []string
	fix       Fix
	failOn    string
	settings  *lint.Settings
	base      *Policy
	// above is the policy above, floor what it says; nil for none.
	above *Above
	floor *RuleSet
}

// Resolve joins a configuration with the flags. The error lists all names that
// are unknown, a line each.
func (c *Config) Resolve(metas []*lint.Meta, f Flags) (*RuleSet, error) {
	r := &RuleSet{
		metas: make(map[string]*lint.Meta, len(metas)), presets: c.Presets, preview: c.Preview, selecting: len(f.Select) > 0,
		rules: c.Rules, overrides: c.Overrides, exclude: c.Exclude, fix: c.Fix,
		settings: &lint.Settings{
			TrustedRegistries: c.Registries.Trusted, Labels: c.Labels.Required, StrictLabels: c.Labels.Strict,
			Pin: c.Pin.settings(), AsOf: cmp.Or(f.AsOf, c.AsOf, f.DefaultAsOf),
		},
	}
	for _, m := range metas {
		r.metas[m.ID] = m
	}
	r.failOn = cmp.Or(f.FailOn, c.FailOn, f.DefaultFailOn)
	if len(f.Presets) > 0 {
		r.presets = f.Presets
	}
	if r.presets == nil {
		r.presets = []string{presetRecommended}
	}
	var errs []error
	for _, p := range r.presets {
		if !slices.Contains(PresetNames(), p) {
			errs = append(errs, fmt.Errorf("unknown preset %s%s", quote(p), hint(p, PresetNames())))
		}
	}
	if r.failOn != "" && !slices.Contains(failOnNames(), r.failOn) {
		errs = append(errs, fmt.Errorf("--fail-on: unknown value %s%s", quote(r.failOn), hint(r.failOn, failOnNames())))
	}
	names := newNames(metas)
	var err error
	if r.selected, err = names.selectors("--select", f.Select); err != nil {
		errs = append(errs, err)
	}
	if r.ignored, err = names.selectors("--ignore", f.Ignore); err != nil {
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	r.base = &Policy{states: make(map[string]*state, len(metas))}
	for _, m := range metas {
		r.base.states[m.ID] = r.state(m, nil)
	}
	return r, nil
}

// selectors finds the rules of each name, by their ids.
func (n *names) selectors(flag string, list []string) (map[string][]target, error) {
	found := map[string][]target{}
	var errs []error
	for _, name := range list {
		targets, err := n.selector(name)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", flag, err))
		}
		for _, t := range targets {
			found[t.meta.ID] = append(found[t.meta.ID], t)
		}
	}
	return found, errors.Join(errs...)
}

// selector returns the rules that the name of a rule, of a category, or all stands for.
func (n *names) selector(name string) ([]target, error) {
	name = strings.TrimSpace(name)
	targets := n.find(name)
	if targets == nil {
		targets = n.group(strings.ToLower(name))
	}
	if targets == nil {
		return nil, fmt.Errorf("unknown rule %s%s", quote(name), n.hint(name, groups()...))
	}
	return targets, nil
}

// group returns the rules of a category, or all.
func (n *names) group(name string) []target {
	if !slices.Contains(groups(), name) {
		return nil
	}
	targets := []target{}
	for _, m := range n.metas {
		if name == everything || string(m.Category) == name {
			targets = append(targets, target{meta: m, group: name})
		}
	}
	return targets
}

func groups() []string {
	all := []string{everything}
	for _, c := range lint.Categories() {
		all = append(all, string(c))
	}
	return all
}

// Runs reports whether a rule runs on any path that no override speaks of.
func (r *RuleSet) Runs(id string) bool {
	m := r.metas[id]
	return m != nil && r.For("").Enabled(m)
}

// FailOn is the least severity of a finding that fails the run; never is set
// if none does.
func (r *RuleSet) FailOn() (severity lint.Severity, never bool) {
	if r.failOn == "never" {
		return lint.SeverityUnset, true
	}
	// Resolve let only known names in.
	if s, err := lint.ParseSeverity(r.failOn); err == nil {
		return s, false
	}
	return lint.Warning, false
}

// Excluded reports whether the configuration keeps a path from being linted, and
// by which pattern. The path is relative to the root, with slashes.
func (r *RuleSet) Excluded(path string) (pattern string, ok bool) {
	pattern, ok = matchAny(r.exclude, path)
	if r.above == nil {
		return pattern, ok
	}
	if by, excluded := matchAny(r.above.Exclude, path); excluded {
		return by, true
	}
	if _, may := matchAny(r.above.MayExclude, path); !may {
		return "", false
	}
	return pattern, ok
}

// Fixes reports whether the files' findings can be fixed, and whether unsafe fixes
// are enabled. The path is relative to the root, with slashes.
func (r *RuleSet) Fixes(path string) (fix, unsafe bool) {
	_, excluded := matchAny(r.fix.Exclude, path)
	return !excluded, r.fix.Unsafe
}

// Settings are those that rules may read; they must not be changed.
func (r *RuleSet) Settings() *lint.Settings { return r.settings }

// For returns the policy for a file, shared by all to which no override
// applies. The path is relative to the root, with slashes.
func (r *RuleSet) For(path string) *Policy {
	var apply []map[string]RuleSetting
	changed := map[string]bool{}
	for _, o := range r.overrides {
		if _, ok := matchAny(o.Paths, path); ok && len(o.Rules) > 0 {
			apply = append(apply, o.Rules)
			for id := range o.Rules {
				changed[id] = true
			}
		}
	}
	if len(apply) == 0 {
		return r.over(r.base, path)
	}
	p := &Policy{states: make(map[string]*state, len(changed)), base: r.base}
	for id := range changed {
		if m := r.metas[id]; m != nil {
			p.states[id] = r.state(m, apply)
		}
	}
	return r.over(p, path)
}

// over puts what the policy above says of a path over one.
func (r *RuleSet) over(own *Policy, path string) *Policy {
	if r.floor == nil {
		return own
	}
	floor := r.floor.For(path)
	if own == r.base && floor == r.floor.base {
		return own
	}
	return r.under(own, floor)
}

// state works out all that is known about a rule, with the overrides that apply.
func (r *RuleSet) state(m *lint.Meta, overrides []map[string]RuleSetting) *state {
	layers := []RuleSetting{r.rules[m.ID]}
	for _, o := range overrides {
		layers = append(layers, o[m.ID])
	}
	variants := slices.Clone(m.Variants)
	set := optionsByPreset(r.presets, m)
	for _, l := range layers {
		maps.Copy(set, l.Options)
		for _, level := range l.Levels {
			variants = append(variants, level.Variants...)
		}
	}
	for _, t := range slices.Concat(r.selected[m.ID], r.ignored[m.ID]) {
		variants = append(variants, t.variants...)
	}
	s := &state{
		hadolint: hadolintTriggers(r.presets, m), options: lint.NewOptions(m.Options, set),
		rest: r.verdict(m, "", layers), variants: make(map[string]verdict, len(variants)),
	}
	s.enabled = s.rest.on
	for _, variant := range variants {
		v := r.verdict(m, variant, layers)
		s.variants[variant] = v
		s.enabled = s.enabled || v.on
	}
	return s
}

// verdict goes through presets, rules, selection, overrides and ignored rules;
// the later wins. The first of the layers is the configuration's rules.
func (r *RuleSet) verdict(m *lint.Meta, variant string, layers []RuleSetting) verdict {
	if m.Status == lint.Retired {
		return verdict{}
	}
	v := byPresets(r.presets, m, variant)
	if r.settings.Pin.Digest && isDigestRule(m.ID) {
		v.on = true // who asks for digests wants them where they are missing
	}
	mayRun := m.Status != lint.Preview || r.preview
	v.on = v.on && mayRun
	for i, layer := range layers {
		for _, l := range layer.Levels {
			if !covers(l.Variants, variant) {
				continue
			}
			switch {
			case l.Off:
				v.on = false
			case l.Group != "" || (r.selecting && i > 0):
				// A selection is narrowed for some paths, never widened.
				v.severity = l.Severity
			default:
				v = verdict{on: mayRun || l.ByID, severity: l.Severity}
			}
		}
		if i == 0 && r.selecting {
			v.on = slices.ContainsFunc(r.selected[m.ID], func(t target) bool {
				return covers(t.variants, variant) && (mayRun || t.byID)
			})
		}
	}
	if slices.ContainsFunc(r.ignored[m.ID], func(t target) bool { return covers(t.variants, variant) }) {
		v.on = false
	}
	return v
}

// covers reports whether a list of variants, all if empty, has this one.
func covers(variants []string, variant string) bool {
	return len(variants) == 0 || slices.Contains(variants, variant)
}
