package kubernetes

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// fixOf returns the fix of these edits; nil if one of them cannot be done. It is never
// safe, because the effect of the file on a cluster is not known here.
func fixOf(title string, ok bool, edits ...text.Edit) []lint.Fix {
	if !ok || len(edits) == 0 {
		return nil
	}
	f := lint.Fix{Title: title, Applicability: lint.Unsafe, MaxEffect: lint.EffectUnknown}
	for _, e := range edits {
		f.Edits = append(f.Edits, lint.FileEdit{Edit: e})
	}
	return []lint.Fix{f}
}

// set returns the edit that sets a value under keys of a mapping, each on its own line if
// it does not exist yet. It does not edit a mapping that comes from an alias, because
// others use it too.
func set(d *facts.Manifest, n *yaml.Node, value, key string, below ...string) ([]text.Edit, bool) {
	p := n.Own(key)
	if p == nil {
		return d.Add(n, nested(value, key, below...))
	}
	switch {
	case p.Value.Kind == yaml.Alias || p.Value.Anchor != "":
		return nil, false
	case len(below) == 0:
		return d.Replace(p.Value, value)
	case p.Value.Kind == yaml.Mapping && len(p.Value.Pairs) > 0:
		return set(d, p.Value, value, below[0], below[1:]...)
	}
	return d.Add(p.Value, nested(value, below[0], below[1:]...))
}

// nested writes each key under the one before, the last with the value.
func nested(value, key string, below ...string) string {
	var b strings.Builder
	b.WriteString(key + ":")
	for i, key := range below {
		b.WriteString("\n" + strings.Repeat("  ", i+1) + key + ":")
	}
	return b.String() + " " + value
}

// setInPod is set for the pod's spec. New keys are added above the containers, which are
// long.
func setInPod(d *facts.Manifest, w *facts.Workload, value, key string, below ...string) ([]text.Edit, bool) {
	if w.Pod.Own(key) != nil {
		return set(d, w.Pod, value, key, below...)
	}
	first := w.Pod.Own("initContainers")
	if first == nil {
		first = w.Pod.Own("containers")
	}
	if first == nil {
		return nil, false
	}
	return d.InsertBefore(first, nested(value, key, below...))
}

// setInEach is set for a number of containers; ok is false if one of them cannot
// be edited.
func setInEach(d *facts.Manifest, containers []*facts.Container, value, key string, below ...string) (edits []text.Edit, ok bool) {
	for _, c := range containers {
		more, ok := set(d, c.Node, value, key, below...)
		if !ok {
			return nil, false
		}
		edits = append(edits, more...)
	}
	return edits, true
}

// named returns containers as a message names them.
func named(containers []*facts.Container) string {
	var names []string
	for _, c := range containers {
		names = append(names, quote(c.Name))
	}
	switch n := len(names); {
	case n == 1:
		return "container " + names[0]
	case n > 4:
		return "containers " + strings.Join(names[:3], ", ") + " and " + strconv.Itoa(n-3) + " others"
	default:
		return "containers " + text.List(names, "and")
	}
}

// quote returns a text of the file as a message shows it.
func quote(s string) string {
	const longest = 60
	if r := []rune(s); len(r) > longest {
		s = string(r[:longest]) + "..."
	}
	return strconv.Quote(s)
}

// choose returns the containers of a workload for which fits is true.
func choose(w *facts.Workload, fits func(*facts.Container) bool) []*facts.Container {
	return slices.DeleteFunc(slices.Clone(w.Containers), func(c *facts.Container) bool { return !fits(c) })
}

// isPrivileged reports whether a container is root on its node by declaration.
func isPrivileged(c *facts.Container) bool {
	return facts.IsTrue(c.Get("securityContext", "privileged"))
}

// verb returns the form of a verb that fits the number of containers.
func verb(containers []*facts.Container, one, many string) string {
	if len(containers) == 1 {
		return one
	}
	return many
}
