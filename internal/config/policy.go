package config

import "github.com/dockmend/dockmend/internal/lint"

// Policy decides for one file which rules run and how they count. It is never
// changed, and safe for concurrent use.
type Policy struct {
	states map[string]*state
	// base has the rules that no override touches; nil for the shared policy.
	base *Policy
	// floor is what the policy above says of the file, asOf the day of the run; nil and
	// empty for none.
	floor *Policy
	above *Above
	asOf  string
}

// state is what is known about one rule.
type state struct {
	enabled  bool
	hadolint bool
	options  lint.Options
	// variants has those that anything names, rest counts for all others.
	variants map[string]verdict
	rest     verdict
}

// Enabled reports whether the rule runs: whether any of its findings can count.
func (p *Policy) Enabled(m *lint.Meta) bool {
	return p.state(m).enabled || (p.bound(m) && p.floor.Enabled(m))
}

// Severity of the rule's findings of a variant, SeverityUnset for the
// finding's or the rule's own; on is false for a variant that stays silent.
func (p *Policy) Severity(m *lint.Meta, variant string) (severity lint.Severity, on bool) {
	s := p.state(m)
	v, ok := s.variants[variant]
	if !ok {
		v = s.rest
	}
	if !v.on && p.bound(m) {
		return p.floor.Severity(m, variant)
	}
	return v.severity, v.on
}

// Options are the rule's settings.
func (p *Policy) Options(m *lint.Meta) lint.Options {
	if p.bound(m) && p.floor.Enabled(m) {
		return p.floor.Options(m)
	}
	return p.state(m).options
}

// Hadolint reports whether the rule has hadolint's triggers.
func (p *Policy) Hadolint(m *lint.Meta) bool {
	if p.bound(m) && p.floor.Enabled(m) {
		return p.floor.Hadolint(m)
	}
	return p.state(m).hadolint
}

// state is that of a rule of the catalogue; any other rule is off.
func (p *Policy) state(m *lint.Meta) *state {
	for ; p != nil; p = p.base {
		if s := p.states[m.ID]; s != nil {
			return s
		}
	}
	return &state{options: lint.NewOptions(m.Options, nil)}
}
