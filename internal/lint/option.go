package lint

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// OptionKind is the type of an option's value.
type OptionKind uint8

// The kinds of options.
const (
	BoolOption OptionKind = iota
	IntOption
	StringOption
	ListOption
)

// Option is a setting of one rule. Its default stands in the field that its
// Kind names; configuration is checked against it.
type Option struct {
	Name string
	Doc  string
	Kind OptionKind
	OptionValue
	// Presets are the values that presets give it in place of the default, by the
	// preset's name.
	Presets map[string]OptionValue
}

// OptionValue is the value of an option; only the field of its kind counts.
type OptionValue struct {
	Bool bool
	Int  int
	Text string
	List []string
}

// Options gives a rule its settings: what the config says, else the defaults.
type Options struct {
	declared []Option
	set      map[string]OptionValue
}

// NewOptions joins a rule's declared options with the values that were set.
func NewOptions(declared []Option, set map[string]OptionValue) Options {
	return Options{declared: declared, set: set}
}

// Bool is the value of a BoolOption.
func (o Options) Bool(name string) bool { return o.value(name).Bool }

// Int is the value of an IntOption.
func (o Options) Int(name string) int { return o.value(name).Int }

// Text is the value of a StringOption.
func (o Options) Text(name string) string { return o.value(name).Text }

// List is the value of a ListOption.
func (o Options) List(name string) []string { return o.value(name).List }

func (o Options) value(name string) OptionValue {
	if v, ok := o.set[name]; ok {
		return v
	}
	for _, d := range o.declared {
		if d.Name == name {
			return d.OptionValue
		}
	}
	panic("rule asks for option " + name + ", which it does not declare")
}

// Default is the default value, as a document shows it.
func (o Option) Default() string { return o.show(o.OptionValue) }

// ByPreset says which values presets give it, as a document shows them: ", true
// with the preset strict". It is empty where none does.
func (o Option) ByPreset() string {
	var b strings.Builder
	for _, preset := range slices.Sorted(maps.Keys(o.Presets)) {
		b.WriteString(", " + o.show(o.Presets[preset]) + " with the preset " + preset)
	}
	return b.String()
}

func (o Option) show(v OptionValue) string {
	switch o.Kind {
	case BoolOption:
		return strconv.FormatBool(v.Bool)
	case IntOption:
		return strconv.Itoa(v.Int)
	case ListOption:
		return "[" + strings.Join(v.List, ", ") + "]"
	default:
		return strconv.Quote(v.Text)
	}
}
