package compose

import (
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// Value is the scalar at the end of a way of keys; zero when there is none.
func (s *Service) Value(path ...string) Value { return s.doc.Value(s.Get(path...)) }

// Values are the scalars of a list, or one scalar, at the end of a way of keys.
func (s *Service) Values(path ...string) []Value { return s.doc.Values(s.Get(path...)) }

// Environment are the entries of environment; env_file is not read.
func (s *Service) Environment() []KeyValue { return s.doc.KeyValues(s.Get("environment")) }

// Labels are the entries of labels.
func (s *Service) Labels() []KeyValue { return s.doc.KeyValues(s.Get("labels")) }

// Build is the build section of a service.
type Build struct {
	// Pair is the entry, Node its value, an alias followed: a scalar in the short
	// form, a mapping in the long one.
	Pair *yaml.Pair
	Node *yaml.Node
	// Context is zero where none is named: Compose then takes ".".
	Context, Dockerfile, Inline, Target, Network Value
	Args                                         []KeyValue
	Platforms                                    []Value
	Secrets                                      []Grant

	doc *Document
}

// Build returns the build section; ok is false when there is none.
func (s *Service) Build() (b Build, ok bool) {
	if !s.Has("build") {
		return Build{}, false
	}
	p := s.Entry("build")
	n := p.Value.Resolve()
	b = Build{Pair: p, Node: n, doc: s.doc}
	if n.Kind == yaml.Scalar {
		b.Context = s.doc.Value(n)
		return b, true
	}
	b.Context, b.Dockerfile, b.Inline = b.Value("context"), b.Value("dockerfile"), b.Value("dockerfile_inline")
	b.Target, b.Network = b.Value("target"), b.Value("network")
	b.Args = s.doc.KeyValues(b.Get("args"))
	b.Platforms = s.doc.Values(b.Get("platforms"))
	b.Secrets = s.doc.grants(b.Get("secrets"))
	return b, true
}

// Get follows keys from the build section down.
func (b Build) Get(path ...string) *yaml.Node { return b.doc.View.Get(b.Node, path...).Resolve() }

// Value is the scalar at the end of a way of keys; zero when there is none.
func (b Build) Value(path ...string) Value { return b.doc.Value(b.Get(path...)) }

// IsRemote reports whether the context is fetched, and so cannot be seen.
func (b Build) IsRemote() bool {
	c := b.Context.Text
	return strings.Contains(c, "://") || strings.HasPrefix(c, "git@") || strings.HasPrefix(c, "github.com/")
}

// Dependency is an entry of depends_on.
type Dependency struct {
	Service string
	// Span is the name as written, Node the entry: the name in the list form, the
	// options in the mapping form.
	Span text.Span
	Node *yaml.Node
	// Pair is the entry in the mapping form.
	Pair *yaml.Pair
	// Condition is "service_started" where none is named; Required is true then.
	Condition string
	Required  bool
}

// DependsOn lists the entries of depends_on in either form.
func (s *Service) DependsOn() []Dependency {
	n := s.Get("depends_on")
	if n == nil {
		return nil
	}
	var all []Dependency
	for _, v := range s.doc.Values(n) {
		all = append(all, Dependency{Service: v.Text, Span: v.Span, Node: v.Node, Condition: "service_started", Required: true})
	}
	for _, p := range s.doc.View.Pairs(n) {
		d := Dependency{Service: p.Key.Value, Span: p.Key.Span, Node: p.Value.Resolve(), Pair: p, Condition: "service_started", Required: true}
		if c := s.doc.Value(s.doc.View.Get(d.Node, "condition")); c.Exists() {
			d.Condition = c.Text
		}
		d.Required = !s.doc.Value(s.doc.View.Get(d.Node, "required")).IsFalse()
		all = append(all, d)
	}
	return all
}

// EnvFile is an entry of env_file.
type EnvFile struct {
	Path Value
	// Required is false when the file may be missing.
	Required bool
}

// EnvFiles lists the entries of env_file in either form.
func (s *Service) EnvFiles() []EnvFile {
	n := s.Get("env_file")
	if n == nil {
		return nil
	}
	items := n.Items
	if n.Kind == yaml.Scalar {
		items = []*yaml.Node{n}
	}
	var all []EnvFile
	for _, item := range items {
		e := EnvFile{Path: s.doc.Value(item), Required: true}
		if item.Is(yaml.Mapping) {
			e.Path = s.doc.Value(s.doc.View.Get(item, "path"))
			e.Required = !s.doc.Value(s.doc.View.Get(item, "required")).IsFalse()
		}
		if e.Path.Exists() {
			all = append(all, e)
		}
	}
	return all
}

// Command is command, entrypoint or a health check's test.
type Command struct {
	Pair *yaml.Pair
	Node *yaml.Node
	// List tells the list form from the string form.
	List bool
	// Words are the items of the list; the one string in the string form.
	Words []Value
}

// Exists reports whether the key has a value, an empty list included.
func (c Command) Exists() bool { return c.Node != nil }

func (d *Document) command(p *yaml.Pair) Command {
	if p == nil || p.Value.IsNull() {
		return Command{}
	}
	n := p.Value.Resolve()
	return Command{Pair: p, Node: n, List: n.Kind == yaml.Sequence, Words: d.Values(n)}
}

// CommandAt is the command under a key of a mapping.
func (d *Document) CommandAt(n *yaml.Node, key string) Command { return d.command(d.View.Pair(n, key)) }

// Command is the service's command.
func (s *Service) Command() Command { return s.doc.command(s.Entry("command")) }

// Entrypoint is the service's entrypoint.
func (s *Service) Entrypoint() Command { return s.doc.command(s.Entry("entrypoint")) }

// Healthcheck is the healthcheck section of a service.
type Healthcheck struct {
	Pair *yaml.Pair
	Node *yaml.Node
	Test Command
	// Disabled is set by "disable: true" and by the test NONE.
	Disabled bool
	// The options as written; zero where they are not.
	Interval, Timeout, Retries, StartPeriod Value
}

// Healthcheck returns the healthcheck section; ok is false when there is none.
func (s *Service) Healthcheck() (h Healthcheck, ok bool) {
	p := s.Entry("healthcheck")
	if p == nil || !p.Value.Is(yaml.Mapping) {
		return Healthcheck{}, false
	}
	n := p.Value.Resolve()
	h = Healthcheck{Pair: p, Node: n, Test: s.doc.command(s.doc.View.Pair(n, "test"))}
	h.Interval, h.Timeout = s.Value("healthcheck", "interval"), s.Value("healthcheck", "timeout")
	h.Retries, h.StartPeriod = s.Value("healthcheck", "retries"), s.Value("healthcheck", "start_period")
	h.Disabled = s.Value("healthcheck", "disable").IsTrue() ||
		(h.Test.List && len(h.Test.Words) > 0 && h.Test.Words[0].Text == "NONE")
	return h, true
}

// WatchRule is an entry of develop.watch.
type WatchRule struct {
	Node                 *yaml.Node
	Action, Path, Target Value
	Ignore, Include      []Value
}

// Watch lists the entries of develop.watch.
func (s *Service) Watch() []WatchRule {
	n := s.Get("develop", "watch")
	if n == nil {
		return nil
	}
	var rules []WatchRule
	for _, item := range n.Items {
		r := item.Resolve()
		if r.Kind != yaml.Mapping {
			continue
		}
		get := func(key string) *yaml.Node { return s.doc.View.Get(r, key) }
		rules = append(rules, WatchRule{
			Node: r, Action: s.doc.Value(get("action")), Path: s.doc.Value(get("path")), Target: s.doc.Value(get("target")),
			Ignore: s.doc.Values(get("ignore")), Include: s.doc.Values(get("include")),
		})
	}
	return rules
}

// Grant is a secret or a config that a service, or a build, is given.
type Grant struct {
	// Name is the secret's name at the top level.
	Name Value
	// Target is zero where none is named.
	Target Value
	Node   *yaml.Node
}

// Secrets lists the entries of secrets in either form.
func (s *Service) Secrets() []Grant { return s.doc.grants(s.Get("secrets")) }

// Configs lists the entries of configs in either form.
func (s *Service) Configs() []Grant { return s.doc.grants(s.Get("configs")) }

func (d *Document) grants(n *yaml.Node) []Grant {
	if n == nil {
		return nil
	}
	var all []Grant
	for _, item := range n.Items {
		g := Grant{Name: d.Value(item), Node: item.Resolve()}
		if item.Is(yaml.Mapping) {
			g.Name, g.Target = d.Value(d.View.Get(item, "source")), d.Value(d.View.Get(item, "target"))
		}
		if g.Name.Exists() {
			all = append(all, g)
		}
	}
	return all
}

// Attachment is a network that a service is in.
type Attachment struct {
	Name string
	Span text.Span
	// Options is the entry's value in the mapping form; nil in the list form.
	Options *yaml.Node
	Known   bool
}

// Networks lists the entries of networks in either form; Compose puts a service
// without any into the network "default".
func (s *Service) Networks() []Attachment {
	n := s.Get("networks")
	if n == nil {
		return nil
	}
	var all []Attachment
	for _, v := range s.doc.Values(n) {
		all = append(all, Attachment{Name: v.Text, Span: v.Span, Known: v.Known})
	}
	for _, p := range s.doc.View.Pairs(n) {
		all = append(all, Attachment{Name: p.Key.Value, Span: p.Key.Span, Options: p.Value.Resolve(), Known: true})
	}
	return all
}
