package kubernetes

import (
	"path"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// K8sRootFilesystemWritable reports containers that do not set `readOnlyRootFilesystem:
// true`. There is one finding for each workload.
//
// # Why it matters
//
// An attacker who takes over the program can replace its files or add programs to the
// container. With a read-only root, each path to which the program writes must be a volume
// and is visible in the manifest.
//
// The rule is off by default, because the manifest does not show to which paths a
// program writes. The presets `cloud-native` and `hardening` turn it on.
//
// # How to fix it
//
// Make the root read-only, and mount an emptyDir where the program writes; most programs
// need only `/tmp`:
//
//	securityContext:
//	  readOnlyRootFilesystem: true
//
// # Exceptions
//
// It does not report:
//
//   - init containers, jobs and Knative services
//   - privileged containers
//   - Windows pods
//
// The severity is info for databases, whose images write to many paths.
var K8sRootFilesystemWritable = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-root-filesystem-writable",
		Title:    "Container can change the files of its image",
		Category: lint.Security,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native", "hardening"},
		Aliases:  lint.Names("CKV_K8S_22", "KSV-0014", "kube-linter:no-read-only-root-fs", "semgrep:writable-filesystem-container"),
	},
	Check: checkK8sRootFilesystemWritable,
}

func checkK8sRootFilesystemWritable(p *facts.Pass[*facts.Manifest]) {
	for _, w := range p.Doc.Workloads() {
		if w.Windows() {
			continue
		}
		writable := choose(w, func(c *facts.Container) bool {
			n := c.Get("securityContext", "readOnlyRootFilesystem")
			return c.RunsOn() && !isPrivileged(c) && (facts.IsFalse(n) || (n == nil && !w.Partial && !w.Knative))
		})
		if len(writable) == 0 {
			continue
		}
		f := lint.Finding{
			Span:    writable[0].Place(),
			Message: named(writable) + " can change the files of " + verb(writable, "its image", "their images") + ", and so can an attacker who takes over the program; set readOnlyRootFilesystem: true, and mount an emptyDir where the program writes",
		}
		if !slices.ContainsFunc(writable, func(c *facts.Container) bool { return !c.IsStore() }) {
			f.Severity = lint.Info
		}
		edits, ok := readOnlyEdits(p.Doc, w, writable)
		f.Fixes = fixOf("make the root file system read-only, with an emptyDir on /tmp", ok, edits...)
		p.Report(f)
	}
}

// readOnlyEdits make containers read-only and give each of them a /tmp. ok is false
// where the pod has a volume "tmp" already, whose use is not known.
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
			if ok {
				var mount []text.Edit
				mount, ok = mountEdits(d, c, "tmp", "/tmp")
				more = append(more, mount...)
			}
		}
		if !ok || (mounts != nil && c.Node.Own("volumeMounts") == nil) {
			return nil, false
		}
		edits = append(edits, more...)
	}
	if mounted == 0 {
		return edits, true
	}
	more, ok := emptyDirEdits(d, w, "tmp")
	return append(edits, more...), ok && noSharedPlace(edits, more)
}

// mountsTmp reports whether a container has a volume on /tmp, or above it.
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
