package facts

import (
	"bytes"
	"cmp"
	"fmt"
	"iter"
	"path"
	"slices"
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
	// image is its name; empty where that is not known.
	image string
	// home is the gate to the folder of the file that says so, dockerfile the path
	// from there, and path the one that reports name.
	home             lint.Context
	dockerfile, path string
	// target is empty for the last stage.
	target string
}

// recipeOf joins what a build names: a folder relative to home, and the Dockerfile
// in it.
func recipeOf(ref string, home lint.Context, folder, dockerfile, target string) recipe {
	r := recipe{image: imageNamed(ref), home: home, dockerfile: path.Join(folder, cmp.Or(dockerfile, "Dockerfile")), target: target}
	r.path = home.Path(r.dockerfile)
	return r
}

// imageNamed is the name of a reference's image, whose tag may be an expression; empty
// for what is not a reference.
func imageNamed(ref string) string {
	if at := strings.Index(ref, ":$"); at >= 0 {
		ref = ref[:at]
	}
	if !IsReference(ref) {
		return ""
	}
	return ParseImage(ref).Name()
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
	context, err := p.contextFrom(found.home, path.Dir(found.dockerfile), path.Base(found.dockerfile))
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
	for _, folder := range p.allRecipes() {
		for _, r := range folder.byImage[i.Name()] {
			if ok && (found.path != r.path || found.target != r.target) {
				return recipe{}, false
			}
			found, ok = r, true
		}
	}
	return found, ok
}

// isBuilt reports whether a file around says that some image is built from a
// Dockerfile.
func (p *Project) isBuilt(dockerfile string) bool {
	return slices.ContainsFunc(p.allRecipes(), func(f *folderRecipes) bool { return f.paths[dockerfile] })
}

// folderRecipes are the builds that the files of a folder describe.
type folderRecipes struct {
	byImage map[string][]recipe
	// paths are those of the Dockerfiles.
	paths map[string]bool
}

// allRecipes are the builds that the files in the document's folder and above
// describe, by folder.
func (p *Project) allRecipes() []*folderRecipes {
	if !p.known() {
		return nil
	}
	return p.recipes.get(func() []*folderRecipes {
		var all []*folderRecipes
		for gate := range p.foldersUp(maxAbove) {
			all = append(all, lint.Derived(gate, func() *folderRecipes { return recipesIn(gate) }))
		}
		return all
	})
}

// foldersUp are the document's folder and so many above, as far as the root of the
// repository.
func (p *Project) foldersUp(above int) iter.Seq[lint.Context] {
	return func(yield func(lint.Context) bool) {
		up := "."
		for range above + 1 {
			gate, err := p.files.In(up, "")
			if err != nil || !yield(gate) {
				return
			}
			if _, isRoot := gate.Exists(".git"); isRoot {
				return
			}
			up = path.Join("..", up)
		}
	}
}

func recipesIn(gate lint.Context) *folderRecipes {
	f := &folderRecipes{byImage: map[string][]recipe{}, paths: map[string]bool{}}
	for _, r := range listRecipes(gate) {
		f.paths[r.path] = true
		if r.image != "" {
			f.byImage[r.image] = append(f.byImage[r.image], r)
		}
	}
	return f
}

func listRecipes(gate lint.Context) []recipe {
	var found []recipe
	for _, name := range []string{"compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"} {
		if c, _, err := lint.Shared(gate, name, ParseCompose); err == nil {
			found = append(found, composeRecipes(&Manifest{File: c.File}, gate)...)
		}
	}
	if m, _, err := lint.Shared(gate, "skaffold.yaml", ParseManifest); err == nil {
		found = append(found, skaffoldRecipes(m, gate)...)
	}
	flows, err := gate.In(".github/workflows", "")
	if err != nil {
		return found
	}
	names, err := flows.List(".")
	if err != nil {
		return found
	}
	if len(names) > maxNearby {
		flows.Cut(fmt.Sprintf("more than %d workflows are in the folder: only the first in the order of their names were read to see what they build",
			maxNearby))
		names = names[:maxNearby]
	}
	for _, name := range names {
		source, err := flows.Source(name)
		if err != nil || !bytes.Contains(source.Bytes, []byte("build-push-action")) {
			continue
		}
		if w, _, err := lint.Shared(flows, name, ParseWorkflow); err == nil {
			found = append(found, workflowRecipes(w, gate)...)
		}
	}
	return found
}

func composeRecipes(m *Manifest, home lint.Context) []recipe {
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
		if !path.IsAbs(folder) && !path.IsAbs(file) && !IsRemote(folder) && !strings.Contains(folder+file+target, "$") &&
			m.Get(build, "dockerfile_inline") == nil {
			found = append(found, recipeOf(image, home, folder, file, target))
		}
	}
	return found
}

func skaffoldRecipes(m *Manifest, home lint.Context) []recipe {
	artifacts := m.Get(m.Root(), "build", "artifacts").Resolve()
	if artifacts == nil {
		return nil
	}
	var found []recipe
	for _, a := range artifacts.Items {
		folder, image := m.Scalar(a, "context"), m.Scalar(a, "image")
		if image != "" && !path.IsAbs(folder) {
			found = append(found, recipeOf(image, home, folder, m.Scalar(a, "docker", "dockerfile"), m.Scalar(a, "docker", "target")))
		}
	}
	return found
}

func workflowRecipes(w *Workflow, home lint.Context) []recipe {
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
				found = append(found, recipeOf(tag, home, folder, file, target))
			}
		}
	}
	return found
}
