package compose

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// SourceKind is what a mount shows in the container.
type SourceKind uint8

// The kinds of sources.
const (
	// Unknown: a variable without a default decides.
	UnknownSource SourceKind = iota
	// NamedVolume: a volume that the file declares.
	NamedVolume
	// AnonymousVolume: a volume without a name.
	AnonymousVolume
	// RelativePath: a path of the host, from the file's folder.
	RelativePath
	// AbsolutePath: a path of the host, from its root.
	AbsolutePath
	// HomePath: a path of the host, from the user's home.
	HomePath
	// WindowsPath: a path of a Windows host, with its drive.
	WindowsPath
	// Memory: tmpfs.
	Memory
	// OtherSource: a named pipe, an image, a cluster's volume.
	OtherSource
)

// IsHost reports whether the source is a path of the host.
func (k SourceKind) IsHost() bool { return k >= RelativePath && k <= WindowsPath }

// Mount is an entry of volumes, or of tmpfs.
type Mount struct {
	// Node is the entry: a scalar, or the mapping of the long form.
	Node *yaml.Node
	Long bool
	Span text.Span
	// Value is the short form, zero for the long one.
	Value Value
	Kind  SourceKind
	// Source and Target are read only when Known: every variable in them has a
	// default. Source is empty for an anonymous volume and for tmpfs.
	Source, Target string
	// Written is the source as the file has it, with its variables.
	Written string
	// SourceSpan and TargetSpan are their places, the whole entry at worst.
	SourceSpan, TargetSpan text.Span
	// Options are what follows the target: "ro", "z", "rshared". In the long form
	// they are made of its keys.
	Options  []string
	ReadOnly bool
	Known    bool
}

// Propagation is one of shared, rshared, slave, rslave, private, rprivate, or
// empty.
func (m Mount) Propagation() string {
	for _, o := range m.Options {
		if slices.Contains([]string{"shared", "rshared", "slave", "rslave", "private", "rprivate"}, o) {
			return o
		}
	}
	return ""
}

// Mounts lists the entries of volumes, then those of tmpfs.
func (s *Service) Mounts() []Mount {
	var mounts []Mount
	if n := s.Get("volumes"); n != nil {
		for _, item := range n.Items {
			switch r := item.Resolve(); r.Kind {
			case yaml.Scalar:
				if v := s.doc.Value(r); v.Exists() {
					mounts = append(mounts, s.doc.shortMount(v))
				}
			case yaml.Mapping:
				mounts = append(mounts, s.longMount(r))
			default: // refused by the schema
			}
		}
	}
	for _, v := range s.doc.Values(s.Get("tmpfs")) {
		m := Mount{Node: v.Node, Span: v.Span, Value: v, Kind: Memory, Known: v.Known, SourceSpan: v.Span, TargetSpan: v.Span}
		target, options, _ := strings.Cut(v.Text, ":")
		m.Target = target
		if options != "" {
			m.Options = strings.Split(options, ",")
			m.ReadOnly = slices.Contains(m.Options, "ro")
		}
		mounts = append(mounts, m)
	}
	return mounts
}

// shortMount reads [SOURCE:]TARGET[:MODE]. Variables are cut around: a colon in
// "${X:-y}" separates nothing.
func (d *Document) shortMount(v Value) Mount {
	m := Mount{Node: v.Node, Span: v.Span, Value: v, SourceSpan: v.Span, TargetSpan: v.Span}
	parts := cutColons(v.Raw, v.Template)
	at := 0
	values := make([]Value, len(parts))
	for i, p := range parts {
		values[i] = v.part(d.Src, at, at+len(p))
		at += len(p) + 1
	}
	target := values[0]
	m.Known = true
	if len(values) > 1 {
		source := values[0]
		target = values[1]
		m.Source, m.Written, m.SourceSpan, m.Known = source.Text, source.Raw, source.Span, source.Known
		m.Kind = sourceKind(source)
	} else {
		m.Kind = AnonymousVolume
		if !target.Known {
			m.Kind = UnknownSource // the variable may hold a colon
		}
	}
	m.Target, m.TargetSpan = target.Text, target.Span
	m.Known = m.Known && target.Known
	for _, mode := range values[min(2, len(values)):] {
		m.Options = append(m.Options, strings.Split(mode.Text, ",")...)
	}
	m.ReadOnly = slices.Contains(m.Options, "ro") || slices.Contains(m.Options, "readonly")
	return m
}

// cutColons cuts a short form at its colons, but not at one in a variable or
// behind a drive's letter.
func cutColons(raw string, t Template) []string {
	var parts []string
	start := 0
	for i := 0; i < len(raw); i++ {
		if raw[i] == '$' {
			for _, p := range t.Parts {
				if p.Variable != nil && p.Variable.Span.Start == i {
					i = p.Variable.Span.End - 1
				}
			}
			continue
		}
		if raw[i] != ':' {
			continue
		}
		if i == start+1 && startsWithDrive(raw[start:]) {
			continue
		}
		parts = append(parts, raw[start:i])
		start = i + 1
	}
	return append(parts, raw[start:])
}

// startsWithDrive reports whether a path begins with a drive of Windows: `C:\` or C:/.
func startsWithDrive(s string) bool {
	return len(s) > 2 && text.IsLetter(s[0]) && s[1] == ':' && strings.IndexByte(`\/`, s[2]) >= 0
}

// sourceKind tells by its text what a source is, as Compose does. A variable
// behind a beginning that tells is no hindrance: "./${X}" is relative.
func sourceKind(v Value) SourceKind {
	s := v.Text
	switch {
	case s == "":
		return AnonymousVolume
	case s[0] == '.': // ".env" too: no volume's name begins so
		return RelativePath
	case strings.HasPrefix(s, "~"):
		return HomePath
	case s[0] == '/':
		return AbsolutePath
	case startsWithDrive(s), strings.HasPrefix(s, `\\`):
		return WindowsPath
	case !v.Known:
		return UnknownSource
	}
	// "data/x" too: without "./" Compose takes a path for a volume's name.
	return NamedVolume
}

func (s *Service) longMount(n *yaml.Node) Mount {
	m := Mount{Node: n, Long: true, Span: n.Span, SourceSpan: n.Span, TargetSpan: n.Span, Known: true}
	get := func(path ...string) Value { return s.doc.Value(s.doc.View.Get(n, path...)) }
	kind, source, target := get("type"), get("source"), get("target")
	if !source.Exists() {
		source = get("src")
	}
	m.Source, m.Written, m.Target = source.Text, source.Raw, target.Text
	if source.Exists() {
		m.SourceSpan = source.Span
		m.Known = source.Known
	}
	if target.Exists() {
		m.TargetSpan = target.Span
		m.Known = m.Known && target.Known
	}
	switch kind.Text {
	case "bind":
		if m.Kind = sourceKind(source); m.Kind == NamedVolume {
			m.Kind = RelativePath
		}
	case "volume":
		m.Kind = AnonymousVolume
		if source.Exists() {
			m.Kind = NamedVolume
		}
	case "tmpfs":
		m.Kind = Memory
	default:
		m.Kind = OtherSource
	}
	if !source.Known && source.Exists() && m.Kind == NamedVolume {
		m.Kind = UnknownSource
	}
	if m.ReadOnly = get("read_only").IsTrue(); m.ReadOnly {
		m.Options = append(m.Options, "ro")
	}
	if p := get("bind", "propagation"); p.Exists() && p.Known {
		m.Options = append(m.Options, p.Text)
	}
	return m
}
