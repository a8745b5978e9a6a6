package facts

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// Manifest is a file of Kubernetes objects. It is safe for concurrent use.
type Manifest struct {
	*yaml.File
	// Name is the file's path from the root; empty where it is not known.
	Name string

	objects   lazy[[]Object]
	workloads lazy[[]*Workload]
	// shown is what the text says of the file's purpose.
	shown lazy[Purposes]
}

// ManifestNear is a manifest beside the one that is checked. Source is for
// related places.
type ManifestNear struct {
	*Manifest
	Source *lint.Source
}

// Object is one object of a manifest.
type Object struct {
	APIVersion, Kind string
	Root             *yaml.Node
}

// Objects lists the objects of the file that say what they are, in file order;
// of a List, what is in it. An object that is there twice by aliases is listed
// once.
func (m *Manifest) Objects() []Object {
	return m.objects.get(m.readObjects)
}

func (m *Manifest) readObjects() []Object {
	var objects []Object
	seen := map[*yaml.Node]bool{}
	var add func(n *yaml.Node)
	add = func(n *yaml.Node) {
		n = n.Resolve()
		if n == nil || n.Kind != yaml.Mapping || seen[n] {
			return
		}
		seen[n] = true
		o := Object{Root: n, APIVersion: m.Scalar(n, "apiVersion"), Kind: m.Scalar(n, "kind")}
		items := m.Get(n, "items").Resolve()
		switch {
		case o.APIVersion == "" || o.Kind == "":
		case strings.HasSuffix(o.Kind, "List") && items != nil && items.Kind == yaml.Sequence:
			for _, item := range items.Items {
				add(item)
			}
		default:
			objects = append(objects, o)
		}
	}
	for _, d := range m.Documents {
		add(d.Root)
	}
	return objects
}

// Get follows keys, and numbers of items, from a node down; merge keys count.
// It is nil when there is nothing.
func (m *Manifest) Get(n *yaml.Node, keys ...string) *yaml.Node {
	return new(yaml.View).Get(n, keys...)
}

// Scalar is the text of the value at the end of keys; empty when there is none,
// or none that is plain.
func (m *Manifest) Scalar(n *yaml.Node, keys ...string) string {
	n = m.Get(n, keys...).Resolve()
	if n == nil || n.Kind != yaml.Scalar {
		return ""
	}
	return n.Value
}

// IsTemplate reports whether a template engine fills in a part of what is written
// at a node: nothing is known of that part, nor of what it may bring.
func (m *Manifest) IsTemplate(n *yaml.Node) bool {
	return bytes.Contains(n.Full.Of(m.Src), []byte("{{")) || bytes.Contains(n.Full.Of(m.Src), []byte("{%"))
}

// maxNearby is how many files of the folder are read to see what belongs
// together.
const maxNearby = limits.Manifests

// cutManifests notes that a folder has more manifests.
func cutManifests(gate lint.Context) {
	gate.Cut(fmt.Sprintf("more than %d manifests are in the folder: only the first in the order of their names were read beside others",
		maxNearby))
}

// cutFolders notes that there are more folders to search for manifests.
func cutFolders(gate lint.Context) {
	gate.Cut(fmt.Sprintf("more than %d folders may have manifests: only the first in the order of their paths were searched", maxOverlays))
}

// Nearby are the manifests in the folder of the document, the document itself among
// them, at most 64.
func (p *Project) Nearby() []*ManifestNear {
	if !p.known() {
		return nil
	}
	return p.nearby.get(func() []*ManifestNear {
		names, err := p.files.List(".")
		if err != nil {
			return nil
		}
		var nearby []*ManifestNear
		for _, name := range names {
			if ext := strings.ToLower(path.Ext(name)); ext != ".yaml" && ext != ".yml" {
				continue
			}
			if len(nearby) == maxNearby {
				cutManifests(p.files)
				break
			}
			if near := manifestIn(p.files, name); near != nil {
				nearby = append(nearby, near)
			}
		}
		return nearby
	})
}

// ServiceOf finds a Service in the file, or in its folder, that sends requests
// to a workload; the result is its place.
func (p *Project) ServiceOf(m *Manifest, w *Workload) (place lint.Related, ok bool) {
	if span, ok := m.serviceFor(m, w); ok {
		return lint.Related{Span: span, Message: "this Service sends requests to it"}, true
	}
	for _, near := range p.Nearby() {
		if bytes.Equal(near.Src, m.Src) {
			continue
		}
		if span, ok := m.serviceFor(near.Manifest, w); ok {
			return lint.Related{Source: near.Source, Span: span, Message: "this Service sends requests to it"}, true
		}
	}
	return lint.Related{}, false
}

// serviceFor looks for a Service of a file whose selector fits a workload of m.
func (m *Manifest) serviceFor(file *Manifest, w *Workload) (text.Span, bool) {
	for _, o := range file.Objects() {
		if o.Kind != "Service" || o.APIVersion != "v1" {
			continue
		}
		selector := file.Get(o.Root, "spec", "selector").Resolve()
		if selector == nil || len(selector.Pairs) == 0 || file.IsTemplate(o.Root) {
			continue
		}
		theirs, ours := file.Scalar(o.Root, "metadata", "namespace"), m.Scalar(w.Object.Root, "metadata", "namespace")
		fits := theirs == "" || ours == "" || theirs == ours
		for _, p := range selector.Pairs {
			label := p.Value.Resolve()
			if p.Merge || label == nil || label.Kind != yaml.Scalar || label.Value != m.Scalar(w.Meta, "labels", p.Key.Value) {
				fits = false
			}
		}
		if fits {
			return selector.Parent.Own("selector").Key.Span, true
		}
	}
	return text.Span{}, false
}

// HasNearby reports whether the file, or its folder, has an object of that kind.
func (p *Project) HasNearby(m *Manifest, kind string) bool {
	files := []*Manifest{m}
	for _, near := range p.Nearby() {
		files = append(files, near.Manifest)
	}
	for _, f := range files {
		for _, o := range f.Objects() {
			if o.Kind == kind {
				return true
			}
		}
	}
	return false
}

// maxOverlays is how many folders are searched for a file of Kustomize.
const maxOverlays = limits.ManifestFolders

// replacedImages are the names of the images in whose place a tool puts others.
type replacedImages map[string]bool

// Replaced reports whether a tool of the repository puts another reference in the
// place of an image's: Kustomize by its images, Skaffold by what it builds.
func (p *Project) Replaced(i Image) bool {
	if !p.known() {
		return false
	}
	name := i.Repository
	if i.Registry != "" {
		name = i.Registry + "/" + name
	}
	return lint.Derived(p.files, func() replacedImages { return replacedIn(p.files) })[name]
}

// replacedIn reads what Kustomize and Skaffold may read: in a folder, in the
// overlays that stand beside it, and Skaffold's file in the folders above.
func replacedIn(gate lint.Context) replacedImages {
	names := replacedImages{}
	kustomization := []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}
	names.read(gate, append(kustomization, "skaffold.yaml")...)
	searched := 0
	for _, above := range []string{"..", "../overlays", "../..", "../../overlays"} {
		folder, err := gate.In(above, "")
		if err != nil {
			continue
		}
		names.read(folder, append(kustomization, "skaffold.yaml")...)
		entries, err := folder.List(".")
		if err != nil {
			continue
		}
		for _, entry := range entries {
			dir, isDir := strings.CutSuffix(entry, "/")
			if !isDir {
				continue
			}
			if searched == maxOverlays {
				cutFolders(folder)
				break
			}
			searched++
			if below, err := folder.In(dir, ""); err == nil {
				names.read(below, kustomization...)
			}
		}
	}
	return names
}

// read adds the names that files of a folder mention.
func (r replacedImages) read(gate lint.Context, names ...string) {
	for _, name := range names {
		src, err := gate.ReadFile(name)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(src)) {
			line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "- "))
			for _, key := range []string{"name:", "image:", "imageName:"} {
				if value, ok := strings.CutPrefix(line, key); ok {
					r[strings.Trim(strings.TrimSpace(value), `"'`)] = true
				}
			}
		}
	}
}
