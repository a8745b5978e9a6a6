package facts

import (
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// Workflow is a workflow file of GitHub. It is safe for concurrent use.
type Workflow struct {
	*yaml.File

	jobs lazy[[]*Job]
}

// Job is a job of a workflow.
type Job struct {
	// ID is the key of the job, IDSpan its place.
	ID     string
	IDSpan text.Span
	Node   *yaml.Node
	Steps  []*Step

	file *Workflow
}

// Step is a step of a job: one that uses an action, or one that runs a script.
type Step struct {
	Job  *Job
	Node *yaml.Node

	commands lazy[[]RunCommand]
}

// Get follows keys, and numbers of items, from a node down; nil when there is
// nothing.
func (w *Workflow) Get(n *yaml.Node, keys ...string) *yaml.Node {
	return new(yaml.View).Get(n, keys...)
}

// Scalar is the text of the value at the end of keys; empty when there is none,
// or none that is plain.
func (w *Workflow) Scalar(n *yaml.Node, keys ...string) string {
	n = w.Get(n, keys...).Resolve()
	if n == nil || n.Kind != yaml.Scalar {
		return ""
	}
	return n.Value
}

// Jobs lists the jobs in file order.
func (w *Workflow) Jobs() []*Job {
	return w.jobs.get(w.readJobs)
}

func (w *Workflow) readJobs() []*Job {
	var found []*Job
	jobs := w.Get(w.Root(), "jobs").Resolve()
	if jobs == nil {
		return nil
	}
	seen := map[*yaml.Node]bool{}
	for _, p := range jobs.Pairs {
		n := p.Value.Resolve()
		if p.Merge || p.Key.Kind != yaml.Scalar || n == nil || n.Kind != yaml.Mapping {
			continue
		}
		if seen[n] {
			continue
		}
		seen[n] = true
		j := &Job{ID: p.Key.Value, IDSpan: p.Key.Span, Node: n, file: w}
		if steps := w.Get(n, "steps").Resolve(); steps != nil {
			for _, item := range steps.Items {
				if s := item.Resolve(); s.Kind == yaml.Mapping && len(s.Pairs) > 0 && !seen[s] {
					seen[s] = true
					j.Steps = append(j.Steps, &Step{Job: j, Node: s})
				}
			}
		}
		found = append(found, j)
	}
	return found
}

// Steps lists the steps of all jobs.
func (w *Workflow) Steps() []*Step {
	var steps []*Step
	for _, j := range w.Jobs() {
		steps = append(steps, j.Steps...)
	}
	return steps
}

// HasTrigger reports whether the workflow is started by an event of that name.
func (w *Workflow) HasTrigger(event string) bool {
	// YAML 1.1 takes the key for a boolean; as text it is the same.
	on := w.Get(w.Root(), "on").Resolve()
	switch {
	case on == nil:
		return false
	case on.Kind == yaml.Scalar:
		return on.Value == event
	case on.Kind == yaml.Sequence:
		for _, item := range on.Items {
			if n := item.Resolve(); n.Kind == yaml.Scalar && n.Value == event {
				return true
			}
		}
		return false
	}
	return on.Own(event) != nil
}

// Get follows keys from the job down, aliases resolved.
func (j *Job) Get(keys ...string) *yaml.Node { return j.file.Get(j.Node, keys...).Resolve() }

// Scalar is the text of a plain value in the job, or empty.
func (j *Job) Scalar(keys ...string) string { return j.file.Scalar(j.Node, keys...) }

// WorkflowScalar is the text of a plain value in the job's workflow, or empty.
func (j *Job) WorkflowScalar(keys ...string) string { return j.file.Scalar(j.file.Root(), keys...) }

// Labels are what the job asks of its runner; an expression is one of them as
// it is written.
func (j *Job) Labels() []string {
	n := j.Get("runs-on")
	if n != nil && n.Kind == yaml.Mapping {
		n = j.Get("runs-on", "labels")
	}
	switch {
	case n == nil:
		return nil
	case n.Kind == yaml.Scalar:
		return []string{n.Value}
	}
	var labels []string
	for _, item := range n.Items {
		if s := item.Resolve(); s.Kind == yaml.Scalar {
			labels = append(labels, s.Value)
		}
	}
	return labels
}

// SelfHosted reports whether the job says that it runs on a machine of its owner,
// which keeps images from one run to the next.
func (j *Job) SelfHosted() bool {
	for _, label := range j.Labels() {
		if strings.EqualFold(label, "self-hosted") {
			return true
		}
	}
	return false
}

// Windows reports whether the job runs on Windows, or may do.
func (j *Job) Windows() bool {
	for _, label := range j.Labels() {
		if lower := strings.ToLower(label); strings.Contains(lower, "windows") || strings.Contains(lower, "matrix") {
			return true
		}
	}
	return false
}

// Get follows keys from the step down, aliases resolved.
func (s *Step) Get(keys ...string) *yaml.Node { return s.Job.file.Get(s.Node, keys...).Resolve() }

// Scalar is the text of a plain value in the step, or empty.
func (s *Step) Scalar(keys ...string) string { return s.Job.file.Scalar(s.Node, keys...) }

// Uses is the action that the step uses; ok is false when it uses none.
func (s *Step) Uses() (a Action, ok bool) {
	n := s.Get("uses")
	if n == nil || n.Kind != yaml.Scalar || n.Value == "" {
		return Action{}, false
	}
	return ParseAction(n), true
}

// UsesAction reports whether the step uses one of these actions, in any version.
func (s *Step) UsesAction(names ...string) bool {
	a, ok := s.Uses()
	for _, name := range names {
		if ok && strings.EqualFold(a.Name, name) {
			return true
		}
	}
	return false
}

// Action is a reference to an action, or to a workflow that is called.
type Action struct {
	// Name is the repository with the folder in it: "docker/login-action";
	// empty for a folder of the same repository and for an image.
	Name string
	// Ref is what follows the at sign.
	Ref string
	// Image is what follows "docker://".
	Image string
	Span  text.Span
}

// ParseAction reads what stands behind "uses:".
func ParseAction(n *yaml.Node) Action {
	a := Action{Span: n.Span}
	if image, ok := strings.CutPrefix(n.Value, "docker://"); ok {
		a.Image = image
		return a
	}
	if strings.HasPrefix(n.Value, ".") {
		return a
	}
	a.Name, a.Ref, _ = strings.Cut(n.Value, "@")
	return a
}

// Owner is the first part of the action's name.
func (a Action) Owner() string {
	owner, _, _ := strings.Cut(a.Name, "/")
	return owner
}

// IsCommit reports whether the reference is a full commit, which cannot be moved.
func (a Action) IsCommit() bool {
	return (len(a.Ref) == 40 || len(a.Ref) == 64) && strings.Trim(strings.ToLower(a.Ref), "0123456789abcdef") == ""
}

// HasExpression reports whether GitHub puts something in when the workflow runs.
func HasExpression(s string) bool { return strings.Contains(s, "${{") }

// Expressions are the insides of the expressions in a text, each with its offset.
func Expressions(s string) (inner []string, offsets []int) {
	for from := 0; ; {
		start := strings.Index(s[from:], "${{")
		if start < 0 {
			return inner, offsets
		}
		start += from
		end := strings.Index(s[start:], "}}")
		if end < 0 {
			return inner, offsets
		}
		inner, offsets = append(inner, s[start+len("${{"):start+end]), append(offsets, start)
		from = start + end + len("}}")
	}
}

// SecretIn is the secret that an expression of a text puts in: "secrets.NAME" or
// "github.token".
func SecretIn(s string) (name string, ok bool) {
	inner, _ := Expressions(s)
	for _, x := range inner {
		if strings.Contains(x, "github.token") {
			return "github.token", true
		}
		at := strings.Index(x, "secrets.")
		if at < 0 || (at > 0 && (isNameByte(x[at-1], true) || x[at-1] == '.')) {
			continue
		}
		end := at + len("secrets.")
		for end < len(x) && (isNameByte(x[end], true) || x[end] == '-') {
			end++
		}
		return x[at:end], true
	}
	return "", false
}

// Environments are the mappings of variables: of the workflow, and of a job and
// its steps each with the job they are in, nil for the first.
func (w *Workflow) Environments(visit func(pair *yaml.Pair, j *Job)) {
	each := func(n *yaml.Node, j *Job) {
		p := n.Own("env")
		if p == nil || p.Value.Kind != yaml.Mapping {
			return
		}
		for _, v := range p.Value.Pairs {
			visit(v, j)
		}
	}
	each(w.Root(), nil)
	for _, j := range w.Jobs() {
		each(j.Node, j)
		for _, s := range j.Steps {
			each(s.Node, j)
		}
	}
}
