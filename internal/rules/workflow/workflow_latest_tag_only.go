package workflow

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// WorkflowLatestTagOnly finds images that are pushed with the tag latest and no
// other.
//
// Every push takes the place of the one before: nobody can go back to a version
// that worked, or say which commit runs. Push the commit or the version as a tag
// beside it.
//
// Silent where one of the tags comes from an expression, a variable or the
// metadata action, and where another step of the job, or another job, pushes the image with a tag
// of its own.
//
// There is no fix: only the author knows how versions are named.
var WorkflowLatestTagOnly = facts.Rule[*facts.Workflow]{
	Meta: lint.Meta{
		ID:       "workflow-latest-tag-only",
		Title:    "An image is pushed as latest only",
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
				f.Message = quote(tags[0]) + " takes the place of the image before, to which nobody can go back; push a version or the commit as a tag too"
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
			// What these push is not in the step.
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
