package workflow

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// WorkflowLatestTagOnly reports images that a workflow pushes with the tag latest and no
// other tag.
//
// # Why it matters
//
// Each push replaces the image before. A rollback to a version that worked is not
// possible, and users cannot see which commit runs.
//
// # How to fix it
//
// Also push the version or the commit as a tag:
//
//	tags: |
//	  acme/web:latest
//	  acme/web:${{ github.sha }}
//
// # Fix safety
//
// There is no automatic fix: only the author knows how versions are named.
//
// # Exceptions
//
// It does not report:
//
//   - tags that come from an expression, a variable or the metadata action
//   - images that another step or job pushes with another tag
//   - pushes to a registry on localhost
var WorkflowLatestTagOnly = facts.Rule[*facts.Workflow]{
	Meta: lint.Meta{
		ID:       "workflow-latest-tag-only",
		Title:    "Image is pushed only with the tag latest",
		Category: lint.Reproducibility,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkWorkflowLatestTagOnly,
}

func checkWorkflowLatestTagOnly(p *facts.Pass[*facts.Workflow]) {
	var jobs []pushingJob
	for _, j := range p.Doc.Jobs() {
		job := pushingJob{names: map[string]bool{}}
		// Several steps of a job may push one image: only if all say latest.
		var first *lint.Finding
		others := false
		push := func(f lint.Finding, tags []string, known bool) {
			for _, tag := range tags {
				others = others || !known || !isLatest(tag)
				job.names[withoutTag(tag)] = true
			}
			if first == nil && len(tags) > 0 {
				job.name = withoutTag(tags[0])
				f.Message = quote(tags[0]) + " replaces the previous image, so a rollback is not possible; also push the version or the commit as a tag"
				first = &f
			}
		}
		for _, b := range imageBuilds(j) {
			if !b.pushes() || toLocalRegistry(b) {
				continue
			}
			tags, known := b.tags()
			f := lint.Finding{Span: b.place}
			if n := b.step.Get("with", "tags"); b.command == nil && n != nil {
				f.Span = n.Span
			}
			others = others || len(tags) == 0 // the outputs or a file name them
			push(f, tags, known)
		}
		for _, s := range j.Steps {
			for _, c := range s.Commands() {
				if dockerCommand(&c) == "push" {
					tags, known := pushed(&c)
					others = others || len(tags) == 0
					push(lint.Finding{Span: c.Span}, tags, known)
				}
			}
			// The step does not show what these push.
			others = others || s.UsesAction("docker/bake-action", "docker/metadata-action", "depot/bake-action")
		}
		job.first, job.others = first, others
		jobs = append(jobs, job)
	}
	for _, j := range jobs {
		pushedToo := func(other pushingJob) bool { return other.others && (other.names[j.name] || len(other.names) == 0) }
		if j.first != nil && !j.others && !slices.ContainsFunc(jobs, pushedToo) {
			p.Report(*j.first)
		}
	}
}

// pushingJob is what a job pushes.
type pushingJob struct {
	// first is the finding of its first push, of the image of that name; nil without one.
	first *lint.Finding
	name  string
	// names are those of all its images without tags, as far as they are known; others is
	// set where a tag is not latest.
	names  map[string]bool
	others bool
}

// withoutTag is a reference up to the colon of its tag.
func withoutTag(reference string) string {
	if colon := strings.LastIndexByte(reference, ':'); colon > strings.LastIndexByte(reference, '/') {
		return reference[:colon]
	}
	return reference
}

// pushed is what "docker push" sends; nothing for all tags of a name.
func pushed(c *facts.RunCommand) (tags []string, known bool) {
	words := c.Positional()
	if len(words) == 0 || c.HasFlag("-a", "--all-tags") {
		return nil, false
	}
	name := words[len(words)-1].Text
	if len(name) > 1 && (name[0] == '"' || name[0] == '\'') {
		name = name[1 : len(name)-1]
	}
	return []string{name}, !hasUnknownTag(name)
}
