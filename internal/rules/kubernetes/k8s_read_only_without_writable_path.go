package kubernetes

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// K8sReadOnlyWithoutWritablePath reports containers with `readOnlyRootFilesystem: true`
// whose program writes to a directory that no volume covers. It knows the directories of
// nginx, Apache and Gunicorn, and those that variables such as `TMPDIR` name.
//
// # Why it matters
//
// The write fails with "Read-only file system". The program does not start, or fails
// later.
//
// # How to fix it
//
// Mount an emptyDir where the program writes:
//
//	containers:
//	  - name: web
//	    volumeMounts:
//	      - name: tmp
//	        mountPath: /tmp
//	volumes:
//	  - name: tmp
//	    emptyDir: {}
//
// Files that are downloaded to `HF_HOME` or `TORCH_HOME` are meant to last and may already
// be in the image. They need a persistent volume that holds them: an emptyDir starts empty.
//
// # Exceptions
//
// It does not report:
//
//   - images whose Dockerfile is unknown; it is known if a Compose file, Skaffold or
//     docker/build-push-action in the repository shows that the image is built from it
//   - directories of a `VOLUME`, which are writable
//   - Windows pods
//
// For Compose files there is read-only-without-writable-path.
var K8sReadOnlyWithoutWritablePath = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-read-only-without-writable-path",
		Title:    "Program writes to a path that is read-only in its container",
		Category: lint.Runtime,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkK8sReadOnlyWithoutWritablePath,
}

func checkK8sReadOnlyWithoutWritablePath(p *facts.Pass[*facts.Manifest]) {
	for _, w := range p.Doc.Workloads() {
		if w.Windows() {
			continue
		}
		for _, c := range w.Containers {
			readOnly := c.Get("securityContext", "readOnlyRootFilesystem")
			i, known := c.Image()
			if !facts.IsTrue(readOnly) || !known {
				continue
			}
			if image, ok := p.Project.BuiltHere(i); ok {
				checkWrites(p, c, image, lint.Finding{Span: readOnly.Span})
			}
		}
	}
}

// checkWrites reports the first folder that is not writable: one at a time, because
// the fixes would conflict.
func checkWrites(p *facts.Pass[*facts.Manifest], c *facts.Container, image facts.BuiltImage, f lint.Finding) {
	start, known := c.Start(image.Stage)
	for _, write := range image.Stage.Writes(start, known) {
		if image.Stage.VolumeHolds(write.Folder) || mountHolds(p.Doc, c, write.Folder) {
			continue
		}
		advice, fixes := writableAdvice(p.Doc, c, write)
		f.Message = fmt.Sprintf("container %s has a read-only root file system, but %s writes to %s, which fails; %s", quote(c.Name), write.Who, quote(write.Folder), advice)
		f.Related = []lint.Related{{Source: image.Source, Span: write.Place, Message: "the directory is used here"}}
		f.Fixes = fixes
		p.Report(f)
		return
	}
}

// writableAdvice returns how the folder becomes writable. Kubernetes accepts one mount
// for a path, so there is no fix where one is there already.
func writableAdvice(d *facts.Manifest, c *facts.Container, write facts.Write) (advice string, fixes []lint.Fix) {
	switch {
	case anyMount(d, c, func(at string, _ bool) bool { return facts.Holds(at, write.Folder) }):
		return "make the mount there writable", nil
	case write.Lasting:
		return "mount a persistent volume there", nil
	}
	if volume := strings.ReplaceAll(strings.Trim(write.Folder, "/"), "/", "-"); isVolumeName(volume) {
		mount, ok := mountEdits(d, c, volume, write.Folder)
		volumes, ok2 := emptyDirEdits(d, c.Workload, volume)
		fixes = fixOf("mount an emptyDir on "+write.Folder, ok && ok2 && noSharedPlace(mount, volumes), append(mount, volumes...)...)
	}
	return "mount an emptyDir there", fixes
}

// mountHolds reports whether a volume of the container makes the folder writable,
// or may do.
func mountHolds(d *facts.Manifest, c *facts.Container, folder string) bool {
	return anyMount(d, c, func(at string, readOnly bool) bool { return at == "" || (facts.Holds(at, folder) && !readOnly) })
}

// anyMount reports whether one of the container's mounts fits. The path is empty
// where it is not known.
func anyMount(d *facts.Manifest, c *facts.Container, fits func(at string, readOnly bool) bool) bool {
	mounts := c.Get("volumeMounts")
	if mounts == nil {
		return false
	}
	return slices.ContainsFunc(mounts.Items, func(item *yaml.Node) bool {
		at := d.Scalar(item, "mountPath")
		if at != "" {
			at = path.Clean(at)
		}
		return fits(at, facts.IsTrue(d.Get(item, "readOnly")))
	})
}

// isVolumeName reports whether a text can be the name of a volume, a DNS label.
func isVolumeName(s string) bool {
	const longest = 63
	return s != "" && len(s) <= longest && strings.Trim(s, "-") == s && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
