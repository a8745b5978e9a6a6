package facts

import (
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/text"
)

// EdgeKind is the key through which one service refers to another.
type EdgeKind uint8

// The kinds of references. Those up to NamespaceEdge decide the order in which
// services start.
const (
	DependsEdge EdgeKind = iota
	LinkEdge
	VolumesFromEdge
	// NamespaceEdge: network_mode, pid or ipc "service:NAME".
	NamespaceEdge
	// ExtendsEdge: extends without a file.
	ExtendsEdge
	// ContextEdge: additional_contexts "service:NAME".
	ContextEdge
)

// Edge is a reference from one service to another, which may not exist.
type Edge struct {
	From *ComposeService
	// To is the name; Target the service, nil when there is none.
	To     string
	Target *ComposeService
	Kind   EdgeKind
	Span   text.Span
	// Condition is that of depends_on. Required is false where the service may be
	// missing.
	Condition string
	Required  bool
}

// Edges lists the references between services whose names are known, in file
// order of the services they come from.
func (f *Compose) Edges() []Edge {
	return f.links().edges
}

// serviceGraph are the references between services.
type serviceGraph struct {
	edges []Edge
	// dependants has the edges by their target, those that decide an order.
	dependants map[*ComposeService][]Edge
}

func (f *Compose) links() serviceGraph {
	return f.graph.get(f.link)
}

func (f *Compose) link() serviceGraph {
	g := serviceGraph{dependants: map[*ComposeService][]Edge{}}
	for _, s := range f.All() {
		add := func(kind EdgeKind, to, condition string, required bool, span text.Span) {
			if to != "" && !strings.Contains(to, "$") {
				e := Edge{From: s, To: to, Target: f.Named(to), Kind: kind, Span: span, Condition: condition, Required: required}
				g.edges = append(g.edges, e)
				if e.Target != nil && kind <= NamespaceEdge {
					g.dependants[e.Target] = append(g.dependants[e.Target], e)
				}
			}
		}
		for _, d := range s.DependsOn() {
			add(DependsEdge, d.Service, d.Condition, d.Required, d.Span)
		}
		for _, v := range s.Values("links") {
			name, _, _ := strings.Cut(v.Text, ":")
			add(LinkEdge, name, "", true, v.Span)
		}
		for _, v := range s.Values("volumes_from") {
			if name, _, _ := strings.Cut(v.Text, ":"); name != "container" {
				add(VolumesFromEdge, name, "", true, v.Span)
			}
		}
		for _, key := range []string{"network_mode", "pid", "ipc"} {
			v := s.Value(key)
			if name, ok := strings.CutPrefix(v.Text, "service:"); ok {
				add(NamespaceEdge, name, "", true, v.Span)
			}
		}
		if !s.Value("extends", "file").Exists() {
			v := s.Value("extends", "service")
			if !v.Exists() {
				v = s.Value("extends")
			}
			add(ExtendsEdge, v.Text, "", true, v.Span)
		}
		if b, ok := s.Build(); ok {
			for _, kv := range s.Document().KeyValues(b.Get("additional_contexts")) {
				if name, ok := strings.CutPrefix(kv.Value.Text, "service:"); ok {
					add(ContextEdge, name, "", true, kv.Value.Span)
				}
			}
		}
	}
	return g
}

// Dependants lists the references to a service by those that start after it.
func (f *Compose) Dependants(of *ComposeService) []Edge {
	return f.links().dependants[of]
}

// Cycles lists the circles in which services wait for each other, each once, by
// its references in order, beginning with the service that comes first in the
// file.
func (f *Compose) Cycles() [][]Edge {
	out := map[*ComposeService][]Edge{}
	for _, e := range f.Edges() {
		if e.Target != nil && e.Kind <= NamespaceEdge {
			out[e.From] = append(out[e.From], e)
		}
	}
	var cycles [][]Edge
	const (
		open = 1
		done = 2
	)
	state := map[*ComposeService]int{}
	var way []Edge
	var visit func(s *ComposeService)
	visit = func(s *ComposeService) {
		state[s] = open
		for _, e := range out[s] {
			switch state[e.Target] {
			case open:
				// The circle is the end of the way, from the target on.
				start := len(way)
				for start > 0 && way[start-1].Target != e.Target {
					start--
				}
				circle := append([]Edge{}, way[start:]...)
				cycles = append(cycles, append(circle, e))
			case 0:
				way = append(way, e)
				visit(e.Target)
				way = way[:len(way)-1]
			}
		}
		state[s] = done
	}
	for _, s := range f.All() {
		if state[s] == 0 {
			visit(s)
		}
	}
	return cycles
}

// ResourceUse is a place at which a service names a network, volume, secret or
// config.
type ResourceUse struct {
	Service *ComposeService
	Name    string
	Span    text.Span
}

// Uses lists where services name entries of a section of the top level:
// "networks", "volumes", "secrets", "configs" or "models". Names with variables
// are left out.
func (f *Compose) Uses(section string) []ResourceUse {
	var uses []ResourceUse
	for _, s := range f.All() {
		add := func(name string, span text.Span) {
			if name != "" && !strings.Contains(name, "$") {
				uses = append(uses, ResourceUse{Service: s, Name: name, Span: span})
			}
		}
		grants := func(all []compose.Grant) {
			for _, g := range all {
				add(g.Name.Text, g.Name.Span)
			}
		}
		switch section {
		case "networks":
			for _, a := range s.Networks() {
				add(a.Name, a.Span)
			}
		case "volumes":
			for _, m := range s.AllMounts() {
				if m.Kind == compose.NamedVolume {
					add(m.Source, m.SourceSpan)
				}
			}
		case "secrets":
			grants(s.Secrets())
			if b, ok := s.Build(); ok {
				grants(b.Secrets)
			}
		case "configs":
			if v := s.Value("credential_spec", "config"); v.Exists() {
				add(v.Text, v.Span)
			}
			grants(s.Configs())
		case "models":
			for _, v := range s.Values("models") {
				add(v.Text, v.Span)
			}
			for _, p := range f.View.Pairs(s.Get("models")) {
				add(p.Key.Value, p.Key.Span)
			}
		}
	}
	return uses
}

// Undefined lists the uses of names that a section does not have. The network
// "default" is always there.
func (f *Compose) Undefined(section string) []ResourceUse {
	defined := map[string]bool{}
	if section == "networks" {
		defined["default"] = true
	}
	for _, r := range f.Resources(section) {
		defined[r.Name] = true
	}
	var missing []ResourceUse
	for _, u := range f.Uses(section) {
		if !defined[u.Name] {
			missing = append(missing, u)
		}
	}
	return missing
}

// Unused lists the entries of a section that no service names.
func (f *Compose) Unused(section string) []compose.Resource {
	used := map[string]bool{"default": section == "networks"}
	for _, u := range f.Uses(section) {
		used[u.Name] = true
	}
	var unused []compose.Resource
	for _, r := range f.Resources(section) {
		if !used[r.Name] {
			unused = append(unused, r)
		}
	}
	return unused
}
