package prove

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/text"
)

// classBuild adds to the verdict what other build arguments do to the build of a
// service: the Dockerfile is compiled with those before and those after.
func (p *Compose) classBuild(ctx context.Context, c change, before, after map[string]any, v *Verdict) {
	service := c.path[1]
	worlds, built, err := p.buildOf(service)
	if err != nil {
		v.addSource(SourceChange{lint.EffectGraph, fmt.Sprintf("%s (the effect on the build is not known: %v)", c, err)}, false)
		return
	}
	from, to := argumentsIn(before, service), argumentsIn(after, service)
	sources := len(v.Sources)
	for i, world := range worlds {
		if p.left -= 2 * built.cost; p.left < 0 {
			v.addSource(SourceChange{lint.EffectGraph, fmt.Sprintf("%s (more than %d compilations would be needed)", c, p.budget)}, false)
			return
		}
		old, err := world.with(from).compile(ctx, built.src)
		if err != nil && i == 0 {
			v.addSource(SourceChange{lint.EffectGraph, fmt.Sprintf("%s (BuildKit does not compile the Dockerfile as it is: %s)", c, oneLine(err))}, false)
			return
		}
		if err != nil {
			v.LeftOut++
			continue
		}
		now, err := world.with(to).compile(ctx, built.src)
		if err != nil {
			v.addSource(SourceChange{lint.EffectGraph, fmt.Sprintf("%s (BuildKit does not compile the Dockerfile after the fix: %s)", c, oneLine(err))}, false)
			return
		}
		d := compare(old, now, p.said)
		if len(d.details) > len(d.sources) {
			// More than an image changes: the arguments reach further.
			d.sources = []SourceChange{{lint.EffectGraph, c.String() + " (it changes other steps of the build too)"}}
		}
		for _, source := range d.sources {
			source.Detail = bounded(fmt.Sprintf("services.%s.build", service)) + ": " + source.Detail
			v.addSource(source, d.refreshed)
		}
	}
	if len(v.Sources) == sources {
		v.addConfig(c.String()) // an argument that no step reads
	}
}

// buildOf is what a service builds, in the worlds in which it is compared.
func (p *Compose) buildOf(service string) (worlds []variant, stage target, err error) {
	if p.doc == nil {
		p.doc = facts.NewCompose(compose.Parse(p.file.Src, text.NewLineIndex(p.file.Src)))
		p.doc.Name = p.file.Name
		if p.file.Around != nil {
			p.project = facts.NewProject(p.file.Around)
		}
	}
	s := p.doc.Named(service)
	if s == nil {
		return nil, stage, errors.New("the service is not in the file")
	}
	built, err := p.project.Build(s)
	switch {
	case err != nil:
		return nil, stage, err
	case built == nil || built.File == nil || built.Stage == nil:
		return nil, stage, errors.New("there is no Dockerfile that can be read")
	}
	doc := built.File.Document
	if reason := foreignSyntax(doc); reason != "" {
		return nil, stage, errors.New(reason)
	}
	if over := overLimit(facts.NewDockerfile(doc)); over != "" {
		return nil, stage, errors.New("BuildKit's compiler did not get its Dockerfile: " + over)
	}
	needed, _ := arguments(doc)
	for _, base := range []baseModel{plainBase, richBase, onbuildBase} {
		for _, arch := range []string{"amd64", "arm64"} {
			worlds = append(worlds, variant{base: base, arch: arch, args: needed})
		}
	}
	return worlds, targets(doc)[built.Stage.Index], nil
}

// with is the world in which a build is given arguments.
func (v variant) with(args map[string]string) variant {
	given := maps.Clone(v.args)
	maps.Copy(given, args)
	v.args = given
	return v
}

// argumentsIn are the build arguments of a service in a model, those with a value.
func argumentsIn(model map[string]any, service string) map[string]string {
	args := map[string]string{}
	at := any(model)
	for _, key := range []string{"services", service, "build", "args"} {
		m, _ := at.(map[string]any)
		at = m[key]
	}
	m, _ := at.(map[string]any)
	for name, value := range m {
		if text, ok := value.(string); ok {
			args[name] = text
		}
	}
	return args
}
