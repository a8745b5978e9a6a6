package config

import (
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/internal/lint"
)

// maxNumber bounds a rule's whole-number option, both ways.
const maxNumber = 1 << 30

// settings is a map from rules to what is set for them.
type settings struct {
	to    *map[string]RuleSetting
	names *names
}

func (v settings) decode(d *decoder, name string, n *yaml.Node) {
	d.mapping(n, name, func(key, value *yaml.Node) {
		targets := v.names.find(key.Value)
		if targets == nil {
			targets = v.names.group(key.Value)
		}
		if targets == nil {
			d.errorf(key, "unknown rule %s%s", quote(key.Value), v.names.hint(key.Value, groups()...))
			return
		}
		level, options, ok := d.setting(key.Value, value, targets)
		if !ok {
			return
		}
		if *v.to == nil {
			*v.to = map[string]RuleSetting{}
		}
		for _, t := range targets {
			s := (*v.to)[t.meta.ID]
			if level != nil {
				s.add(*level, t)
			}
			for _, o := range t.meta.Options {
				if set, ok := options[o.Name]; ok {
					if s.Options == nil {
						s.Options = map[string]lint.OptionValue{}
					}
					s.Options[o.Name] = set
				}
			}
			(*v.to)[t.meta.ID] = s
		}
	})
}

// add puts a level in its place: the more variants it covers, the earlier, so
// that what is said of an alias counts for more than what is said of the rule.
func (s *RuleSetting) add(l Level, t target) {
	l.Variants, l.ByID, l.Group = t.variants, t.byID, t.group
	s.Levels = append(s.Levels, l)
	slices.SortStableFunc(s.Levels, func(a, b Level) int { return b.width() - a.width() })
}

// width orders levels: all, a category, the rule by its id, an alias of all variants, then by
// the number of variants.
func (l *Level) width() int {
	switch {
	case l.Group == everything:
		return maxItems + 3
	case l.Group != "":
		return maxItems + 2
	case l.ByID:
		return maxItems + 1
	case len(l.Variants) == 0:
		return maxItems
	default:
		return min(len(l.Variants), maxItems-1)
	}
}

// setting reads off, a severity, or a map with options. A nil level leaves the
// rule on or off as it is.
func (d *decoder) setting(name string, n *yaml.Node, targets []target) (level *Level, options map[string]lint.OptionValue, ok bool) {
	if n.Kind != yaml.MappingNode {
		if n.Kind == yaml.SequenceNode {
			d.errorf(n, "%s must be off, a severity, or a map with its options, not a list", name)
			return nil, nil, false
		}
		level, ok = d.level(n, name)
		return level, nil, ok
	}
	before := len(d.errors)
	known := optionsOf(targets)
	options = map[string]lint.OptionValue{}
	d.mapping(n, name, func(key, value *yaml.Node) {
		if key.Value == "severity" {
			level, _ = d.level(value, "severity")
			return
		}
		for _, o := range known {
			if o.Name == key.Value {
				if set, ok := d.option(o, value); ok {
					options[o.Name] = set
				}
				return
			}
		}
		allowed := []string{"severity"}
		for _, o := range known {
			allowed = append(allowed, o.Name)
		}
		d.errorf(key, "%s has no option %s%s", name, quote(key.Value), hint(key.Value, allowed))
	})
	return level, options, len(d.errors) == before
}

// level reads a severity, off, or false for off: some versions of YAML read off as that.
func (d *decoder) level(n *yaml.Node, what string) (*Level, bool) {
	if n.Kind == yaml.ScalarNode && n.Style == 0 && n.Value == "false" {
		return &Level{Off: true}, true
	}
	word, ok := d.choice(n, what, levels())
	if !ok {
		return nil, false
	}
	if word == "off" {
		return &Level{Off: true}, true
	}
	severity, err := lint.ParseSeverity(word)
	if err != nil {
		d.errorf(n, "%v", err)
		return nil, false
	}
	return &Level{Severity: severity}, true
}

// optionsOf lists the options of the rules, each name once.
func optionsOf(targets []target) []lint.Option {
	var all []lint.Option
	for _, t := range targets {
		if t.group != "" {
			return nil // a category has no options of its own
		}
		for _, o := range t.meta.Options {
			if !slices.ContainsFunc(all, func(x lint.Option) bool { return x.Name == o.Name }) {
				all = append(all, o)
			}
		}
	}
	return all
}

// option reads a value of the kind that the rule declares.
func (d *decoder) option(o lint.Option, n *yaml.Node) (set lint.OptionValue, ok bool) {
	switch o.Kind {
	case lint.BoolOption:
		set.Bool, ok = d.bool(n, o.Name)
	case lint.IntOption:
		set.Int, ok = d.number(n, o.Name, -maxNumber, maxNumber)
	case lint.StringOption:
		set.Text, ok = d.text(n, o.Name)
	case lint.ListOption:
		before := len(d.errors)
		set.List = []string{}
		list{to: &set.List}.decode(d, o.Name, n)
		ok = len(d.errors) == before
	}
	return set, ok
}

func (v settings) schema() *schema {
	s := &schema{Type: orNull("object"), MaxProperties: maxItems, Properties: map[string]*schema{}, Additional: &additional{}}
	for _, name := range v.names.all {
		s.Properties[name] = settingSchema(v.names.find(name))
	}
	for _, name := range groups() {
		s.Properties[name] = describe(&schema{Ref: "#/$defs/setting"}, "The rules of the category that run, or all that run.")
	}
	if v.names.find(lint.AnyShellCheck) != nil {
		s.PatternProperties = map[string]*schema{"^SC[0-9]{4}$": settingSchema(v.names.find(lint.AnyShellCheck))}
	}
	return s
}
