package facts

import (
	"bytes"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// BuiltImage is an image that a file of the repository builds.
type BuiltImage struct {
	*DockerfileNear
	// Stage is the one that the image is made of.
	Stage *Stage
}

// recipe says how an image is built.
type recipe struct {
	// image is the reference, whose tag may be an expression.
	image string
	// dockerfile is its path, relative to the document.
	dockerfile string
	// target is empty for the last stage.
	target string
}

// recipeOf joins what a build names: a folder relative to up, and the Dockerfile
// in it.
func recipeOf(image, up, folder, dockerfile, target string) recipe {
	if dockerfile == "" {
		dockerfile = "Dockerfile"
	}
	return recipe{image, path.Join(up, folder, dockerfile), target}
}

// maxAbove is how many folders up a build is looked for.
const maxAbove = 4

// BuiltHere finds the Dockerfile of an image: by a compose file that names the
// image beside its build, by Skaffold's artifacts, or by the tags of
// docker/build-push-action in a workflow, in the folder of the document or
// above. ok is false where none of these says so, and where two say different
// things.
func (p *Project) BuiltHere(i Image) (built BuiltImage, ok bool) {
	found, ok := p.recipe(i)
	if !ok {
		return BuiltImage{}, false
	}
	context, err := p.Context(path.Dir(found.dockerfile), path.Base(found.dockerfile))
	if err != nil {
		return BuiltImage{}, false
	}
	file := context.Dockerfile()
	if file == nil {
		return BuiltImage{}, false
	}
	stage := file.Final()
	if found.target != "" {
		stage = file.named(strings.ToLower(found.target), len(file.Stages()))
	}
	return BuiltImage{DockerfileNear: file, Stage: stage}, stage != nil
}

// recipe is how an image is built, as far as the files around say one thing.
func (p *Project) recipe(i Image) (found recipe, ok bool) {
	for _, r := range p.allRecipes() {
		if !isImage(r.image, i.Name()) {
			continue
		}
		if ok && (found.dockerfile != r.dockerfile || found.target != r.target) {
			return recipe{}, false
		}
		found, ok = r, true
	}
	return found, ok
}

// allRecipes are the builds that the files in the document's folder and above
// describe, read once.
func (p *Project) allRecipes() []recipe {
	if p == nil || !p.files.Known() {
		return nil
	}
	if p.recipesRead {
		return p.recipes
	}
	p.recipesRead = true
	up := "."
	for range maxAbove + 1 {
		gate, err := p.files.In(up, "")
		if err != nil {
			break
		}
		p.recipes = append(p.recipes, recipesIn(gate, up)...)
		up = path.Join("..", up)
	}
	return p.recipes
}

// recipesIn are the builds that the files of a folder describe.
func recipesIn(gate lint.Context, up string) []recipe {
	var found []recipe
	for _, name := range []string{"compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"} {
		if d, _, err := lint.Shared(gate, name, ParseCompose); err == nil {
			found = append(found, composeRecipes(&Manifest{File: d.File}, up)...)
		}
	}
	if file, _, err := lint.Shared(gate, "skaffold.yaml", ParseYAML); err == nil {
		found = append(found, skaffoldRecipes(&Manifest{File: file}, up)...)
	}
	flows, err := gate.In(".github/workflows", "")
	if err != nil {
		return found
	}
	names, err := flows.List(".")
	if err != nil {
		return found
	}
	for _, name := range names[:min(len(names), maxNearby)] {
		source, err := flows.Source(name)
		if err != nil || !bytes.Contains(source.Bytes, []byte("build-push-action")) {
			continue
		}
		if file, _, err := lint.Shared(flows, name, ParseYAML); err == nil {
			found = append(found, workflowRecipes(&Workflow{File: file}, up)...)
		}
	}
	return found
}

// isImage tells whether a reference, a tag from an expression taken off, is one
// of that image.
func isImage(ref, image string) bool {
	if at := strings.Index(ref, ":$"); at >= 0 {
		ref = ref[:at]
	}
	return IsReference(ref) && ParseImage(ref).Name() == image
}

func composeRecipes(m *Manifest, up string) []recipe {
	services := m.Get(m.Root(), "services").Resolve()
	if services == nil {
		return nil
	}
	var found []recipe
	for _, p := range services.Pairs {
		build, image := m.Get(p.Value, "build").Resolve(), m.Scalar(p.Value, "image")
		if build == nil || image == "" {
			continue
		}
		folder, file, target := build.Value, "", ""
		if build.Kind == yaml.Mapping {
			folder, file, target = m.Scalar(build, "context"), m.Scalar(build, "dockerfile"), m.Scalar(build, "target")
		}
		if !path.IsAbs(folder) && !path.IsAbs(file) && !IsRemote(folder) && !strings.Contains(folder+file+target, "$") && m.Get(build, "dockerfile_inline") == nil {
			found = append(found, recipeOf(image, up, folder, file, target))
		}
	}
	return found
}

func skaffoldRecipes(m *Manifest, up string) []recipe {
	artifacts := m.Get(m.Root(), "build", "artifacts").Resolve()
	if artifacts == nil {
		return nil
	}
	var found []recipe
	for _, a := range artifacts.Items {
		folder, image := m.Scalar(a, "context"), m.Scalar(a, "image")
		if image != "" && !path.IsAbs(folder) {
			found = append(found, recipeOf(image, up, folder, m.Scalar(a, "docker", "dockerfile"), m.Scalar(a, "docker", "target")))
		}
	}
	return found
}

func workflowRecipes(w *Workflow, up string) []recipe {
	var found []recipe
	for _, s := range w.Steps() {
		if !s.UsesAction("docker/build-push-action") {
			continue
		}
		folder, file, target := s.Scalar("with", "context"), s.Scalar("with", "file"), s.Scalar("with", "target")
		if HasExpression(folder+file+target) || path.IsAbs(folder) || path.IsAbs(file) || IsRemote(folder) {
			continue
		}
		if file != "" {
			folder = "." // it is given from the root of the repository, as the context is
		}
		for _, tag := range strings.FieldsFunc(s.Scalar("with", "tags"), func(r rune) bool { return r == '\n' || r == ',' }) {
			if tag = strings.TrimSpace(tag); tag != "" {
				found = append(found, recipeOf(tag, up, folder, file, target))
			}
		}
	}
	return found
}
