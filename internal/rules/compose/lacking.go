package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// perService is the option of rules about what most services lack: one finding
// for the file is enough for most, and one for each service is for those who
// go through them one by one, as with the preset strict.
func perService() lint.Option {
	return lint.Option{
		Name: "per-service", Doc: "report each service separately instead of in one finding per file", Kind: lint.BoolOption,
		Presets: map[string]lint.OptionValue{"strict": {Bool: true}},
	}
}

// lacking is what a rule reports about services that lack what it requires.
type lacking struct {
	services []*facts.ComposeService
	// message has one %s, for the names of the services.
	message string
	// title of the fix, the edits that fix one service, and the keys of a service
	// that they may change; no fix without.
	title string
	fix   func(*facts.ComposeService) ([]text.Edit, bool)
	keys  []string
	// manual is set for a fix that is shown and not applied.
	manual bool
}

// report makes one finding for the file, or one for each service where the
// option asks for them. A fix is for all services of a finding or not offered.
func (l lacking) report(p *facts.Pass[*facts.Compose]) {
	if len(l.services) == 0 {
		return
	}
	if p.Options.Bool("per-service") {
		for _, s := range l.services {
			p.Report(l.finding([]*facts.ComposeService{s}))
		}
		return
	}
	p.Report(l.finding(l.services))
}

func (l lacking) finding(services []*facts.ComposeService) lint.Finding {
	f := lint.Finding{Span: services[0].Span(), Message: fmt.Sprintf(l.message, serviceNames(services))}
	if l.fix == nil {
		return f
	}
	var edits []text.Edit
	for _, s := range services {
		one, ok := l.fix(s)
		if !ok {
			return f
		}
		edits = append(edits, one...)
	}
	edits, ok := text.Merge(edits, nil)
	if !ok {
		return f
	}
	changes := make([]string, len(l.keys))
	for i, key := range l.keys {
		changes[i] = "services.*." + key
	}
	applicability := lint.Unsafe
	if l.manual {
		applicability = lint.Manual
	}
	f.Fixes = yamlFix(l.title, applicability, edits, true, changes...)
	return f
}

// serviceNames lists services for a message, the first few by name.
func serviceNames(services []*facts.ComposeService) string {
	const most = 3
	var names []string
	for i, s := range services {
		if i == most && len(services) > most+1 {
			names = append(names, fmt.Sprintf("%d more", len(services)-most))
			break
		}
		names = append(names, fmt.Sprintf("%q", shortText(s.Name)))
	}
	return text.List(names, "and")
}

// wholeServices lists the services that are known completely: none
// where other files may add to this one, and none that extends another.
func wholeServices(d *facts.Compose) []*facts.ComposeService {
	if d.IsFragment(d.Name) {
		return nil
	}
	var whole []*facts.ComposeService
	for _, s := range d.All() {
		if s.Node != nil && !s.Has("extends") && (s.Has("image") || s.Has("build")) {
			whole = append(whole, s)
		}
	}
	return whole
}

// addKey adds a key at the end of a service. It refuses where the service is
// another one's mapping, and where the key is there, or merged in, already.
func addKey(s *facts.ComposeService, key, code string) ([]text.Edit, bool) {
	if s.Node == nil || s.Pair.Value.Resolve() != s.Pair.Value || s.Entry(key) != nil {
		return nil, false
	}
	return s.File().File.Add(s.Node, code)
}

// deleteKey is the fix that deletes a key of a service, where it stands in the
// service itself.
func deleteKey(s *facts.ComposeService, key, title string) []lint.Fix {
	p := s.Entry(key)
	if !s.Owns(p) {
		return nil
	}
	edits, ok := s.File().File.Delete(p)
	return yamlFix(title, lint.Unsafe, edits, ok, "services.*."+key)
}
