package dockerfile

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// VolumeDeclared reports `VOLUME` instructions of the final image.
//
// # Why it matters
//
// Each container without a mount at this path gets an anonymous volume. Users cannot turn
// it off, it remains on the disk after the container is removed, and images that build on
// this one may be unable to change the files in it.
//
// The rule is off by default, because images of databases declare volumes on purpose.
//
// # How to fix it
//
// Remove the instruction, document which directory holds data, and let users mount it:
//
//	docker run -v data:/data IMAGE
//
// # Fix safety
//
// There is no automatic fix: without the volume, users who do not mount the directory lose its data
// together with the container.
//
// # Exceptions
//
// It does not report:
//
//   - images that build on a database; the option `bases` lists these
var VolumeDeclared = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "volume-declared",
		Title:    "Image declares a volume",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Options: []lint.Option{{
			Name: "bases", Doc: "base images, such as databases, on which images that declare volumes may build", Kind: lint.ListOption,
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
					Message: fmt.Sprintf("%s gives each container an anonymous volume that remains after the container is removed; delete it and let users mount the directory", quoteShort(firstLine(p.Doc.Text(in.Head)))),
				})
			}
		}
	}
}
