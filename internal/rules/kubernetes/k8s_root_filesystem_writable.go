package kubernetes

import (
	"path"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// K8sRootFilesystemWritable finds containers that may change their own files.
//
// With "readOnlyRootFilesystem: true", whoever breaks in can leave no program
// behind, and what the program writes shows: it needs a volume. Most need
// /tmp, for which an emptyDir is enough.
//
// One finding for each workload; an info where it is a database, whose image
// writes in many places. Silent for init containers, jobs, privileged containers
// and Windows. Which paths a program writes to is not in the manifest, and hardly
// any sets it, so it is a part of the presets cloud-native and hardening.
var K8sRootFilesystemWritable = lint.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-root-filesystem-writable",
		Title:    "A container may change its own files",
		Category: lint.Security,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native", "hardening"},
		Aliases:  lint.Names("CKV_K8S_22", "KSV-0014", "kube-linter:no-read-only-root-fs", "semgrep:writable-filesystem-container"),
	},
	Check: checkK8sRootFilesystemWritable,
}

func checkK8sRootFilesystemWritable(p *lint.Pass[*facts.Manifest]) {
	for _, w := range p.Doc.Workloads() {
		if w.Windows() {
			continue
		}
		writable := choose(w, func(c *facts.Container) bool {
			n := c.Get("securityContext", "readOnlyRootFilesystem")
			return c.RunsOn() && !isPrivileged(c) && (facts.IsFalse(n) || n == nil && !w.Partial && !w.Knative)
		})
		if len(writable) == 0 {
			continue
		}
		f := lint.Finding{
			Span:    writable[0].Place(),
			Message: named(writable) + " may change the files of " + verb(writable, "its image", "their images") + "; set readOnlyRootFilesystem: true, with an emptyDir where it writes",
		}
		if !slices.ContainsFunc(writable, func(c *facts.Container) bool { return !c.IsStore() }) {
			f.Severity = lint.Info
		}
		edits, ok := readOnlyEdits(p.Doc, w, writable)
		f.Fixes = fixOf("make the root file system read-only, with an emptyDir on /tmp", ok, edits...)
		p.Report(f)
	}
}

// readOnlyEdits make containers read-only and give each of them a /tmp. ok is
// false where the pod has a volume "tmp" already, of which nothing is known.
func readOnlyEdits(d *facts.Manifest, w *facts.Workload, containers []*facts.Container) (edits []text.Edit, ok bool) {
	mounted := 0
	for _, c := range containers {
		var more []text.Edit
		mounts := c.Get("volumeMounts")
		switch {
		case mountsTmp(d, c):
			more, ok = set(d, c.Node, "true", "securityContext", "readOnlyRootFilesystem")
		case mounts == nil && c.Node.Own("securityContext") == nil:
			mounted++
			more, ok = d.Add(c.Node, "securityContext:\n  readOnlyRootFilesystem: true\nvolumeMounts:\n  - name: tmp\n    mountPath: /tmp")
		default:
			mounted++
			more, ok = set(d, c.Node, "true", "securityContext", "readOnlyRootFilesystem")
			if own := c.Node.Own("volumeMounts"); ok && own != nil {
				var mount []text.Edit
				mount, ok = d.Append(own.Value, "name: tmp\nmountPath: /tmp")
				more = append(more, mount...)
			} else if ok = ok && c.Node.Own("image") != nil; ok {
				var mount []text.Edit
				mount, ok = d.InsertAfter(c.Node.Own("image"), "volumeMounts:\n  - name: tmp\n    mountPath: /tmp")
				more = append(more, mount...)
			}
		}
		if !ok || mounts != nil && c.Node.Own("volumeMounts") == nil {
			return nil, false
		}
		edits = append(edits, more...)
	}
	if mounted == 0 {
		return edits, true
	}
	volumes := w.Pod.Own("volumes")
	if volumes == nil {
		first := w.Pod.Own("initContainers")
		if first == nil {
			first = w.Pod.Own("containers")
		}
		more, ok := d.InsertBefore(first, "volumes:\n  - name: tmp\n    emptyDir: {}")
		return append(edits, more...), ok && first.Value.Anchor == ""
	}
	if list := w.Get("volumes"); list == nil || slices.ContainsFunc(list.Items, isNamedTmp(d)) {
		return nil, false
	}
	more, ok := d.Append(volumes.Value, "name: tmp\nemptyDir: {}")
	return append(edits, more...), ok && noSharedPlace(edits, more)
}

// noSharedPlace tells whether no two edits insert at the same place, where
// their order would be left to chance.
func noSharedPlace(a, b []text.Edit) bool {
	return !slices.ContainsFunc(a, func(x text.Edit) bool {
		return slices.ContainsFunc(b, func(y text.Edit) bool { return x.Span.Start == y.Span.Start })
	})
}

// mountsTmp tells whether a container has a volume on /tmp, or above it.
func mountsTmp(d *facts.Manifest, c *facts.Container) bool {
	mounts := c.Get("volumeMounts")
	if mounts == nil {
		return false
	}
	for _, item := range mounts.Items {
		if path.Clean(d.Scalar(item, "mountPath")) == "/tmp" {
			return true
		}
	}
	return false
}

// isNamedTmp tells volumes apart by the name that the fix gives.
func isNamedTmp(d *facts.Manifest) func(*yaml.Node) bool {
	return func(n *yaml.Node) bool { return d.Scalar(n, "name") == "tmp" }
}
