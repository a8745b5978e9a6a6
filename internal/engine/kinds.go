package engine

import (
	"context"
	"path"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/prove"
	"github.com/dockmend/dockmend/internal/rules"
)

// kind is what the engine has to know of one kind of file.
type kind struct {
	target lint.Target
	// rules is how many of a catalogue's rules read it.
	rules func(*rules.Catalog) int
	// parse reads a file as it; template is set for one that is for a template engine, by
	// its text.
	parse func(f File, src *lint.Source, c *rules.Catalog, around *facts.Project) (doc document, template bool)
	// prover prepares the proofs of edits; nil for a kind whose edits cannot be proved.
	prover func(c *Checker, f File, src []byte, budget int) Prover
}

// kinds has a value for each kind of file, in the order of the catalogue.
func kinds() []kind {
	return []kind{
		{
			target: lint.TargetDockerfile, rules: func(c *rules.Catalog) int { return len(c.Dockerfile) }, parse: parseDockerfile,
			prover: func(c *Checker, _ File, src []byte, budget int) Prover {
				return newDockerfileProver(prove.New(src, budget, c.Registry), src)
			},
		},
		{
			target: lint.TargetCompose, rules: func(c *rules.Catalog) int { return len(c.Compose) }, parse: parseCompose,
			prover: func(c *Checker, f File, src []byte, budget int) Prover {
				return prove.NewCompose(prove.ComposeFile{Src: src, Name: f.Path, Around: f.Context}, budget, c.Registry)
			},
		},
		{
			target: lint.TargetIgnoreFile, rules: func(c *rules.Catalog) int { return len(c.IgnoreFile) }, parse: parseIgnoreFile,
			prover: func(_ *Checker, f File, src []byte, budget int) Prover {
				return prove.NewIgnoreFile(src, f.Context, budget)
			},
		},
		{target: lint.TargetKubernetes, rules: func(c *rules.Catalog) int { return len(c.Kubernetes) }, parse: parseManifest},
		{target: lint.TargetWorkflow, rules: func(c *rules.Catalog) int { return len(c.Workflow) }, parse: parseWorkflow},
		{target: lint.TargetBake, rules: func(c *rules.Catalog) int { return len(c.Bake) }, parse: parseBake},
	}
}

// kindOf is the value of a kind; a test holds that each has one.
func kindOf(target lint.Target) kind { return kinds()[target] }

func parseDockerfile(f File, src *lint.Source, c *rules.Catalog, around *facts.Project) (document, bool) {
	doc := facts.NewDockerfile(shared(f, src, facts.ParseDockerfile))
	doc.Name = src.Path
	refusals := func() ([]lint.Refusal, error) { return prove.Refusals(context.Background(), doc, around) }
	return dockerfileDocument{typed[*facts.Dockerfile]{doc, around, c.Dockerfile, refusals}}, IsTemplate(doc.Document)
}

func parseCompose(f File, src *lint.Source, c *rules.Catalog, around *facts.Project) (document, bool) {
	doc := shared(f, src, facts.ParseCompose)
	refusals := func() ([]lint.Refusal, error) { return prove.ComposeRefusals(doc, around) }
	own := newYAML(typed[*facts.Compose]{doc, around, c.Compose, refusals}, doc.File)
	return composeDocument{own, c.Dockerfile}, isYAMLTemplate(doc.File)
}

func parseIgnoreFile(f File, src *lint.Source, c *rules.Catalog, around *facts.Project) (document, bool) {
	doc := &facts.IgnoreFile{Document: shared(f, src, facts.ParseIgnoreFile), Name: path.Base(src.Path)}
	return ignoreFileDocument{typed[*facts.IgnoreFile]{doc: doc, project: around, rules: c.IgnoreFile}}, false
}

func parseManifest(f File, src *lint.Source, c *rules.Catalog, around *facts.Project) (document, bool) {
	doc := shared(f, src, facts.ParseManifest)
	return newYAML(typed[*facts.Manifest]{doc: doc, project: around, rules: c.Kubernetes}, doc.File), isYAMLTemplate(doc.File)
}

func parseWorkflow(f File, src *lint.Source, c *rules.Catalog, around *facts.Project) (document, bool) {
	doc := shared(f, src, facts.ParseWorkflow)
	return newYAML(typed[*facts.Workflow]{doc: doc, project: around, rules: c.Workflow}, doc.File), isYAMLTemplate(doc.File)
}

func parseBake(f File, src *lint.Source, c *rules.Catalog, around *facts.Project) (document, bool) {
	doc := shared(f, src, facts.ParseBake)
	return bakeDocument{typed[*facts.Bake]{doc: doc, project: around, rules: c.Bake}, c.Dockerfile}, false
}
