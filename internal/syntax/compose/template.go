package compose

import (
	"strings"

	"github.com/dockmend/dockmend/internal/text"
)

// Template is a text with Compose's variables in it: $NAME, ${NAME},
// ${NAME:-default}, ${NAME-default}, ${NAME:?text}, ${NAME?text},
// ${NAME:+other}, ${NAME+other}, and "$$" for a dollar sign. Defaults and others
// are templates themselves.
type Template struct {
	Parts []Part
	// Broken is the offset of a "${" that Compose refuses, -1 when there is none.
	Broken int
}

// Part is a literal text, or a variable.
type Part struct {
	// Literal has "$" for "$$"; it is empty for a variable.
	Literal string
	// Variable is nil for a literal.
	Variable *Variable
}

// Variable is one use of a variable.
type Variable struct {
	Name string
	// Operator is one of ":-", "-", ":?", "?", ":+", "+", or empty.
	Operator string
	// Argument is what follows the operator; its spans are offsets into the whole
	// text too.
	Argument Template
	// Raw is the argument as written.
	Raw string
	// Span has offsets into the text that was parsed, dollar sign included.
	Span text.Span
	// Braced tells ${NAME} from $NAME.
	Braced bool
}

// maxTemplateDepth is how deep defaults are read into defaults.
const maxTemplateDepth = 20

// ParseTemplate reads a text. It never fails: see Broken.
func ParseTemplate(s string) Template { return parseTemplate(s, 0, 0) }

func parseTemplate(s string, base, depth int) Template {
	t := Template{Broken: -1}
	literal := 0
	add := func(end int, extra string) {
		if lit := s[literal:end] + extra; lit != "" {
			t.Parts = append(t.Parts, Part{Literal: lit})
		}
	}
	for i := 0; i < len(s); {
		if s[i] != '$' || i+1 == len(s) {
			i++
			continue
		}
		if s[i+1] == '$' {
			add(i, "$")
			i += 2
			literal = i
			continue
		}
		var v *Variable
		var end int
		if s[i+1] == '{' {
			if v, end = braced(s, i, base, depth); v == nil {
				if t.Broken < 0 {
					t.Broken = base + i
				}
				i += 2
				continue
			}
		} else if n := nameLength(s[i+1:]); n > 0 {
			end = i + 1 + n
			v = &Variable{Name: s[i+1 : end], Argument: Template{Broken: -1}}
		} else {
			i++
			continue
		}
		add(i, "")
		v.Span = text.Span{Start: base + i, End: base + end}
		if t.Broken < 0 {
			t.Broken = v.Argument.Broken
		}
		t.Parts = append(t.Parts, Part{Variable: v})
		i, literal = end, end
	}
	add(len(s), "")
	return t
}

// braced reads "${...}" at an offset; v is nil when Compose refuses it.
func braced(s string, at, base, depth int) (v *Variable, end int) {
	i := at + 2
	n := nameLength(s[i:])
	if n == 0 || depth >= maxTemplateDepth {
		return nil, at
	}
	v = &Variable{Name: s[i : i+n], Braced: true, Argument: Template{Broken: -1}}
	i += n
	start := i
	if i < len(s) && s[i] == ':' {
		i++
	}
	if i < len(s) && strings.IndexByte("-?+", s[i]) >= 0 {
		i++
		v.Operator = s[start:i]
	} else if i > start {
		return nil, at
	}
	argument := i
	for open := 1; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], "${"):
			open++
			i++
		case s[i] == '}':
			open--
		}
		if open == 0 {
			break
		}
	}
	if i >= len(s) || (v.Operator == "" && i != argument) {
		return nil, at
	}
	v.Raw = s[argument:i]
	if v.Operator != "" {
		v.Argument = parseTemplate(v.Raw, base+argument, depth+1)
	}
	return v, i + 1
}

func nameLength(s string) int {
	n := 0
	for n < len(s) {
		isInner := n > 0 && text.IsDigit(s[n])
		if s[n] != '_' && !text.IsLetter(s[n]) && !isInner {
			break
		}
		n++
	}
	return n
}

// Variables lists all, those in defaults after the one whose default it is.
func (t Template) Variables() []*Variable {
	var all []*Variable
	for _, p := range t.Parts {
		if p.Variable != nil {
			all = append(append(all, p.Variable), p.Variable.Argument.Variables()...)
		}
	}
	return all
}

// HasVariables reports whether there is any.
func (t Template) HasVariables() bool {
	for _, p := range t.Parts {
		if p.Variable != nil {
			return true
		}
	}
	return t.Broken >= 0
}

// Expand puts values in. lookup may be nil: nothing is set then but what has a
// default. known is false when a variable has neither value nor default, where
// Compose puts in nothing and warns, or ends with an error; the text then holds
// that variable as written.
func (t Template) Expand(lookup func(name string) (string, bool)) (expanded string, known bool) {
	var b strings.Builder
	known = t.Broken < 0
	for _, p := range t.Parts {
		if p.Variable == nil {
			b.WriteString(p.Literal)
			continue
		}
		value, ok := p.Variable.expand(lookup)
		known = known && ok
		b.WriteString(value)
	}
	return b.String(), known
}

func (v *Variable) expand(lookup func(name string) (string, bool)) (string, bool) {
	value, set := "", false
	if lookup != nil {
		value, set = lookup(v.Name)
	}
	if strings.HasPrefix(v.Operator, ":") && value == "" {
		set = false
	}
	switch {
	case strings.HasSuffix(v.Operator, "+"):
		if set {
			return v.Argument.Expand(lookup)
		}
		return "", true
	case set:
		return value, true
	case strings.HasSuffix(v.Operator, "-"):
		return v.Argument.Expand(lookup)
	}
	return v.String(), false
}

// String is the variable as written.
func (v *Variable) String() string {
	if v.Braced {
		return "${" + v.Name + v.Operator + v.Raw + "}"
	}
	return "$" + v.Name
}

// HasDefault reports whether the variable has a value in every case: a default,
// or another text in place of it.
func (v *Variable) HasDefault() bool {
	return strings.HasSuffix(v.Operator, "-") || strings.HasSuffix(v.Operator, "+")
}

// Required reports whether Compose ends with an error where nobody sets it.
func (v *Variable) Required() bool { return strings.HasSuffix(v.Operator, "?") }
