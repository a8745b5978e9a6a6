package bake

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
	syntax "github.com/dockmend/dockmend/internal/syntax/bake"
	"github.com/dockmend/dockmend/internal/text"
)

// BakeUnknownTarget reports groups, `inherits` and contexts (`target:base`) that name a
// target which the bake file does not have.
//
// # Why it matters
//
// buildx stops with "failed to find target".
//
// # How to fix it
//
// Correct the name, or add the target.
//
// # Fix safety
//
// There is no automatic fix: only the author knows which target is meant.
//
// # Exceptions
//
// It does not report:
//
//   - targets that another bake file or Compose file of the folder can have, because buildx
//     reads these files together
//   - files that are not read by themselves
//   - targets whose names a matrix makes, and patterns
//   - the target that `docker/metadata-action` writes
var BakeUnknownTarget = facts.Rule[*facts.Bake]{
	Meta: lint.Meta{
		ID:       "bake-unknown-target",
		Title:    "A bake file names a target that it does not have",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkBakeUnknownTarget,
}

func checkBakeUnknownTarget(p *facts.Pass[*facts.Bake]) {
	if isReadWithOthers(p) {
		return
	}
	names := map[string]bool{}
	var list []string
	for _, b := range p.Doc.Blocks {
		isNameless := b.Kind == "target" && b.Name == ""
		if isNameless || b.Get("matrix") != nil {
			return
		}
		if b.Kind == "target" || b.Kind == "group" {
			names[b.Name] = true
			list = append(list, b.Name)
		}
	}
	check := func(v syntax.Value, name string) {
		isMade := strings.ContainsAny(name, "*?[") || strings.HasPrefix(name, "docker-metadata-action")
		if !v.Fixed || names[name] || name == "" || isMade {
			return
		}
		message := fmt.Sprintf("no target is named %q, so buildx ends with an error", text.Short(name))
		if near, ok := nearest.Name(name, list[:min(len(list), nearest.Most)]); ok {
			message += fmt.Sprintf("; %q is meant", text.Short(near))
		} else {
			message += "; define it, or remove the name"
		}
		p.Report(lint.Finding{Span: v.Span, Message: message})
	}
	for _, b := range p.Doc.Blocks {
		for _, a := range b.Attributes {
			switch {
			case b.Kind == "group" && a.Name == "targets", b.Kind == "target" && a.Name == "inherits":
				for _, v := range a.Value.Items {
					check(v, v.Text)
				}
			case b.Kind == "target" && a.Name == "contexts":
				for _, pair := range a.Value.Pairs {
					if name, ok := strings.CutPrefix(pair.Value.Text, "target:"); ok {
						check(pair.Value, name)
					}
				}
			}
		}
	}
}
