package takeover

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// setting is what becomes of a rule, by its name in the tool that said so.
type setting struct {
	// name is one that a configuration of ours knows.
	name, level string
	// reason is what the other tool's file says of it; empty for nothing.
	reason string
}

// group is what one file says of rules, for some paths or for all.
type group struct {
	from  string
	paths []string
	rules []setting
}

// settings collect what the configurations of others say.
type settings struct {
	known            func(name string) bool
	hadolint         bool
	failOn, failFrom string
	trusted          []string
	labels           map[string]string
	strictLabels     bool
	groups           []group
	// notes say what was taken, and what was not and why.
	notes []string
}

// lists are longer than this only in files that are made for it.
const maxRules = 500

// shownNames is how many names a note lists.
const shownNames = 5

// add takes the rules of one file, and says how many; unknown names are listed.
func (s *settings) add(g group) {
	var known []setting
	var unknown []string
	seen := map[string]bool{}
	for _, r := range g.rules {
		switch {
		case seen[strings.ToLower(r.name)]:
		case !s.known(r.name):
			unknown = append(unknown, clean(r.name))
		default:
			known = append(known, r)
		}
		seen[strings.ToLower(r.name)] = true
	}
	g.rules = known
	if len(g.rules) > maxRules {
		s.note("%s names %d rules; the first %d are taken over", g.from, len(g.rules), maxRules)
		g.rules = g.rules[:maxRules]
	}
	if len(g.rules) > 0 {
		s.groups = append(s.groups, g)
	}
	words := fmt.Sprintf("%s: %s taken over", g.from, text.Counted(len(g.rules), "setting"))
	if len(unknown) > 0 {
		words += "; dockmend has no rule for " + listed(unknown)
	}
	s.note("%s", words)
}

func (s *settings) note(format string, args ...any) {
	s.notes = append(s.notes, fmt.Sprintf(format, args...))
}

// empty reports whether no file said anything.
func (s *settings) empty() bool { return !s.hadolint && len(s.groups) == 0 }

// plain are texts that YAML reads as they stand.
var plain = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_./-]*$`)

func quoted(s string) string {
	if plain.MatchString(s) {
		return s
	}
	return fmt.Sprintf("%q", s)
}

func flow(items []string) string {
	var words []string
	for _, s := range items {
		words = append(words, quoted(s))
	}
	return "[" + strings.Join(words, ", ") + "]"
}

// yaml is the configuration, with where each part is from.
func (s *settings) yaml() []byte {
	var b strings.Builder
	b.WriteString("# Written by dockmend init. The keys: https://github.com/dockmend/dockmend/blob/main/docs/configuration.md\n")
	if s.hadolint {
		b.WriteString("presets: [hadolint, recommended] # hadolint's rules with its severities, then dockmend's\n")
	} else {
		b.WriteString("presets: [recommended]\n")
	}
	if s.failOn != "" {
		fmt.Fprintf(&b, "fail-on: %s # %s\n", s.failOn, s.failFrom)
	} else {
		b.WriteString("fail-on: warning\n")
	}
	if len(s.trusted) > 0 {
		fmt.Fprintf(&b, "registries: {trusted: %s}\n", flow(s.trusted))
	}
	if len(s.labels) > 0 || s.strictLabels {
		b.WriteString("labels:\n")
		if s.strictLabels {
			b.WriteString("  strict: true\n")
		}
		if len(s.labels) > 0 {
			b.WriteString("  required:\n")
			for _, name := range slices.Sorted(maps.Keys(s.labels)) {
				fmt.Fprintf(&b, "    %s: %s\n", quoted(name), s.labels[name])
			}
		}
	}
	s.writeRules(&b)
	return []byte(b.String())
}

// writeRules writes the groups: those for all paths as rules, the others as overrides.
func (s *settings) writeRules(b *strings.Builder) {
	written := map[string]bool{}
	head := "rules:\n"
	for _, g := range s.groups {
		if len(g.paths) > 0 {
			continue
		}
		b.WriteString(head)
		head = ""
		fmt.Fprintf(b, "  # %s\n", clean(g.from))
		for _, r := range g.rules {
			if key := strings.ToLower(r.name); !written[key] {
				written[key] = true
				fmt.Fprintf(b, "  %s\n", r.line())
			}
		}
	}
	head = "overrides:\n"
	for _, g := range s.groups {
		if len(g.paths) == 0 {
			continue
		}
		b.WriteString(head)
		head = ""
		fmt.Fprintf(b, "  - paths: %s # %s\n    rules:\n", flow(g.paths), clean(g.from))
		for _, r := range g.rules {
			fmt.Fprintf(b, "      %s\n", r.line())
		}
	}
}

func (r setting) line() string {
	line := quoted(r.name) + ": " + r.level
	if r.reason != "" {
		line += " # " + clean(r.reason)
	}
	return line
}

// maxReason is in bytes.
const maxReason = 120

// clean is a text of somebody's file on one line of a comment or a message.
func clean(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
	if len(s) > maxReason {
		s = strings.ToValidUTF8(s[:maxReason], "") + "..."
	}
	return s
}

func listed(names []string) string {
	if more := len(names) - shownNames; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:shownNames], ", "), more)
	}
	return strings.Join(names, ", ")
}

// knownNames reports whether a configuration can name a rule so.
func knownNames(metas []*lint.Meta) func(string) bool {
	names := map[string]bool{}
	for _, m := range metas {
		names[strings.ToLower(m.ID)] = true
		for _, a := range m.Aliases {
			names[strings.ToLower(a.Name)] = true
		}
	}
	return func(name string) bool {
		return names[strings.ToLower(name)] || lint.IsShellCheck(strings.ToUpper(name))
	}
}
