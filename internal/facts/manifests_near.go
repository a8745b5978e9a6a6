package facts

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
)

// manifestFolders are the names under which projects keep their manifests.
var manifestFolders = map[string]bool{
	"k8s": true, ".k8s": true, "kubernetes": true, ".kubernetes": true, "kube": true, "manifests": true, "kustomize": true,
	"deploy": true, "deployment": true, "deployments": true, "infra": true, "ops": true,
}

// chartFolders are the names under which they keep Helm's charts, whose templates
// are no manifests.
var chartFolders = map[string]bool{"helm": true, "chart": true, "charts": true}

// maxManifestDepth is how many folders below one of manifestFolders are searched.
const maxManifestDepth = 2

// Manifests lists the manifests with workloads of Kubernetes around the document, at most 64: in
// its folder and in four above, and there below folders of the usual names. Each
// is read once.
func (p *Project) Manifests() []*ManifestNear {
	if p == nil || !p.files.Known() {
		return nil
	}
	if p.manifestsRead {
		return p.manifests
	}
	p.manifestsRead = true
	searched := 0
	var search func(gate lint.Context, depth int)
	search = func(gate lint.Context, depth int) {
		names, err := gate.List(".")
		if err != nil {
			return
		}
		for _, name := range names {
			folder, isDir := strings.CutSuffix(name, "/")
			if !isDir {
				p.addManifest(gate, name)
				continue
			}
			lower := strings.ToLower(folder)
			p.orchestrated = p.orchestrated || chartFolders[lower]
			if searched == maxOverlays || !manifestFolders[lower] && depth == 0 || depth > maxManifestDepth || isFilledByPrograms(folder) {
				continue
			}
			searched++
			if below, err := gate.In(folder, ""); err == nil {
				search(below, depth+1)
			}
		}
	}
	up := "."
	for range maxAbove + 1 {
		gate, err := p.files.In(up, "")
		if err != nil {
			break
		}
		search(gate, 0)
		up = path.Join("..", up)
	}
	return p.manifests
}

// addManifest reads a file if it is a manifest.
func (p *Project) addManifest(gate lint.Context, name string) {
	switch name {
	case "Chart.yaml", "kustomization.yaml", "kustomization.yml", "Kustomization", "skaffold.yaml", "Tiltfile":
		p.orchestrated = true
		return
	}
	if ext := strings.ToLower(path.Ext(name)); len(p.manifests) == maxNearby || ext != ".yaml" && ext != ".yml" {
		return
	}
	at := gate.Path(name)
	if slices.ContainsFunc(p.manifests, func(m *ManifestNear) bool { return m.Source.Path == at }) {
		return // in a folder of the usual name, on the way up
	}
	m := manifestIn(gate, name)
	if m == nil {
		return
	}
	if len(m.Workloads()) == 0 {
		return
	}
	p.orchestrated = true
	p.manifests = append(p.manifests, m)
}

// manifestIn reads a file of a folder; nil if it is none of Kubernetes.
func manifestIn(gate lint.Context, name string) *ManifestNear {
	source, err := gate.Source(name)
	if err != nil || !bytes.Contains(source.Bytes, []byte("apiVersion")) {
		return nil
	}
	file, source, err := lint.Shared(gate, name, ParseYAML)
	if err != nil {
		return nil
	}
	return &ManifestNear{Manifest: &Manifest{File: file}, Source: source}
}

// Orchestrated tells whether something around the document is for Kubernetes.
func (p *Project) Orchestrated() bool {
	p.Manifests()
	return p != nil && p.orchestrated
}

// ContainerNear is a container, in a manifest around the Dockerfile that is
// checked, that runs an image which is built from it.
type ContainerNear struct {
	*Container
	File *ManifestNear
	// Stage is the one, of the Dockerfile that is checked, that the image is made
	// of.
	Stage *Stage
}

// Related is the place of the container's name.
func (c ContainerNear) Related(message string) lint.Related {
	return lint.Related{Source: c.File.Source, Span: c.Place(), Message: message}
}

// Containers lists the containers of manifests around that run an image which the
// Dockerfile builds, as BuiltHere tells it.
func (f *Dockerfile) Containers() []ContainerNear {
	if f.containersRead || f.Around == nil || f.Name == "" || !f.Around.files.Known() {
		return f.containers
	}
	f.containersRead = true
	// Manifests are looked for only where something names an image of this file.
	if !slices.ContainsFunc(f.Around.allRecipes(), func(r recipe) bool { return f.Around.files.Path(r.dockerfile) == f.Name }) {
		return nil
	}
	for _, m := range f.Around.Manifests() {
		for _, w := range m.Workloads() {
			for _, c := range w.Containers {
				i, known := c.Image()
				if !known {
					continue
				}
				r, ok := f.Around.recipe(i)
				if !ok || f.Around.files.Path(r.dockerfile) != f.Name {
					continue
				}
				if s := f.Target(r.target); s != nil {
					f.containers = append(f.containers, ContainerNear{c, m, s})
				}
			}
		}
	}
	return f.containers
}
