package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposePortsUnquoted reports unquoted ports that YAML 1.1 reads as one number in
// base 60, such as `22:22`, which is 1342 there.
//
// # Why it matters
//
// Programs that read the file with a YAML 1.1 parser, such as podman-compose, publish
// another port. Docker Compose reads YAML 1.2, where the port is text. So other
// unquoted ports are reported only with the option `all`.
//
// # How to fix it
//
// Quote the port:
//
//	ports:
//	  - "22:22"
//
// # Exceptions
//
// It does not report:
//
//   - ports in the long form
//   - ports without a colon
var ComposePortsUnquoted = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-ports-unquoted",
		Title:    "Unquoted port is a number in base 60 in YAML 1.1",
		Category: lint.Correctness,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("dclint:require-quotes-in-ports"),
		Options: []lint.Option{
			{Name: "all", Doc: "report every unquoted port that contains a colon", Kind: lint.BoolOption},
			{Name: "expose", Doc: "also check the entries of expose", Kind: lint.BoolOption},
		},
	},
	Check: checkComposePortsUnquoted,
}

func checkComposePortsUnquoted(p *facts.Pass[*facts.Compose]) {
	seen := map[*yaml.Node]bool{}
	for _, s := range p.Doc.All() {
		lists := []*yaml.Node{s.Get("ports")}
		if p.Options.Bool("expose") {
			lists = append(lists, s.Get("expose"))
		}
		for i, list := range lists {
			if list == nil {
				continue
			}
			for _, item := range list.Items {
				if item.Kind != yaml.Scalar || item.Style != yaml.Plain || seen[item] {
					continue
				}
				if i == 0 && !strings.Contains(item.Value, ":") {
					continue
				}
				seen[item] = true
				sexagesimal := yaml.IsSexagesimal(item.Value)
				if !sexagesimal && !p.Options.Bool("all") {
					continue
				}
				edits, ok := p.Doc.File.Quote(item)
				f := lint.Finding{
					Span: item.Span, Severity: lint.Style,
					Message: fmt.Sprintf("%q has no quotes, and YAML 1.1 parsers read some such ports as numbers in base 60; quote it", shortText(item.Value)),
					Fixes:   yamlFix("quote it", lint.Safe, edits, ok),
				}
				if sexagesimal {
					f.Severity = lint.SeverityUnset
					f.Message = fmt.Sprintf("%q is one number in base 60 for YAML 1.1 parsers, which then publish another port; quote it", shortText(item.Value))
				}
				p.Report(f)
			}
		}
	}
}
