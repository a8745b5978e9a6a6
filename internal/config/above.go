package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dockmend/dockmend/internal/lint"
)

// Above is a policy that stands above the configurations of repositories: a configuration
// that these may tighten and not loosen, and what it says about that.
type Above struct {
	Config
	// MayChange are the rules that repositories decide themselves, NeverIgnore those that
	// nothing silences.
	MayChange, NeverIgnore map[string]bool
	Ignores                Ignores
	// MayExclude has patterns of the paths that repositories may leave out.
	MayExclude []string
	// Baselines says that a repository's baseline counts.
	Baselines bool
}

// Ignores says what a comment that ignores a finding must have to count.
type Ignores struct {
	Reason, Until bool
	// MaxDays is how far ahead its last day may be; 0 for any.
	MaxDays int
}

// ParsePolicy reads a policy: the keys of a configuration, and the section policy.
func ParsePolicy(name string, src []byte, metas []*lint.Meta) (*Above, error) {
	d := newDecoder(name, src, metas)
	a := &Above{Config: Config{File: name}, MayChange: map[string]bool{}, NeverIgnore: map[string]bool{}}
	ruleNames := func(into map[string]bool) list {
		return list{to: new([]string), check: func(name string) error {
			targets, err := d.names.selector(name)
			for _, t := range targets {
				into[t.meta.ID] = true
			}
			return err
		}}
	}
	baseline := ""
	keys := slices.DeleteFunc(fields(&a.Config, d.names), func(f field) bool { return f.name == "baseline" || f.name == "extends" })
	keys = append(keys, field{"policy", "", object{[]field{
		{"may-change", "", ruleNames(a.MayChange)},
		{"never-ignore", "", ruleNames(a.NeverIgnore)},
		{"may-exclude", "", list{to: &a.MayExclude, patterns: true}},
		{"baseline", "", word{&baseline, []string{"allow", "refuse"}}},
		{"ignores", "", object{[]field{
			{"reason", "", flag{&a.Ignores.Reason}},
			{"until", "", flag{&a.Ignores.Until}},
			{"max-days", "", number{&a.Ignores.MaxDays, 0, 3650}},
		}}},
	}}})
	if root := d.load(); root != nil {
		d.object(root, "the policy", keys)
	}
	a.Baselines = baseline == "allow"
	if err := d.err(); err != nil {
		return nil, err
	}
	return a, nil
}

// maxRefused is how many lines say what a policy refuses.
const maxRefused = 50

// ResolveUnder is Resolve below a policy. refused says, a line each, what the configuration
// and the flags try to loosen; it does not count.
func (c *Config) ResolveUnder(a *Above, metas []*lint.Meta, f Flags) (r *RuleSet, refused []string, err error) {
	if a == nil {
		r, err = c.Resolve(metas, f)
		return r, nil, err
	}
	floor, err := a.Resolve(metas, Flags{AsOf: f.AsOf, DefaultAsOf: f.DefaultAsOf})
	if err != nil {
		return nil, nil, err
	}
	own := *c
	if own.AsOf != "" {
		refused = append(refused, "as-of: the day is not the repository's to set")
		own.AsOf = a.AsOf
	}
	if r, err = own.Resolve(metas, f); err != nil {
		return nil, nil, err
	}
	r.above, r.floor = a, floor
	refused = append(refused, r.refuseRules(c, f)...)
	refused = append(refused, r.refuseSettings(c, f)...)
	if c.Baseline != "" && !a.Baselines {
		refused = append(refused, "baseline: the policy takes none")
	}
	for _, pattern := range c.Exclude {
		if !slices.Contains(a.MayExclude, pattern) && !slices.Contains(a.Exclude, pattern) {
			refused = append(refused, fmt.Sprintf("exclude: %s counts only where the policy lets paths be excluded", quote(pattern)))
		}
	}
	if n := len(refused) - maxRefused; n > 0 {
		refused = append(refused[:maxRefused], fmt.Sprintf("and %d more", n))
	}
	r.base = r.under(r.base, floor.base)
	return r, refused, nil
}

// under is a policy for a file below another one.
func (r *RuleSet) under(own, floor *Policy) *Policy {
	return &Policy{states: own.states, base: own.base, floor: floor, above: r.above, asOf: r.settings.AsOf}
}

// refuseRules says which rules are written to be off, or less severe, or with other options.
func (r *RuleSet) refuseRules(c *Config, f Flags) (refused []string) {
	ids := slices.Sorted(maps.Keys(r.metas))
	check := func(where string, rules map[string]RuleSetting) {
		for _, id := range ids {
			set, ok := rules[id]
			if !ok || r.above.MayChange[id] {
				continue
			}
			if why := r.loosens(r.metas[id], set); why != "" {
				refused = append(refused, where+id+": "+why)
			}
		}
	}
	check("rules: ", c.Rules)
	for _, o := range c.Overrides {
		check("overrides for "+quote(strings.Join(o.Paths, ", "))+": ", o.Rules)
	}
	ignored := 0
	for _, id := range ids {
		if len(r.ignored[id]) > 0 && !r.above.MayChange[id] && r.floor.base.Enabled(r.metas[id]) {
			ignored++
		}
	}
	if ignored > 0 {
		refused = append(refused, fmt.Sprintf("--ignore %s: %d of these rules are on by the policy", quote(strings.Join(f.Ignore, ",")), ignored))
	}
	return refused
}

// loosens says what a setting takes from what the policy says of a rule; empty for nothing.
func (r *RuleSet) loosens(m *lint.Meta, set RuleSetting) string {
	if !r.floor.base.Enabled(m) {
		return ""
	}
	for _, l := range set.Levels {
		variants := l.Variants
		if len(variants) == 0 {
			variants = append([]string{""}, m.Variants...)
		}
		for _, variant := range variants {
			least, on := r.floor.base.Severity(m, variant)
			switch {
			case !on:
			case l.Off:
				return "the policy has it on"
			case least == lint.SeverityUnset && l.Severity < m.Severity, least != lint.SeverityUnset && l.Severity < least:
				return fmt.Sprintf("%s is less than the policy's %s", l.Severity, orOwn(least, m))
			}
		}
	}
	own := lint.NewOptions(m.Options, set.Options)
	floor := r.floor.base.Options(m)
	for _, o := range m.Options {
		if _, ok := set.Options[o.Name]; ok && !sameOption(own, floor, o) {
			return "its options are the policy's"
		}
	}
	return ""
}

func orOwn(least lint.Severity, m *lint.Meta) lint.Severity {
	if least == lint.SeverityUnset {
		return m.Severity
	}
	return least
}

func sameOption(a, b lint.Options, o lint.Option) bool {
	switch o.Kind {
	case lint.BoolOption:
		return a.Bool(o.Name) == b.Bool(o.Name)
	case lint.IntOption:
		return a.Int(o.Name) == b.Int(o.Name)
	case lint.StringOption:
		return a.Text(o.Name) == b.Text(o.Name)
	default:
		return slices.Equal(a.List(o.Name), b.List(o.Name))
	}
}

// refuseSettings joins the settings, each as strict as the stricter of both, and says what
// the configuration tries to loosen.
func (r *RuleSet) refuseSettings(c *Config, f Flags) (refused []string) {
	own, floor := *r.settings, r.floor.settings
	r.settings = &own
	if trusted := floor.TrustedRegistries; len(trusted) > 0 {
		kept := slices.DeleteFunc(slices.Clone(own.TrustedRegistries), func(host string) bool {
			in := slices.ContainsFunc(trusted, func(t string) bool { return host == t || strings.HasPrefix(host, t+"/") })
			if !in {
				refused = append(refused, fmt.Sprintf("registries: %s is not one of the policy's", quote(host)))
			}
			return !in
		})
		if own.TrustedRegistries = kept; len(kept) == 0 {
			own.TrustedRegistries = trusted
		}
	}
	labels := maps.Clone(own.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	for _, key := range slices.Sorted(maps.Keys(floor.Labels)) {
		if format, ok := labels[key]; ok && format != floor.Labels[key] {
			refused = append(refused, fmt.Sprintf("labels: %s has the policy's format, %s", quote(key), floor.Labels[key]))
		}
		labels[key] = floor.Labels[key]
	}
	if len(labels) > 0 {
		own.Labels = labels
	}
	own.StrictLabels = own.StrictLabels || floor.StrictLabels
	pin := r.above.Pin.settings()
	lessDigest, lessVersion := pin.Digest && !own.Pin.Digest, pin.Version && !own.Pin.Version
	if c.Pin.Mode != "" && (lessDigest || lessVersion) {
		refused = append(refused, fmt.Sprintf("pin: mode %s is less than the policy's %s", c.Pin.Mode, r.above.Pin.Mode))
	}
	own.Pin.Digest, own.Pin.Version = own.Pin.Digest || pin.Digest, own.Pin.Version || pin.Version
	own.Pin.Refresh = own.Pin.Refresh || pin.Refresh
	for _, x := range []struct{ where, failOn string }{{"fail-on", c.FailOn}, {"--fail-on", f.FailOn}} {
		if x.failOn != "" && r.above.FailOn != "" && strictness(x.failOn) < strictness(r.above.FailOn) {
			refused = append(refused, fmt.Sprintf("%s: %s is looser than the policy's %s", x.where, x.failOn, r.above.FailOn))
		}
	}
	if r.above.FailOn != "" && strictness(r.failOn) < strictness(r.above.FailOn) {
		r.failOn = r.above.FailOn
	}
	if days := r.above.Pin.CooldownDays; days > 0 && c.Pin.CooldownDays != 0 && c.Pin.CooldownDays < days {
		refused = append(refused, fmt.Sprintf("pin: a cooldown of %d days is shorter than the policy's %d", c.Pin.CooldownDays, days))
	}
	if r.above.Pin.CooldownDays > 0 {
		for _, name := range c.Pin.CooldownExcept {
			if !slices.Contains(r.above.Pin.CooldownExcept, name) {
				refused = append(refused, fmt.Sprintf("pin: %s is not one of the policy's exceptions from the cooldown", quote(name)))
			}
		}
	}
	return refused
}

// strictness is higher for what fails on more.
func strictness(failOn string) int {
	switch failOn {
	case "never":
		return 0
	case "":
		failOn = lint.Warning.String()
	}
	s, err := lint.ParseSeverity(failOn)
	if err != nil {
		return 0
	}
	return int(lint.Error) - int(s) + 1
}

// PinUnder is how images are pinned below a policy.
func (p Pin) PinUnder(a *Above) Pin {
	if a == nil || a.Pin.CooldownDays == 0 {
		return p
	}
	p.CooldownDays = max(p.CooldownDays, a.Pin.CooldownDays)
	p.CooldownExcept = a.Pin.CooldownExcept
	return p
}

// Silences says why a baseline does not silence findings of a rule; empty if it does.
func (a *Above) Silences(id string) (why string) {
	if a != nil && a.NeverIgnore[id] {
		return "the policy lets nothing silence it"
	}
	return ""
}

// Least is the least severity of a rule's findings of a variant, SeverityUnset for the
// finding's or the rule's own; on is false where the policy above says nothing.
func (p *Policy) Least(m *lint.Meta, variant string) (least lint.Severity, on bool) {
	if !p.bound(m) {
		return lint.SeverityUnset, false
	}
	return p.floor.Severity(m, variant)
}

// bound reports whether a policy above has a say in a rule.
func (p *Policy) bound(m *lint.Meta) bool {
	return p.floor != nil && !p.above.MayChange[m.ID]
}

// Refuses says why a comment does not silence findings of a rule; empty if it does.
func (p *Policy) Refuses(m *lint.Meta, s *lint.Suppression) (why string) {
	if p.floor == nil {
		return ""
	}
	if why := p.above.Silences(m.ID); why != "" {
		return why
	}
	need := p.above.Ignores
	switch {
	case p.above.MayChange[m.ID]:
		return ""
	case need.Reason && s.Reason == "":
		return "the policy wants a reason"
	case s.Until == "" && (need.Until || need.MaxDays > 0):
		return "the policy wants a last day, until=2027-12-31"
	case need.MaxDays == 0:
		return ""
	}
	last, err := time.Parse(time.DateOnly, s.Until)
	today, todayErr := time.Parse(time.DateOnly, p.asOf)
	if err != nil || todayErr != nil || last.After(today.AddDate(0, 0, need.MaxDays)) {
		return fmt.Sprintf("the policy takes no last day that is more than %d days ahead", need.MaxDays)
	}
	return ""
}
