package facts

import "github.com/dockmend/dockmend/internal/syntax/yaml"

// Manifest is a file of Kubernetes objects. One goroutine at a time may use it.
type Manifest struct {
	*yaml.File
	// Around reaches the files beside it; see Project.
	Around *Project
}

// Objects lists the objects of the file that say what they are, in file order.
func (m *Manifest) Objects() []Object {
	var objects []Object
	for _, d := range m.Documents {
		o := Object{Root: d.Root, APIVersion: scalarAt(d.Root, "apiVersion"), Kind: scalarAt(d.Root, "kind")}
		if o.APIVersion != "" && o.Kind != "" {
			objects = append(objects, o)
		}
	}
	return objects
}

// Object is one object of a manifest.
type Object struct {
	APIVersion, Kind string
	Root             *yaml.Node
}

// Workflow is a workflow file of GitHub. One goroutine at a time may use it.
type Workflow struct {
	*yaml.File
	// Around reaches the files beside it; see Project.
	Around *Project
}

// scalarAt is the text of a plain entry of a mapping; empty if there is none.
func scalarAt(n *yaml.Node, key string) string {
	if n == nil || n.Kind != yaml.Mapping {
		return ""
	}
	for _, p := range n.Pairs {
		if p.Key.Value == key && p.Value != nil && p.Value.Kind == yaml.Scalar {
			return p.Value.Value
		}
	}
	return ""
}
