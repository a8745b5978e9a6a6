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

// manifestsNear are the manifests around a document, and whether anything there is
// for Kubernetes.
type manifestsNear struct {
	all          []*ManifestNear
	orchestrated bool
	// searched counts folders.
	searched int
}

// Manifests lists the manifests with workloads of Kubernetes around the document, at most 64: in
// its folder and in four above, and there below folders of the usual names.
func (p *Project) Manifests() []*ManifestNear { return p.manifestsNear().all }

// Orchestrated reports whether something around the document is for Kubernetes.
func (p *Project) Orchestrated() bool { return p.manifestsNear().orchestrated }

func (p *Project) manifestsNear() manifestsNear {
	if !p.known() {
		return manifestsNear{}
	}
	return p.manifests.get(func() manifestsNear {
		var n manifestsNear
		for gate := range p.foldersUp(maxAbove) {
			n.search(gate, 0)
		}
		return n
	})
}

func (n *manifestsNear) search(gate lint.Context, depth int) {
	names, err := gate.List(".")
	if err != nil {
		return
	}
	for _, name := range names {
		folder, isDir := strings.CutSuffix(name, "/")
		if !isDir {
			n.add(gate, name)
			continue
		}
		lower := strings.ToLower(folder)
		n.orchestrated = n.orchestrated || chartFolders[lower]
		if (!manifestFolders[lower] && depth == 0) || depth > maxManifestDepth || isFilledByPrograms(folder) {
			continue
		}
		if n.searched == maxOverlays {
			cutFolders(gate)
			continue
		}
		n.searched++
		if below, err := gate.In(folder, ""); err == nil {
			n.search(below, depth+1)
		}
	}
}

// add adds a file if it is a manifest.
func (n *manifestsNear) add(gate lint.Context, name string) {
	switch name {
	case "Chart.yaml", "kustomization.yaml", "kustomization.yml", "Kustomization", "skaffold.yaml", "Tiltfile":
		n.orchestrated = true
		return
	}
	if ext := strings.ToLower(path.Ext(name)); ext != ".yaml" && ext != ".yml" {
		return
	}
	if len(n.all) == maxNearby {
		cutManifests(gate)
		return
	}
	at := gate.Path(name)
	if slices.ContainsFunc(n.all, func(m *ManifestNear) bool { return m.Source.Path == at }) {
		return // in a folder of the usual name, on the way up
	}
	m := manifestIn(gate, name)
	if m == nil || len(m.Workloads()) == 0 {
		return
	}
	n.orchestrated = true
	n.all = append(n.all, m)
}

// manifestIn reads a file of a folder; nil if it is none of Kubernetes.
func manifestIn(gate lint.Context, name string) *ManifestNear {
	source, err := gate.Source(name)
	if err != nil || !bytes.Contains(source.Bytes, []byte("apiVersion")) {
		return nil
	}
	m, source, err := lint.Shared(gate, name, ParseManifest)
	if err != nil {
		return nil
	}
	return &ManifestNear{Manifest: m, Source: source}
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
func (p *Project) Containers(f *Dockerfile) []ContainerNear {
	// Manifests are looked for only where something names an image of this file.
	if !p.known() || f.Name == "" || !p.isBuilt(f.Name) {
		return nil
	}
	return p.containers.get(func() []ContainerNear {
		var containers []ContainerNear
		for _, m := range p.Manifests() {
			for _, w := range m.Workloads() {
				for _, c := range w.Containers {
					if s := p.stageOf(f, c); s != nil {
						containers = append(containers, ContainerNear{c, m, s})
					}
				}
			}
		}
		return containers
	})
}

// stageOf is the stage of the Dockerfile of which a container's image is made; nil
// if it is made of none.
func (p *Project) stageOf(f *Dockerfile, c *Container) *Stage {
	i, known := c.Image()
	if !known {
		return nil
	}
	r, ok := p.recipe(i)
	if !ok || r.path != f.Name {
		return nil
	}
	return f.Target(r.target)
}
