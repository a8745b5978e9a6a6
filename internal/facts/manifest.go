package facts

import (
	"bytes"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// Manifest is a file of Kubernetes objects. One goroutine at a time may use it.
type Manifest struct {
	*yaml.File
	// Around reaches the files beside it; see Project.
	Around *Project

	view      *yaml.View
	objects   []Object
	workloads []*Workload
	nearby    []*ManifestNear
	kustomize *string
	read      struct{ objects, workloads, nearby bool }
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
	if m.read.objects {
		return m.objects
	}
	m.read.objects = true
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
			m.objects = append(m.objects, o)
		}
	}
	for _, d := range m.Documents {
		add(d.Root)
	}
	return m.objects
}

// Get follows keys, and numbers of items, from a node down; merge keys count.
// It is nil when there is nothing.
func (m *Manifest) Get(n *yaml.Node, keys ...string) *yaml.Node {
	if m.view == nil {
		m.view = yaml.NewView(m.File)
	}
	return m.view.Get(n, keys...)
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

// IsTemplate tells whether a template engine fills in a part of what is written
// at a node: nothing is known of that part, nor of what it may bring.
func (m *Manifest) IsTemplate(n *yaml.Node) bool {
	return bytes.Contains(n.Full.Of(m.Src), []byte("{{")) || bytes.Contains(n.Full.Of(m.Src), []byte("{%"))
}

// maxNearby is how many files of the folder are read to see what belongs
// together.
const maxNearby = 64

// Nearby are the manifests in the folder of the file, the file itself among
// them, at most 64.
func (m *Manifest) Nearby() []*ManifestNear {
	if m.read.nearby || m.Around == nil || !m.Around.files.Known() {
		return m.nearby
	}
	m.read.nearby = true
	names, err := m.Around.files.List(".")
	if err != nil {
		return nil
	}
	for _, name := range names {
		if len(m.nearby) == maxNearby {
			break
		}
		if ext := strings.ToLower(path.Ext(name)); ext != ".yaml" && ext != ".yml" {
			continue
		}
		if near := manifestIn(m.Around.files, name); near != nil {
			m.nearby = append(m.nearby, near)
		}
	}
	return m.nearby
}

// ServiceOf finds a Service in the file, or in its folder, that sends requests
// to a workload; the result is its place.
func (m *Manifest) ServiceOf(w *Workload) (place lint.Related, ok bool) {
	if span, ok := m.serviceFor(m, w); ok {
		return lint.Related{Span: span, Message: "this Service sends requests to it"}, true
	}
	for _, near := range m.Nearby() {
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

// HasNearby tells whether the file, or its folder, has an object of that kind.
func (m *Manifest) HasNearby(kind string) bool {
	files := []*Manifest{m}
	for _, near := range m.Nearby() {
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
const maxOverlays = 48

// Replaced tells whether a tool of the repository puts another reference in the
// place of an image's: Kustomize by its images, Skaffold by what it builds.
func (m *Manifest) Replaced(i Image) bool {
	if m.kustomize == nil {
		text := m.replacing()
		m.kustomize = &text
	}
	name := i.Repository
	if i.Registry != "" {
		name = i.Registry + "/" + name
	}
	for line := range strings.Lines(*m.kustomize) {
		line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "- "))
		for _, key := range []string{"name:", "image:", "imageName:"} {
			if value, ok := strings.CutPrefix(line, key); ok && strings.Trim(strings.TrimSpace(value), `"'`) == name {
				return true
			}
		}
	}
	return false
}

// replacing joins what Kustomize and Skaffold may read: in the folder, in the
// overlays that stand beside it, and Skaffold's file in the folders above.
func (m *Manifest) replacing() string {
	if m.Around == nil || !m.Around.files.Known() {
		return ""
	}
	var b strings.Builder
	read := func(gate lint.Context, names ...string) {
		for _, name := range names {
			if src, err := gate.ReadFile(name); err == nil {
				b.Write(src)
				b.WriteByte('\n')
			}
		}
	}
	kustomization := []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}
	gate := m.Around.files
	read(gate, append(kustomization, "skaffold.yaml")...)
	searched := 0
	for _, above := range []string{"..", "../overlays", "../..", "../../overlays"} {
		folder, err := gate.In(above, "")
		if err != nil {
			continue
		}
		read(folder, append(kustomization, "skaffold.yaml")...)
		names, err := folder.List(".")
		if err != nil {
			continue
		}
		for _, name := range names {
			dir, isDir := strings.CutSuffix(name, "/")
			if !isDir || searched == maxOverlays {
				continue
			}
			searched++
			if below, err := folder.In(dir, ""); err == nil {
				read(below, kustomization...)
			}
		}
	}
	return b.String()
}
