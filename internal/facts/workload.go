package facts

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// Workload is an object that starts pods, or a pod.
type Workload struct {
	Object Object
	// Pod is the mapping of the pod's spec, Meta that of its metadata; nil if
	// there is none.
	Pod, Meta *yaml.Node
	// Containers in file order, init containers before the others.
	Containers []*Container
	// RunsOnce is set for jobs, which end by themselves.
	RunsOnce bool
	// Knative is set for a service of Knative, and so of Cloud Run, which brings
	// probes and limits of its own.
	Knative bool
	// Partial is set for what is merged into another object: a patch, as
	// Kustomize has them. What is missing in it says nothing.
	Partial bool

	file *Manifest
}

// Container is a container of a workload.
type Container struct {
	Workload *Workload
	Node     *yaml.Node
	Name     string
	// Init is set for init containers; Sidecar for those of them that keep
	// running beside the others.
	Init, Sidecar bool
}

// podPaths are the ways from an object to its pod's spec, by kind.
func podPath(o Object) []string {
	group, _, hasGroup := strings.Cut(o.APIVersion, "/")
	switch o.Kind {
	case "Pod":
		if !hasGroup {
			return []string{"spec"}
		}
	case "ReplicationController":
		if !hasGroup {
			return []string{"spec", "template", "spec"}
		}
	case "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet":
		if hasGroup && (group == "apps" || group == "extensions") {
			return []string{"spec", "template", "spec"}
		}
	case "Job":
		if group == "batch" {
			return []string{"spec", "template", "spec"}
		}
	case "CronJob":
		if group == "batch" {
			return []string{"spec", "jobTemplate", "spec", "template", "spec"}
		}
	case "Service":
		if group == "serving.knative.dev" {
			return []string{"spec", "template", "spec"}
		}
	}
	return nil
}

// Workloads lists the workloads of the file. Those that a template engine still
// has to fill in are left out, and so is a pod that an alias brings again.
func (m *Manifest) Workloads() []*Workload {
	return m.workloads.get(m.readWorkloads)
}

func (m *Manifest) readWorkloads() []*Workload {
	var workloads []*Workload
	seen := map[*yaml.Node]bool{}
	for _, o := range m.Objects() {
		way := podPath(o)
		pod := m.Get(o.Root, way...).Resolve()
		if way == nil || pod == nil || pod.Kind != yaml.Mapping || seen[pod] {
			continue
		}
		if m.IsTemplate(o.Root) {
			continue
		}
		seen[pod] = true
		owner := append([]string(nil), way[:len(way)-1]...)
		w := &Workload{
			Object: o, Pod: pod, Meta: m.Get(o.Root, append(owner, "metadata")...).Resolve(), file: m,
			RunsOnce: o.Kind == "Job" || o.Kind == "CronJob", Knative: o.Kind == "Service",
		}
		if o.Kind == "Pod" {
			// Only a pod that starts again runs on.
			policy := m.Scalar(pod, "restartPolicy")
			w.RunsOnce = policy == "Never" || policy == "OnFailure"
		}
		w.list(seen)
		w.Partial = w.isPartial()
		workloads = append(workloads, w)
	}
	return workloads
}

func (w *Workload) list(seen map[*yaml.Node]bool) {
	for _, key := range []string{"initContainers", "containers"} {
		list := w.Get(key)
		if list == nil || list.Kind != yaml.Sequence {
			continue
		}
		for _, item := range list.Items {
			n := item.Resolve()
			if n.Kind != yaml.Mapping || seen[n] || len(n.Pairs) == 0 {
				continue
			}
			seen[n] = true
			c := &Container{Workload: w, Node: n, Name: w.file.Scalar(n, "name"), Init: key == "initContainers"}
			c.Sidecar = c.Init && w.file.Scalar(n, "restartPolicy") == "Always"
			w.Containers = append(w.Containers, c)
		}
	}
}

// isPartial tells a patch from an object: apps/v1 requires a selector, and each
// container an image.
func (w *Workload) isPartial() bool {
	if len(w.Containers) == 0 {
		return true
	}
	for _, c := range w.Containers {
		if c.Scalar("image") == "" || (c.Name == "" && !w.Knative) {
			return true
		}
	}
	return strings.HasPrefix(w.Object.APIVersion, "apps/v1") && w.file.Get(w.Object.Root, "spec", "selector") == nil
}

// Get follows keys from the pod's spec down, aliases resolved; nil when there
// is nothing.
func (w *Workload) Get(keys ...string) *yaml.Node { return w.file.Get(w.Pod, keys...).Resolve() }

// Scalar is the text of a plain value in the pod's spec, or empty.
func (w *Workload) Scalar(keys ...string) string { return w.file.Scalar(w.Pod, keys...) }

// Name is the name of the object, or empty.
func (w *Workload) Name() string { return w.file.Scalar(w.Object.Root, "metadata", "name") }

// Namespace is the one that the object names, or empty.
func (w *Workload) Namespace() string { return w.file.Scalar(w.Object.Root, "metadata", "namespace") }

// Windows reports whether the pod runs on Windows, which knows neither user
// numbers nor capabilities.
func (w *Workload) Windows() bool {
	if strings.EqualFold(w.Scalar("os", "name"), "windows") {
		return true
	}
	for _, label := range []string{"kubernetes.io/os", "beta.kubernetes.io/os"} {
		if strings.EqualFold(w.Scalar("nodeSelector", label), "windows") {
			return true
		}
	}
	for _, c := range w.Containers {
		if i, ok := c.Image(); ok && i.IsWindows() {
			return true
		}
	}
	return w.Get("securityContext", "windowsOptions") != nil
}

// OwnUsers reports whether the pod has a user namespace: its root is nobody on the
// node, privileged or not.
func (w *Workload) OwnUsers() bool { return IsFalse(w.Get("hostUsers")) }

// ServesNode reports whether the pod works for the node it runs on and not for users:
// it is one of a DaemonSet, or of the cluster's own namespace, or an image of it is
// there to watch its host.
func (w *Workload) ServesNode() bool {
	return w.Object.Kind == "DaemonSet" || w.Namespace() == "kube-system" || slices.ContainsFunc(w.Containers, func(c *Container) bool {
		i, known := c.Image()
		_, watches := images.Says(i.Repository, images.Watcher)
		return known && watches
	})
}

// Get follows keys from the container down, aliases resolved; nil when there is
// nothing.
func (c *Container) Get(keys ...string) *yaml.Node {
	return c.Workload.file.Get(c.Node, keys...).Resolve()
}

// Scalar is the text of a plain value in the container, or empty.
func (c *Container) Scalar(keys ...string) string { return c.Workload.file.Scalar(c.Node, keys...) }

// Place is where a finding about the whole container stands: its name.
func (c *Container) Place() text.Span {
	if n := c.Get("name"); n != nil && !n.Span.IsEmpty() {
		return n.Span
	}
	return c.Node.Pairs[0].Key.Span
}

// Security is a setting of the container's securityContext, else of the pod's;
// nil when neither has it. The pod's are only those that a pod can have.
func (c *Container) Security(key string) *yaml.Node {
	if n := c.Get("securityContext", key); n != nil {
		return n
	}
	switch key {
	case "runAsUser", "runAsGroup", "runAsNonRoot", "seccompProfile", "seLinuxOptions", "windowsOptions", "appArmorProfile":
		return c.Workload.Get("securityContext", key)
	}
	return nil
}

// RunsOn reports whether the container is there to keep running: it is none of a
// job, and no init container but a sidecar.
func (c *Container) RunsOn() bool { return !c.Workload.RunsOnce && (!c.Init || c.Sidecar) }

// Image is the container's image; ok is false when there is none, or only a part
// of its name is known: a variable, or what somebody is to put there.
func (c *Container) Image() (i Image, ok bool) {
	n := c.Get("image")
	if n == nil || n.Kind != yaml.Scalar || !IsReference(n.Value) {
		return Image{}, false
	}
	i = ParseImage(n.Value)
	i.Span = n.Span
	return i, true
}

// IsReference reports whether a text can be the name of an image as it stands: no
// variable is in it, and no placeholder, whose capitals no name may have.
func IsReference(ref string) bool {
	name, _, _ := strings.Cut(ref, "@")
	if colon := strings.LastIndexByte(name, ':'); colon > strings.LastIndexByte(name, '/') {
		name = name[:colon]
	}
	if name == "" || strings.ContainsAny(ref, "$<>{}()% \t\n") || name != strings.ToLower(name) {
		return false
	}
	switch path.Base(name) {
	case "image", "placeholder", "replace-me", "changeme":
		return false
	}
	return !IsPlaceholder(name)
}

// Port is a port that a container declares.
type Port struct {
	// Name is empty for one without.
	Name   string
	Number int
	Node   *yaml.Node
}

// Ports are the ports that the container declares with a number.
func (c *Container) Ports() []Port {
	var ports []Port
	list := c.Get("ports")
	if list == nil {
		return nil
	}
	for _, item := range list.Items {
		n := item.Resolve()
		number, err := strconv.Atoi(c.Workload.file.Scalar(n, "containerPort"))
		if err == nil {
			ports = append(ports, Port{Name: c.Workload.file.Scalar(n, "name"), Number: number, Node: n})
		}
	}
	return ports
}

// Words are the texts of a list in the container, as command; ok is false when
// one is no plain text.
func (c *Container) Words(key string) (words []*yaml.Node, ok bool) {
	list := c.Get(key)
	if list == nil {
		return nil, true
	}
	if list.Kind != yaml.Sequence {
		return nil, false
	}
	for _, item := range list.Items {
		n := item.Resolve()
		if n.Kind != yaml.Scalar {
			return nil, false
		}
		words = append(words, n)
	}
	return words, true
}

// IsStore reports whether an image is that of a database, a cache or a queue.
func (i Image) IsStore() bool {
	_, isQueue := images.Says(i.Repository, images.Queue)
	return isQueue || databaseIn(i.Repository) != ""
}

// IsPause reports whether an image only keeps a place free and does nothing.
func (i Image) IsPause() bool {
	_, is := images.Says(i.Repository, images.Pause)
	return is
}

// IsStore reports whether the container runs a database, a cache or a queue.
func (c *Container) IsStore() bool {
	i, known := c.Image()
	return known && i.IsStore()
}

// IsTrue reports whether a node is the boolean true; IsFalse, false.
func IsTrue(n *yaml.Node) bool { return isBoolean(n, "true") }

// IsFalse reports whether a node is the boolean false.
func IsFalse(n *yaml.Node) bool { return isBoolean(n, "false") }

func isBoolean(n *yaml.Node, want string) bool {
	n = n.Resolve()
	return n != nil && n.Kind == yaml.Scalar && n.Tag == "!!bool" && strings.EqualFold(n.Value, want)
}

// IntOf is the number of a node; ok is false when it is none.
func IntOf(n *yaml.Node) (i int, ok bool) {
	n = n.Resolve()
	if n == nil || n.Kind != yaml.Scalar || n.Tag != "!!int" {
		return 0, false
	}
	i, err := strconv.Atoi(n.Value)
	return i, err == nil
}
