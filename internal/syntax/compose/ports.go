package compose

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// PortRange is one port, or several: from First to Last. The zero range stands
// for "any free port".
type PortRange struct{ First, Last int }

// Len is the number of ports.
func (r PortRange) Len() int {
	if r.First == 0 {
		return 0
	}
	return r.Last - r.First + 1
}

// Overlaps reports whether two ranges share a port.
func (r PortRange) Overlaps(other PortRange) bool {
	return r.Len() > 0 && other.Len() > 0 && r.First <= other.Last && other.First <= r.Last
}

// PortProblem says what is wrong with a port.
type PortProblem uint8

// The problems, in the order in which they are looked for.
const (
	PortFine PortProblem = iota
	// PortNotNumber: something that is neither a number nor a range.
	PortNotNumber
	// PortOutOfRange: below 1 or above 65535; the host's 0 means "any".
	PortOutOfRange
	// PortReversed: a range that ends before it begins.
	PortReversed
	// PortLengths: two ranges of different lengths.
	PortLengths
	// PortBadAddress: the host's address is none.
	PortBadAddress
	// PortTargetMissing: the container's port is not named.
	PortTargetMissing
)

// Port is an entry of ports.
type Port struct {
	// Node is the entry: a scalar, or the mapping of the long form.
	Node *yaml.Node
	Long bool
	// Span is the whole entry as written, not quotes' concern: they are inside.
	Span text.Span
	// Value is the short form, zero for the long one.
	Value Value
	// HostIP is without brackets, empty when none is named. The parts are read
	// only when Known: every variable has a default.
	HostIP string
	// Published are the host's ports, Target the container's.
	Published, Target PortRange
	// Protocol is in lower case, "tcp" where none is named.
	Protocol string
	// HostMode is set by "mode: host" of the long form.
	HostMode bool
	Known    bool
	Problem  PortProblem
}

// AllInterfaces reports whether the port is published on every address.
func (p Port) AllInterfaces() bool {
	if p.HostIP == "" {
		return true
	}
	a, err := netip.ParseAddr(p.HostIP)
	return err == nil && a.IsUnspecified()
}

// Loopback reports whether the port is published for the host itself only.
func (p Port) Loopback() bool {
	a, err := netip.ParseAddr(p.HostIP)
	return (err == nil && a.IsLoopback()) || p.HostIP == "localhost"
}

// Ports lists the published ports.
func (s *Service) Ports() []Port {
	n := s.Get("ports")
	if n == nil {
		return nil
	}
	var ports []Port
	for _, item := range n.Items {
		switch r := item.Resolve(); r.Kind {
		case yaml.Scalar:
			if v := s.doc.Value(r); v.Exists() {
				ports = append(ports, shortPort(v))
			}
		case yaml.Mapping:
			ports = append(ports, s.longPort(r))
		default: // refused by the schema
		}
	}
	return ports
}

func shortPort(v Value) Port {
	p := Port{Node: v.Node, Span: v.Span, Value: v, Known: v.Known, Protocol: "tcp"}
	if !v.Known {
		return p
	}
	rest := v.Text
	if before, protocol, ok := strings.Cut(rest, "/"); ok {
		rest, p.Protocol = before, strings.ToLower(protocol)
	}
	target := rest
	if i := strings.LastIndexByte(rest, ':'); i >= 0 {
		rest, target = rest[:i], rest[i+1:]
		published := rest
		if i := strings.LastIndexByte(rest, ':'); i >= 0 {
			p.HostIP, published = strings.Trim(rest[:i], "[]"), rest[i+1:]
		} else if strings.Count(rest, ".") == 3 {
			p.HostIP, published = rest, "" // "127.0.0.1::80" without the second colon is refused
		}
		if published != "" {
			p.Published, p.Problem = portRange(published, true)
		}
	}
	var problem PortProblem
	if p.Target, problem = portRange(target, false); p.Problem == PortFine {
		p.Problem = problem
	}
	if target == "" {
		p.Problem = PortTargetMissing
	}
	p.check()
	return p
}

func (s *Service) longPort(n *yaml.Node) Port {
	p := Port{Node: n, Long: true, Span: n.Span, Known: true, Protocol: "tcp"}
	get := func(key string) Value {
		v := s.doc.Value(s.doc.View.Get(n, key))
		if v.Exists() && !v.Known {
			p.Known = false
		}
		return v
	}
	target, published, ip, protocol, mode := get("target"), get("published"), get("host_ip"), get("protocol"), get("mode")
	p.HostMode = mode.Text == "host"
	if !p.Known {
		return p
	}
	p.HostIP = ip.Text
	if protocol.Exists() {
		p.Protocol = strings.ToLower(protocol.Text)
	}
	if published.Exists() && published.Text != "" {
		p.Published, p.Problem = portRange(published.Text, true)
	}
	if !target.Exists() {
		p.Problem = PortTargetMissing
	} else if r, problem := portRange(target.Text, false); problem != PortFine {
		p.Problem = problem
	} else {
		p.Target = r
	}
	p.check()
	return p
}

// check looks at what the parts say together.
func (p *Port) check() {
	if p.Problem != PortFine {
		return
	}
	_, err := netip.ParseAddr(p.HostIP)
	switch {
	case p.HostIP != "" && p.HostIP != "localhost" && err != nil:
		p.Problem = PortBadAddress
	case p.Published.Len() > 0 && p.Target.Len() > 1 && p.Published.Len() != p.Target.Len():
		// Several host ports for one container port are allowed: one is chosen.
		p.Problem = PortLengths
	}
}

func portRange(s string, host bool) (PortRange, PortProblem) {
	first, last, isRange := strings.Cut(s, "-")
	if !isRange {
		last = first
	}
	a, errA := strconv.Atoi(first)
	b, errB := strconv.Atoi(last)
	switch {
	case errA != nil || errB != nil:
		return PortRange{}, PortNotNumber
	case host && s == "0":
		return PortRange{}, PortFine
	case a < 1 || a > 65535 || b < 1 || b > 65535:
		return PortRange{}, PortOutOfRange
	case b < a:
		return PortRange{}, PortReversed
	}
	return PortRange{First: a, Last: b}, PortFine
}
