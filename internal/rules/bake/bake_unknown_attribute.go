package bake

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
	"github.com/dockmend/dockmend/internal/text"
)

// BakeUnknownAttribute reports attributes of targets, groups and variables that buildx does
// not know, if the name is similar to one that it knows.
//
// # Why it matters
//
// The attribute has no effect, and a version of buildx can refuse the file.
//
// # How to fix it
//
// Correct the name.
//
// # Fix safety
//
// There is no automatic fix: the attribute has had no effect so far, and the build can depend on that.
//
// # Exceptions
//
// It does not report names that are similar to none, because a newer buildx can know them.
var BakeUnknownAttribute = facts.Rule[*facts.Bake]{
	Meta: lint.Meta{
		ID:       "bake-unknown-attribute",
		Title:    "A bake file has a misspelt attribute",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkBakeUnknownAttribute,
}

func checkBakeUnknownAttribute(p *facts.Pass[*facts.Bake]) {
	for _, b := range p.Doc.Blocks {
		known := attributesOf(b.Kind)
		for _, a := range b.Attributes {
			if len(known) == 0 || slices.Contains(known, a.Name) {
				continue
			}
			near, ok := nearest.Name(a.Name, known)
			if !ok || b.Get(near) != nil {
				continue
			}
			p.Report(lint.Finding{
				Span:    a.NameSpan,
				Message: fmt.Sprintf("a %s has no attribute %q; %q is meant", b.Kind, text.Short(a.Name), near),
			})
		}
	}
}

// attributesOf are those that buildx reads in a block of that kind ("Bake file reference"
// of Docker's documentation).
func attributesOf(kind string) []string {
	switch kind {
	case "target":
		return []string{
			"annotations", "args", "attest", "cache-from", "cache-to", "call", "context", "contexts", "description", "dockerfile", "dockerfile-inline",
			"entitlements", "extra-hosts", "inherits", "labels", "matrix", "name", "network", "no-cache", "no-cache-filter", "output", "platforms",
			"policy", "pull", "secret", "shm-size", "ssh", "tags", "target", "ulimits",
		}
	case "group":
		return []string{"description", "name", "targets"}
	case "variable":
		return []string{"default", "description", "sensitive", "type", "validation"}
	}
	return nil
}
