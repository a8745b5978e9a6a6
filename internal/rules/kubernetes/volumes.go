package kubernetes

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// mountEdits mount a volume in a container.
func mountEdits(d *facts.Manifest, c *facts.Container, volume, folder string) ([]text.Edit, bool) {
	mount := "name: " + volume + "\nmountPath: " + folder
	if own := c.Node.Own("volumeMounts"); own != nil {
		return d.Append(own.Value, mount)
	}
	image := c.Node.Own("image")
	if image == nil || c.Get("volumeMounts") != nil {
		return nil, false
	}
	return d.InsertAfter(image, "volumeMounts:\n  - "+strings.ReplaceAll(mount, "\n", "\n    "))
}

// emptyDirEdits give a pod an empty volume. ok is false where it has one of that name
// already, whose use is not known.
func emptyDirEdits(d *facts.Manifest, w *facts.Workload, volume string) ([]text.Edit, bool) {
	volumes := w.Pod.Own("volumes")
	if volumes == nil {
		first := w.Pod.Own("initContainers")
		if first == nil {
			first = w.Pod.Own("containers")
		}
		if first == nil || w.Get("volumes") != nil || first.Value.Anchor != "" {
			return nil, false
		}
		return d.InsertBefore(first, "volumes:\n  - name: "+volume+"\n    emptyDir: {}")
	}
	isNamed := func(n *yaml.Node) bool { return d.Scalar(n, "name") == volume }
	if list := w.Get("volumes"); list == nil || slices.ContainsFunc(list.Items, isNamed) {
		return nil, false
	}
	return d.Append(volumes.Value, "name: "+volume+"\nemptyDir: {}")
}

// noSharedPlace reports whether no two edits insert at the same place, where their order
// would not be defined.
func noSharedPlace(a, b []text.Edit) bool {
	return !slices.ContainsFunc(a, func(x text.Edit) bool {
		return slices.ContainsFunc(b, func(y text.Edit) bool { return x.Span.Start == y.Span.Start })
	})
}
