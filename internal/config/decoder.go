package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
	"github.com/dockmend/dockmend/internal/text"
)

// Limits on a configuration, which comes from strangers like any other file
// (docs/contract.md section 6). They are far above what people write.
const (
	// MaxSize is in bytes.
	MaxSize   = 1 << 20
	maxDepth  = 32
	maxItems  = 1000
	maxText   = 1000
	maxErrors = 20
)

// decoder turns YAML nodes into settings and collects what is wrong with them.
type decoder struct {
	name   string
	src    []byte
	lines  *text.LineIndex
	names  *names
	errors []error
	// hadolint accepts what hadolint does where that is wider: booleans of
	// YAML 1.1.
	hadolint bool
}

func newDecoder(name string, src []byte, metas []*lint.Meta) *decoder {
	return &decoder{name: name, src: src, names: newNames(metas)}
}

// load parses the file. It returns nil for a file without content, and for
// one that is no YAML, after reporting that.
func (d *decoder) load() *yaml.Node {
	if len(d.src) > MaxSize {
		d.fail("the file has %d bytes, more than the limit of %d", len(d.src), MaxSize)
		return nil
	}
	if !utf8.Valid(d.src) {
		d.fail("the file is not UTF-8; save it as UTF-8")
		return nil
	}
	d.lines = text.NewLineIndex(d.src)
	loader, err := yaml.NewLoader(bytes.NewReader(d.src), yaml.WithPlugin(loaderlimits.New(loaderlimits.DepthValue(maxDepth))))
	if err != nil {
		d.fail("cannot be read: %v", err)
		return nil
	}
	document := &yaml.Node{}
	if err := loader.Load(document); err != nil {
		d.syntax(err)
		return nil
	}
	next := &yaml.Node{}
	if err := loader.Load(next); err == nil {
		d.errorf(next, "the file has a second document; keep all settings in one document, without a line of ---")
		return nil
	} else if !errors.Is(err, io.EOF) {
		d.syntax(err)
		return nil
	}
	if len(document.Content) == 0 || isNull(document.Content[0]) {
		return nil
	}
	return document.Content[0]
}

func (d *decoder) syntax(err error) {
	if errors.Is(err, io.EOF) {
		return
	}
	var at *yaml.LoadError
	if !errors.As(err, &at) || at.Mark.Line == 0 {
		d.fail("not valid YAML: %w", err)
		return
	}
	d.errorf(&yaml.Node{Line: at.Mark.Line, Column: at.Mark.Column}, "not valid YAML: %s", at.Message)
}

// fail reports what has no place in the file.
func (d *decoder) fail(format string, args ...any) {
	d.errors = append(d.errors, fmt.Errorf("%s: %w", d.name, fmt.Errorf(format, args...)))
}

// failVariable reports what is wrong with a variable of the environment.
func (d *decoder) failVariable(name, format string, args ...any) {
	if !d.full() {
		d.errors = append(d.errors, fmt.Errorf("%s: %w", name, fmt.Errorf(format, args...)))
	}
}

// errorf reports what is wrong at a node. YAML counts columns in characters,
// reports count them in bytes.
func (d *decoder) errorf(at *yaml.Node, format string, args ...any) {
	if d.full() {
		return
	}
	column := 1
	// Neither YAML nor reports count a byte order mark.
	line := bytes.TrimPrefix(d.lines.Line(at.Line).Of(d.src), []byte("\ufeff"))
	for i := 1; i < at.Column && column <= len(line); i++ {
		_, size := utf8.DecodeRune(line[column-1:])
		column += size
	}
	d.errors = append(d.errors, fmt.Errorf("%s:%d:%d: %s", d.name, max(at.Line, 1), column, fmt.Sprintf(format, args...)))
}

// full reports whether there are enough errors for one run; finding them, with the nearest
// names, would take long in a file that is made for it.
func (d *decoder) full() bool { return len(d.errors) >= maxErrors }

// err joins what was reported.
func (d *decoder) err() error {
	if d.full() {
		d.fail("these are the first %d errors; the rest of the file was not checked", maxErrors)
	}
	return errors.Join(d.errors...)
}

// mapping calls each with the keys and values of a mapping.
func (d *decoder) mapping(n *yaml.Node, what string, each func(key, value *yaml.Node)) {
	if isNull(n) || !d.is(n, yaml.MappingNode, what) {
		return
	}
	if len(n.Content)/2 > maxItems {
		d.errorf(n, "%s has %d entries, more than the limit of %d", what, len(n.Content)/2, maxItems)
		return
	}
	lines := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		if d.full() {
			return
		}
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			d.errorf(key, "a key must be text, not %s", kindOf(key))
			continue
		}
		if first, ok := lines[key.Value]; ok {
			d.errorf(key, "the key %s is there twice, first in line %d", quote(key.Value), first)
			continue
		}
		lines[key.Value] = key.Line
		each(key, value)
	}
}

// object reads a mapping whose keys are known.
func (d *decoder) object(n *yaml.Node, what string, known []field) {
	d.mapping(n, what, func(key, value *yaml.Node) {
		for _, f := range known {
			if f.name == key.Value {
				f.value.decode(d, f.name, value)
				return
			}
		}
		allowed := make([]string, len(known))
		for i, f := range known {
			allowed[i] = f.name
		}
		d.errorf(key, "unknown key %s%s", quote(key.Value), hint(key.Value, allowed))
	})
}

// sequence calls each with the items of a list.
func (d *decoder) sequence(n *yaml.Node, what string, each func(item *yaml.Node)) {
	if isNull(n) || !d.is(n, yaml.SequenceNode, what) {
		return
	}
	if len(n.Content) > maxItems {
		d.errorf(n, "%s has %d items, more than the limit of %d", what, len(n.Content), maxItems)
		return
	}
	for _, item := range n.Content {
		if d.full() {
			return
		}
		each(item)
	}
}

// text reads text. A number or a boolean is refused, since YAML may have
// changed its spelling.
func (d *decoder) text(n *yaml.Node, what string) (value string, ok bool) {
	if !d.is(n, yaml.ScalarNode, what) {
		return "", false
	}
	if tag := n.ShortTag(); tag != "!!str" {
		if isNull(n) {
			d.errorf(n, "%s has no value, want text", what)
		} else {
			d.errorf(n, "%s must be text; write it in quotes, %s", what, quote(n.Value))
		}
		return "", false
	}
	if len(n.Value) > maxText {
		d.errorf(n, "%s has %d bytes, more than the limit of %d", what, len(n.Value), maxText)
		return "", false
	}
	return n.Value, true
}

// choice reads one of a few words. The tag does not count: to some versions of
// YAML, off is a boolean.
func (d *decoder) choice(n *yaml.Node, what string, among []string) (value string, ok bool) {
	if !d.is(n, yaml.ScalarNode, what) {
		return "", false
	}
	for _, a := range among {
		if n.Value == a {
			return a, true
		}
	}
	d.errorf(n, "unknown value %s of %s%s", quote(n.Value), what, hint(n.Value, among))
	return "", false
}

func (d *decoder) bool(n *yaml.Node, what string) (value, ok bool) {
	if !d.is(n, yaml.ScalarNode, what) {
		return false, false
	}
	word := n.Value
	if d.hadolint {
		switch strings.ToLower(word) {
		case "yes", "on", "true", "y":
			word = "true"
		case "no", "off", "false", "n":
			word = "false"
		}
	}
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) == 0 && (word == "true" || word == "false") {
		return word == "true", true
	}
	d.errorf(n, "%s must be true or false, not %s", what, quote(n.Value))
	return false, false
}

// is refuses aliases and values of another kind.
func (d *decoder) is(n *yaml.Node, kind yaml.Kind, what string) bool {
	switch n.Kind {
	case kind:
		return true
	case yaml.AliasNode:
		d.errorf(n, "%s is an alias (*%s), which is not supported; write the value itself", what, n.Value)
	default:
		d.errorf(n, "%s must be %s, not %s", what, kindOf(&yaml.Node{Kind: kind}), kindOf(n))
	}
	return false
}

func kindOf(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a map"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Kind == yaml.AliasNode:
		return "an alias"
	case isNull(n):
		return "empty"
	default:
		return "a single value"
	}
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// quote shows a name from a file, shortened and with control characters escaped.
func quote(s string) string {
	if len(s) > 80 {
		return fmt.Sprintf("%q...", s[:80])
	}
	return fmt.Sprintf("%q", s)
}

// hint is the end of a message about an unknown name: the nearest one, else
// all if they are few.
func hint(name string, among []string) string {
	if near, ok := nearest.Name(name, among); ok {
		return fmt.Sprintf(" (did you mean %q?)", near)
	}
	if len(among) > 0 && len(among) <= 20 {
		return ", want one of " + strings.Join(among, ", ")
	}
	return ""
}
