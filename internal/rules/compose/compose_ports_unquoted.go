package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposePortsUnquoted finds ports without quotes that YAML 1.1 reads as one
// number to the base 60: 22:22 is 1342 there. Programs that read Compose files
// with such a library, podman-compose among them, then publish another port.
//
// Docker Compose itself reads YAML 1.2, where they are text. So other ports
// without quotes are told only with the option "all".
//
// Silent for the long form and for a port without a colon.
var ComposePortsUnquoted = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-ports-unquoted",
		Title:    "A port without quotes may be read as another number",
		Category: lint.Correctness,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("dclint:require-quotes-in-ports"),
		Options: []lint.Option{
			{Name: "all", Doc: "report every port with a colon that has no quotes", Kind: lint.BoolOption},
			{Name: "expose", Doc: "look at the entries of expose too", Kind: lint.BoolOption},
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
				if item.Kind != yaml.Scalar || item.Style != yaml.Plain || seen[item] || i == 0 && !strings.Contains(item.Value, ":") {
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
					Message: fmt.Sprintf("%q has no quotes, and YAML 1.1 reads some such ports as numbers to the base 60; quote it", shortText(item.Value)),
					Fixes:   yamlFix("quote it", lint.Safe, edits, ok),
				}
				if sexagesimal {
					f.Severity = lint.SeverityUnset
					f.Message = fmt.Sprintf("%q is one number to the base 60 for a reader of YAML 1.1; quote it", shortText(item.Value))
				}
				p.Report(f)
			}
		}
	}
}
