package config

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/distribution/reference"
	"go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/internal/lint"
)

// never is the value of fail-on that no finding reaches.
const never = "never"

// field is a key of the configuration, bound to the place of its value. Parse
// and Schema read the same table.
type field struct {
	name, doc string
	value     value
}

// value reads one kind of setting, and describes it.
type value interface {
	decode(d *decoder, name string, n *yaml.Node)
	schema() *schema
}

func failOnNames() []string { return append(lint.SeverityNames(), never) }

// fields is the table of docs/contract.md section 3.
func fields(c *Config, names *names) []field {
	return []field{
		{"presets", "The sets of rules to run; several add up. For a rule in several presets, the first one sets its severity, triggers and options. Default: recommended.", list{to: &c.Presets, among: PresetNames()}},
		{"extends", "A configuration of the same repository that this one adds to, as a path from the root.", phrase{&c.Extends}},
		{"fail-on", "The lowest severity of a finding with which dockmend exits with 1. Default: warning.", word{&c.FailOn, failOnNames()}},
		{"exclude", "Paths that are not linted, as patterns relative to the root of the repository. A pattern that matches a folder covers all files in it.", list{to: &c.Exclude, patterns: true}},
		{"rules", "Rules by id or alias: off, a severity, or a map of severity and options. An alias covers only what the other tool's rule covers. A category, or all, sets the severity of its rules that run, or turns them off.", settings{&c.Rules, names}},
		{"overrides", "Settings for some paths; later ones override earlier ones.", overrides{&c.Overrides, names}},
		{"baseline", "A file that --write-baseline wrote, relative to the root of the repository. Findings in it are not reported. --baseline overrides it.", phrase{&c.Baseline}},
		{"as-of", "The day as of which end of support is judged, such as 2026-11-30. --as-of overrides it. Default: SOURCE_DATE_EPOCH, otherwise today, in UTC.", day{&c.AsOf}},
		{"registries", "Which registries findings accept. dockmend does not connect to them because of this setting.", object{[]field{
			{"trusted", "The registries that images may come from; empty for all.", list{to: &c.Registries.Trusted}},
		}}},
		{"labels", "The labels that an image should have.", object{[]field{
			{"required", "Required labels, each with the format of its value.", words{&c.Labels.Required, LabelFormats()}},
			{"strict", "Whether other labels are reported. Default: false.", flag{&c.Labels.Strict}},
		}}},
		{"fix", "Which fixes are applied.", object{[]field{
			{"unsafe", "Whether unsafe fixes are applied too. Default: false.", flag{&c.Fix.Unsafe}},
			{"exclude", "Paths whose findings are shown but never fixed, as patterns.", list{to: &c.Fix.Exclude, patterns: true}},
		}}},
		{"pin", "How references to images are pinned, with --online.", object{[]field{
			{"mode", "How an image is pinned: digest adds the digest and keeps the tag, version replaces latest or a missing tag with the tag of the version, and version+digest does both, also for tags such as 3. Modes with digest turn on image-not-pinned-by-digest and compose-image-not-pinned-by-digest. Default: off.", word{&c.Pin.Mode, []string{"off", "digest", "version", "version+digest"}}},
			{"refresh", "Whether a safe fix replaces a digest with the one that its tag has now. Default: false.", flag{&c.Pin.Refresh}},
			{"cooldown-days", "The age in days that an image must have before it is proposed. Default: 0.", number{&c.Pin.CooldownDays, 0, 3650}},
			{"cooldown-except", "Repositories whose images are proposed at once, such as docker.io/library/python or ghcr.io/owner/name: for a fix that cannot wait.", list{to: &c.Pin.CooldownExcept, check: checkRepository}},
		}}},
		{"pull-request", "The pull request with fixes.", object{[]field{
			{"branch", "Its branch. Default: dockmend-fixes.", phrase{&c.PullRequest.Branch}},
			{"base", "The branch that it is merged into. Default: the default branch of the repository.", phrase{&c.PullRequest.Base}},
			{"labels", "Its labels. Default: dependencies.", list{to: &c.PullRequest.Labels}},
			{"assignees", "The users that it is assigned to.", list{to: &c.PullRequest.Assignees}},
			{"reviewers", "The users and teams that are asked to review it.", list{to: &c.PullRequest.Reviewers}},
			{"draft", "Whether it is a draft. Default: false.", flag{&c.PullRequest.Draft}},
		}}},
		{"templates", "Whether templates are linted like other files. Default: skip.", word{&c.Templates, []string{"skip", "lint"}}},
		{"preview", "Whether to run rules that are not stable yet. Default: false.", flag{&c.Preview}},
	}
}

func overrideFields(o *Override, names *names) []field {
	return []field{
		{"paths", "The paths that the override applies to, as patterns.", list{to: &o.Paths, patterns: true}},
		{"rules", "Rules by id or alias, as at the top.", settings{&o.Rules, names}},
	}
}

// flag is true or false.
type flag struct{ to *bool }

func (v flag) decode(d *decoder, name string, n *yaml.Node) {
	if b, ok := d.bool(n, name); ok {
		*v.to = b
	}
}

func (v flag) schema() *schema { return &schema{Type: types{"boolean"}} }

// phrase is any text.
type phrase struct{ to *string }

func (v phrase) decode(d *decoder, name string, n *yaml.Node) {
	if s, ok := d.text(n, name); ok {
		*v.to = s
	}
}

func (v phrase) schema() *schema { return textSchema() }

// day is a day of the calendar, "2006-01-02".
type day struct{ to *string }

func (v day) decode(d *decoder, name string, n *yaml.Node) {
	// The tag does not count: to YAML a day is a moment.
	if !d.is(n, yaml.ScalarNode, name) {
		return
	}
	if _, err := time.Parse(time.DateOnly, n.Value); err != nil {
		d.errorf(n, "%s is not a day: %s; write it in the form 2026-11-30", name, quote(n.Value))
		return
	}
	*v.to = n.Value
}

func (v day) schema() *schema {
	return &schema{Type: types{"string"}, Pattern: `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`}
}

// word is one of a few.
type word struct {
	to    *string
	among []string
}

func (v word) decode(d *decoder, name string, n *yaml.Node) {
	if s, ok := d.choice(n, name, v.among); ok {
		*v.to = s
	}
}

func (v word) schema() *schema { return &schema{Enum: v.among} }

// words is a map from any key to one of a few words.
type words struct {
	to    *map[string]string
	among []string
}

func (v words) decode(d *decoder, name string, n *yaml.Node) {
	d.mapping(n, name, func(key, value *yaml.Node) {
		if s, ok := d.choice(value, quote(key.Value), v.among); ok {
			if *v.to == nil {
				*v.to = map[string]string{}
			}
			(*v.to)[key.Value] = s
		}
	})
}

func (v words) schema() *schema {
	return &schema{Type: orNull("object"), MaxProperties: maxItems, Additional: &additional{&schema{Enum: v.among}}}
}

// number is a whole number between two others.
type number struct {
	to          *int
	least, most int
}

func (v number) decode(d *decoder, name string, n *yaml.Node) {
	if i, ok := d.number(n, name, v.least, v.most); ok {
		*v.to = i
	}
}

func (v number) schema() *schema {
	return &schema{Type: types{"integer"}, Minimum: &v.least, Maximum: &v.most}
}

// number reads a whole number in decimal.
func (d *decoder) number(n *yaml.Node, what string, least, most int) (value int, ok bool) {
	if !d.is(n, yaml.ScalarNode, what) {
		return 0, false
	}
	i, err := strconv.Atoi(n.Value)
	if err != nil || n.ShortTag() != "!!int" || i < least || i > most {
		d.errorf(n, "%s must be a whole number from %d to %d, not %s", what, least, most, quote(n.Value))
		return 0, false
	}
	return i, true
}

// list is one of texts; among, if set, has all that are allowed, and check says
// what is wrong with one.
type list struct {
	to       *[]string
	among    []string
	patterns bool
	check    func(string) error
}

func (v list) decode(d *decoder, name string, n *yaml.Node) {
	if isNull(n) {
		return
	}
	*v.to = []string{}
	d.sequence(n, name, func(item *yaml.Node) {
		s, ok := "", false
		if v.among != nil {
			s, ok = d.choice(item, name, v.among)
		} else {
			s, ok = d.text(item, "an item of "+name)
		}
		if ok && v.patterns {
			if err := checkPattern(s); err != nil {
				d.errorf(item, "the pattern %s %v", quote(s), err)
				return
			}
		}
		if ok && v.check != nil {
			if err := v.check(s); err != nil {
				d.errorf(item, "%s: %v", name, err)
				return
			}
		}
		if ok {
			*v.to = append(*v.to, s)
		}
	})
}

func (v list) schema() *schema {
	items := textSchema()
	if v.among != nil {
		items = &schema{Enum: v.among}
	}
	if v.patterns {
		items.MaxLength = maxPattern
	}
	return &schema{Type: orNull("array"), MaxItems: maxItems, Items: items}
}

// checkRepository tells what is no name of a repository of images.
func checkRepository(s string) error {
	named, err := reference.ParseNormalizedNamed(s)
	switch {
	case err != nil:
		return fmt.Errorf("%s is not the name of a repository, such as docker.io/library/python", quote(s))
	case !reference.IsNameOnly(named):
		return fmt.Errorf("%s: write only the name of the repository, %s", quote(s), reference.FamiliarName(named))
	}
	return nil
}

// object has known keys.
type object struct{ fields []field }

func (v object) decode(d *decoder, name string, n *yaml.Node) { d.object(n, name, v.fields) }

func (v object) schema() *schema { return objectSchema(v.fields) }

// overrides is the list of what differs for some paths.
type overrides struct {
	to    *[]Override
	names *names
}

func (v overrides) decode(d *decoder, name string, n *yaml.Node) {
	d.sequence(n, name, func(item *yaml.Node) {
		var o Override
		before := len(d.errors)
		d.object(item, "an item of "+name, overrideFields(&o, v.names))
		if len(o.Paths) == 0 && len(d.errors) == before {
			d.errorf(item, "an override needs paths, a list of patterns")
		}
		*v.to = append(*v.to, o)
	})
}

func (v overrides) schema() *schema {
	items := objectSchema(overrideFields(&Override{}, v.names))
	items.Required = []string{"paths"}
	return &schema{Type: orNull("array"), MaxItems: maxItems, Items: items}
}

// levels are the words for a rule on its own: off, or a severity.
func levels() []string { return slices.Concat([]string{"off"}, lint.SeverityNames()) }
