package takeover

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"

	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// maxFile is the size in bytes up to which a configuration of another tool is read.
const maxFile = 1 << 20

// maxDepth is how deep its YAML may be nested.
const maxDepth = 32

// off silences a rule.
const off = "off"

// reader reads the configurations of other tools from a work tree.
type reader struct {
	*settings
	tree  Tree
	metas []*lint.Meta
	// today is the day, "2006-01-02", for what ends on one.
	today string
}

// first reads the first of the files that is there; name is empty if there is none.
func (r *reader) first(names ...string) (name string, src []byte) {
	for _, name := range names {
		src, err := r.tree.Read(name, maxFile)
		switch {
		case err == nil:
			return name, src
		case !errors.Is(err, fs.ErrNotExist):
			r.note("%s: not taken over, because it cannot be read", name)
		}
	}
	return "", nil
}

// load reads YAML or JSON into a value; aliases are refused by the loader's limits where
// they would grow.
func load(src []byte, into any) error {
	loader, err := yaml.NewLoader(bytes.NewReader(src), yaml.WithPlugin(loaderlimits.New(loaderlimits.DepthValue(maxDepth))))
	if err != nil {
		return err
	}
	return loader.Load(into)
}

// hadolint reads hadolint's configuration. One that is not valid is an error, since the
// repository would get other rules than it thinks.
func (r *reader) hadolint(name string, src []byte) error {
	cfg, _, err := config.ParseHadolint(name, src, r.metas)
	if err != nil {
		return err
	}
	var file struct {
		Ignored  []string            `yaml:"ignored"`
		Override map[string][]string `yaml:"override"`
	}
	if err := load(src, &file); err != nil && len(bytes.TrimSpace(src)) > 0 && !emptyYAML(src) {
		return fmt.Errorf("%s: %w", name, err)
	}
	r.settings.hadolint = true
	g := group{from: name}
	for _, code := range append(file.Ignored, file.Override["ignore"]...) {
		g.rules = append(g.rules, setting{name: strings.ToUpper(code), level: off})
	}
	for s := lint.Error; s >= lint.Style; s-- { // of several the highest counts
		for _, code := range file.Override[s.String()] {
			g.rules = append(g.rules, setting{name: strings.ToUpper(code), level: s.String()})
		}
	}
	r.add(g)
	r.failOn, r.failFrom = cfg.FailOn, "from "+name
	if cfg.FailOn == "" {
		r.failOn, r.failFrom = lint.Warning.String(), name+" has no failure-threshold; hadolint would fail from info on"
	}
	r.trusted, r.labels, r.strictLabels = cfg.Registries.Trusted, cfg.Labels.Required, cfg.Labels.Strict
	if cfg.DisableHadolintIgnores {
		r.note("%s: disable-ignore-pragma is not taken over, because it works only in hadolint's own file", name)
	}
	return nil
}

// emptyYAML reports whether a file has nothing but comments.
func emptyYAML(src []byte) bool {
	for line := range bytes.Lines(src) {
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' && !bytes.Equal(line, []byte("---")) {
			return false
		}
	}
	return true
}

// dclint reads the levels of dclint's rules: 0, 1, 2, or a list that begins with one.
func (r *reader) dclint() {
	name, src := r.first(
		".dclintrc", ".dclintrc.json", ".dclintrc.yaml", ".dclintrc.yml", ".config/dclintrc", ".config/dclintrc.json", ".config/dclintrc.yaml",
		".config/dclintrc.yml",
	)
	var file struct {
		Rules   map[string]any `yaml:"rules"`
		Exclude []string       `yaml:"exclude"`
		Quiet   bool           `yaml:"quiet"`
	}
	if name == "" {
		name, src = r.first("package.json")
		var inPackage struct {
			Dclint json.RawMessage `json:"dclint"`
		}
		if name == "" || json.Unmarshal(src, &inPackage) != nil || inPackage.Dclint == nil {
			return
		}
		src = inPackage.Dclint
	}
	if err := load(src, &file); err != nil {
		r.note("%s: not taken over, because it is not valid YAML or JSON", name)
		return
	}
	g := group{from: name}
	for _, rule := range slices.Sorted(maps.Keys(file.Rules)) {
		level, options := file.Rules[rule], false
		if list, ok := level.([]any); ok && len(list) > 0 {
			level, options = list[0], len(list) > 1
		}
		word := map[string]string{"0": off, "1": lint.Warning.String(), "2": lint.Error.String()}[fmt.Sprint(level)]
		if word == "" {
			r.note("%s: %s is not taken over, because its level is not 0, 1 or 2", name, clean(rule))
			continue
		}
		if options && word != off {
			r.note("%s: the options of %s are not taken over", name, clean(rule))
		}
		g.rules = append(g.rules, setting{name: "dclint:" + rule, level: word})
	}
	r.add(g)
	if len(file.Exclude) > 0 {
		r.note("%s: exclude is not taken over, because it would exclude Dockerfiles too; use exclude: or overrides: in .dockmend.yaml", name)
	}
}

// composeLint reads what compose-lint's configuration says of rules.
func (r *reader) composeLint() {
	name, src := r.first(".compose-lint.yml", ".compose-lint.yaml")
	if name == "" {
		return
	}
	var file struct {
		Rules map[string]struct {
			Enabled  *bool  `yaml:"enabled"`
			Reason   string `yaml:"reason"`
			Severity string `yaml:"severity"`
			Services any    `yaml:"exclude_services"`
		} `yaml:"rules"`
	}
	if err := load(src, &file); err != nil {
		r.note("%s: not taken over, because it is not a valid configuration of compose-lint", name)
		return
	}
	levels := map[string]string{"low": "info", "medium": "warning", "high": "error", "critical": "error"}
	g := group{from: name}
	for _, rule := range slices.Sorted(maps.Keys(file.Rules)) {
		said := file.Rules[rule]
		level := levels[strings.ToLower(said.Severity)]
		if said.Enabled != nil && !*said.Enabled {
			level = off
		}
		if said.Services != nil {
			r.note("%s: exclude_services of %s is not taken over; write # dockmend ignore=%s above these services", name, clean(rule), clean(rule))
		}
		if level != "" {
			g.rules = append(g.rules, setting{name: rule, level: level, reason: said.Reason})
		}
	}
	r.add(g)
}

// trivy reads .trivyignore, and of .trivyignore.yaml what is about misconfigurations.
func (r *reader) trivy() {
	if name, src := r.first(".trivyignore"); name != "" {
		g, others := group{from: name}, 0
		reason := ""
		for line := range strings.Lines(string(src)) {
			line = strings.TrimSpace(line)
			if comment, ok := strings.CutPrefix(line, "#"); ok || line == "" {
				reason = strings.TrimSpace(comment)
				continue
			}
			line, behind, _ := strings.Cut(line, "#")
			words := strings.Fields(line)
			rule, ok := lint.TrivyName(words[0])
			switch {
			case !ok:
				others++
			case r.expired(words[1:]):
				r.note("%s: %s has expired, so it is not taken over", name, clean(words[0]))
			default:
				if behind = strings.TrimSpace(behind); behind != "" {
					reason = behind
				}
				g.rules = append(g.rules, setting{name: rule, level: off, reason: reason})
			}
		}
		if len(g.rules) > 0 {
			r.add(g)
		}
		if others > 0 {
			r.note("%s: %s for vulnerabilities, licenses or other files not taken over", name, text.Counted(others, "entry"))
		}
	}
	r.trivyYAML()
}

func (r *reader) expired(words []string) bool {
	for _, w := range words {
		if day, ok := strings.CutPrefix(w, "exp:"); ok && day <= r.today {
			return true
		}
	}
	return false
}

func (r *reader) trivyYAML() {
	name, src := r.first(".trivyignore.yaml", ".trivyignore.yml")
	if name == "" {
		return
	}
	var file struct {
		Misconfigurations []struct {
			ID        string   `yaml:"id"`
			Paths     []string `yaml:"paths"`
			Statement string   `yaml:"statement"`
			Expires   string   `yaml:"expired_at"`
		} `yaml:"misconfigurations"`
	}
	if err := load(src, &file); err != nil {
		r.note("%s: not taken over, because it is not a valid configuration of trivy", name)
		return
	}
	all := group{from: name}
	for _, m := range file.Misconfigurations {
		rule, ok := lint.TrivyName(m.ID)
		switch {
		case !ok:
			r.note("%s: dockmend has no rule for %s", name, clean(m.ID))
		case m.Expires != "" && m.Expires[:min(len(m.Expires), len(time.DateOnly))] <= r.today:
			r.note("%s: %s has expired, so it is not taken over", name, clean(m.ID))
		case len(m.Paths) > 0 && !arePatterns(m.Paths):
			r.note("%s: the paths of %s are not taken over, because dockmend has other patterns", name, clean(m.ID))
		case len(m.Paths) > 0:
			r.add(group{from: name, paths: m.Paths, rules: []setting{{name: rule, level: off, reason: m.Statement}}})
		default:
			all.rules = append(all.rules, setting{name: rule, level: off, reason: m.Statement})
		}
	}
	if len(all.rules) > 0 {
		r.add(all)
	}
}

// arePatterns reports whether a configuration of ours takes the paths for patterns.
func arePatterns(paths []string) bool {
	_, err := config.Parse("", []byte("exclude: "+flow(paths)+"\n"), nil)
	return err == nil
}

// checkov reads the checks that checkov's configuration skips: a list, or words between
// commas.
func (r *reader) checkov() {
	name, src := r.first(".checkov.yaml", ".checkov.yml")
	if name == "" {
		return
	}
	var file struct {
		Skip  any `yaml:"skip-check"`
		Paths any `yaml:"skip-path"`
	}
	if err := load(src, &file); err != nil {
		r.note("%s: not taken over, because it is not a valid configuration of checkov", name)
		return
	}
	g, others := group{from: name}, 0
	items, _ := file.Skip.([]any)
	if items == nil {
		items = []any{file.Skip}
	}
	for _, item := range items {
		words, _ := item.(string)
		for check := range strings.FieldsFuncSeq(words, func(c rune) bool { return c == ',' || c == ' ' }) {
			if r.known(check) {
				g.rules = append(g.rules, setting{name: check, level: off})
			} else {
				others++
			}
		}
	}
	if len(g.rules) > 0 {
		r.add(g)
	}
	if others > 0 {
		r.note("%s: %s for other files not taken over", name, text.Counted(others, "check"))
	}
	if file.Paths != nil {
		r.note("%s: skip-path is not taken over, because dockmend has other patterns; use exclude: in .dockmend.yaml", name)
	}
}
