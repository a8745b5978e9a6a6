package dockerfile

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// VolumeDeclared finds VOLUME: every container gets a volume without a name,
// which nobody can switch off, which stays behind, and which hides what images
// built on this one put there.
//
// Say in the documentation which folder holds data, and let whoever runs the
// image mount it.
//
// Silent for images that are built on a database, which the option bases names.
// Off by default: images of databases declare volumes on purpose.
var VolumeDeclared = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "volume-declared",
		Title:    "The image makes a volume that nobody asked for",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Options: []lint.Option{{
			Name: "bases", Doc: "images whose descendants may declare volumes", Kind: lint.ListOption,
			OptionValue: lint.OptionValue{List: []string{"postgres", "mysql", "mariadb", "mongo", "redis", "influxdb", "elasticsearch", "cassandra", "registry"}},
		}},
	},
	Check: checkVolumeDeclared,
}

func checkVolumeDeclared(p *facts.Pass[*facts.Dockerfile]) {
	final := p.Doc.Final()
	if final == nil || slices.Contains(p.Options.List("bases"), final.Base().Name()) {
		return
	}
	for _, s := range final.Chain() {
		for _, in := range s.Instructions {
			if in.Keyword == "volume" && in.Err == nil {
				p.Report(lint.Finding{
					Span:    in.Head,
					Message: fmt.Sprintf("%s gives every container a volume without a name, which stays behind; leave it to who runs the image", quoteShort(firstLine(p.Doc.Text(in.Head)))),
				})
			}
		}
	}
}
