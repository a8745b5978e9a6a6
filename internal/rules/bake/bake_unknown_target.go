package bake

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
	syntax "github.com/dockmend/dockmend/internal/syntax/bake"
)

// BakeUnknownTarget finds groups, inherits and contexts ("target:base") that name a target
// which the bake file does not have: buildx ends with "failed to find target".
//
// Silent where another bake file or compose file of the folder may have it, which buildx
// reads together with this one, for files that are not read by themselves, for targets whose
// names are made by a matrix, for patterns, and for the target that
// docker/metadata-action writes.
//
// There is no fix: which target is meant, or whether one is to be added, is known to whoever
// wrote the file.
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
		if b.Get("matrix") != nil || b.Kind == "target" && b.Name == "" {
			return
		}
		if b.Kind == "target" || b.Kind == "group" {
			names[b.Name] = true
			list = append(list, b.Name)
		}
	}
	check := func(v syntax.Value, name string) {
		if !v.Fixed || names[name] || name == "" || strings.ContainsAny(name, "*?[") || strings.HasPrefix(name, "docker-metadata-action") {
			return
		}
		message := fmt.Sprintf("no target is named %q, so buildx ends with an error", short(name))
		if near, ok := nearest.Name(name, list); ok {
			message += fmt.Sprintf("; %q is meant", short(near))
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

// isReadWithOthers reports whether buildx may read other files that define targets beside
// this one.
func isReadWithOthers(p *facts.Pass[*facts.Bake]) bool {
	if p.Doc.Name != "docker-bake.hcl" && p.Doc.Name != "docker-bake.json" || !p.Files.Known() {
		return true
	}
	names, err := p.Files.List(".")
	if err != nil {
		return true
	}
	for _, name := range names {
		lower := strings.ToLower(name)
		isBake := strings.Contains(lower, "bake") && (path.Ext(lower) == ".hcl" || path.Ext(lower) == ".json")
		isCompose := strings.Contains(lower, "compose") && (path.Ext(lower) == ".yaml" || path.Ext(lower) == ".yml")
		if name != p.Doc.Name && (isBake || isCompose) {
			return true
		}
	}
	return false
}

// short is a text of bounded length in one line, for messages.
func short(s string) string {
	const longest = 80
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
	if len(s) > longest {
		s = strings.ToValidUTF8(s[:longest], "") + "…"
	}
	return s
}
