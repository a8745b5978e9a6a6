package compose

import (
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// Value is a scalar with what its variables come to. The zero Value stands for
// one that is not there.
type Value struct {
	// Node is the scalar, an alias followed; nil when there is none.
	Node *yaml.Node
	// Raw is the scalar's text, variables not replaced.
	Raw string
	// Text is Raw with defaults put in. It holds only when Known: every variable
	// in it has a default.
	Text  string
	Known bool
	// Span is the place: that of the scalar, or the part of it that Raw is.
	Span text.Span
	// Template is Raw, read; its offsets are into Raw.
	Template Template
}

// Value reads a scalar; it is zero for anything else, for null, and for what
// !reset takes away.
func (d *Document) Value(n *yaml.Node) Value {
	n = n.Resolve()
	if n == nil || n.Kind != yaml.Scalar || n.IsNull() || n.Tag == "!reset" {
		return Value{}
	}
	return newValue(n, n.Value, n.Span)
}

func newValue(n *yaml.Node, raw string, span text.Span) Value {
	v := Value{Node: n, Raw: raw, Text: raw, Known: true, Span: span}
	if strings.IndexByte(raw, '$') >= 0 {
		v.Template = ParseTemplate(raw)
		v.Text, v.Known = v.Template.Expand(nil)
	} else {
		v.Template = Template{Broken: -1}
	}
	return v
}

// Values reads a list of scalars, or one scalar as a list of one; what is no
// scalar is left out.
func (d *Document) Values(n *yaml.Node) []Value {
	n = n.Resolve()
	if n == nil {
		return nil
	}
	if n.Kind == yaml.Scalar {
		if v := d.Value(n); v.Node != nil {
			return []Value{v}
		}
		return nil
	}
	var values []Value
	for _, item := range n.Items {
		if v := d.Value(item); v.Node != nil {
			values = append(values, v)
		}
	}
	return values
}

// Exists reports whether there is a value.
func (v Value) Exists() bool { return v.Node != nil }

// IsTrue reports whether the value is known to be the boolean true, as YAML 1.2
// or, from a variable, as Compose reads it.
func (v Value) IsTrue() bool { b, ok := v.Bool(); return ok && b }

// IsFalse reports whether the value is known to be the boolean false.
func (v Value) IsFalse() bool { b, ok := v.Bool(); return ok && !b }

// Bool is the value as a boolean; ok is false when it is none or not known.
func (v Value) Bool() (b, ok bool) {
	if !v.Exists() || !v.Known {
		return false, false
	}
	switch strings.ToLower(v.Text) {
	case "true", "yes", "y", "on", "1":
		return true, true
	case "false", "no", "n", "off", "0":
		return false, true
	}
	return false, false
}

// Int is the value as a number; ok is false when it is none or not known.
func (v Value) Int() (n int, ok bool) {
	if !v.Exists() || !v.Known {
		return 0, false
	}
	n, err := strconv.Atoi(strings.ReplaceAll(v.Text, "_", ""))
	return n, err == nil
}

// part is a part of the value's raw text, with its own place where the scalar
// is written as it reads.
func (v Value) part(src []byte, start, end int) Value {
	return newValue(v.Node, v.Raw[start:end], v.placeOf(src, start, end))
}

// Place is the place of a part of Raw, given by offsets, in the file: the whole
// value where escapes or line breaks lie between.
func (d *Document) Place(v Value, part text.Span) text.Span {
	return v.placeOf(d.Src, part.Start, part.End)
}

func (v Value) placeOf(src []byte, start, end int) text.Span {
	shown := string(v.Span.Of(src))
	offset := 0
	if shown != v.Raw {
		if len(shown) != len(v.Raw)+2 || shown[1:len(shown)-1] != v.Raw {
			return v.Span
		}
		offset = 1
	}
	return text.Span{Start: v.Span.Start + offset + start, End: v.Span.Start + offset + end}
}

// KeyValue is an entry of environment, labels, build args and the like, which
// may be a mapping or a list of "KEY=value".
type KeyValue struct {
	Key string
	// Value is zero when there is none: Compose then takes it from where it runs.
	Value Value
	// Span covers key and value, KeySpan the key.
	Span, KeySpan text.Span
	// Pair is the entry of a mapping, Item that of a list; the other is nil.
	Pair *yaml.Pair
	Item *yaml.Node
}

// KeyValues reads a mapping or a list of "KEY=value". Keys that come twice in a
// list are all there; the last one counts. The entries must not be changed.
func (d *Document) KeyValues(n *yaml.Node) []KeyValue {
	n = n.Resolve()
	if n == nil {
		return nil
	}
	if all, read := d.keyValues.Load(n); read {
		return all.([]KeyValue)
	}
	all, _ := d.keyValues.LoadOrStore(n, d.readKeyValues(n))
	return all.([]KeyValue)
}

func (d *Document) readKeyValues(n *yaml.Node) []KeyValue {
	pairs := d.View.Pairs(n)
	all := make([]KeyValue, 0, len(pairs)+len(n.Items))
	for _, p := range pairs {
		if p.Key.Kind == yaml.Scalar && p.Value.Resolve().Tag != "!reset" {
			all = append(all, KeyValue{Key: p.Key.Value, Value: d.Value(p.Value), Span: p.Span, KeySpan: p.Key.Span, Pair: p})
		}
	}
	for _, item := range n.Items {
		v := d.Value(item)
		if !v.Exists() {
			continue
		}
		kv := KeyValue{Key: v.Raw, Span: v.Span, KeySpan: v.Span, Item: v.Node}
		if i := strings.IndexByte(v.Raw, '='); i >= 0 {
			kv.Key = v.Raw[:i]
			kv.KeySpan = v.placeOf(d.Src, 0, i)
			kv.Value = v.part(d.Src, i+1, len(v.Raw))
		}
		all = append(all, kv)
	}
	return all
}
