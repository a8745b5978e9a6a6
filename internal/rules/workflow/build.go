package workflow

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// buildActions build one image, with the inputs of docker/build-push-action.
var buildActions = []string{"docker/build-push-action", "depot/build-push-action", "useblacksmith/build-push-action"}

// imageBuild is a step, or a command in it, that builds an image.
type imageBuild struct {
	step *facts.Step
	// command is nil for an action.
	command *facts.RunCommand
	// place is what a finding about the build underlines.
	place text.Span
}

// imageBuilds lists the builds of a job.
func imageBuilds(j *facts.Job) []imageBuild {
	var builds []imageBuild
	for _, s := range j.Steps {
		if s.UsesAction(buildActions...) {
			a, _ := s.Uses()
			builds = append(builds, imageBuild{step: s, place: a.Span})
		}
		commands := s.Commands()
		for i := range commands {
			if c := &commands[i]; dockerCommand(c) == "build" {
				builds = append(builds, imageBuild{step: s, command: c, place: c.Span})
			}
		}
	}
	return builds
}

// dockerCommand is what a command asks of Docker: "build" for builder and
// buildx too, "compose build", "push"; empty for other programs.
func dockerCommand(c *facts.RunCommand) string {
	name := c.Name()
	if name != "docker" && name != "docker-compose" && name != "podman" {
		return ""
	}
	var words []string
	for _, a := range c.Positional("-f", "--file", "-p", "--project-name", "--profile", "--env-file", "-H", "--host", "-c", "--context", "--config", "-l", "--log-level") {
		words = append(words, a.Text)
	}
	if name == "docker-compose" {
		words = append([]string{"compose"}, words...)
	}
	if len(words) > 1 && slices.Contains([]string{"buildx", "builder", "image"}, words[0]) {
		words = words[1:]
	}
	switch {
	case len(words) == 0:
		return ""
	case words[0] == "compose" && len(words) > 1:
		return "compose " + words[1]
	}
	return words[0]
}

// isTrue reports whether an input of a step is written as true.
func isTrue(s *facts.Step, input string) bool {
	return strings.EqualFold(s.Scalar("with", input), "true")
}

// pushes reports whether a build may send its image to a registry.
func (b imageBuild) pushes() bool {
	if b.command != nil {
		return b.command.HasFlag("--push") || outputsToRegistry(flagText(b.command, "--output", "-o"))
	}
	push := b.step.Scalar("with", "push")
	return isTrue(b.step, "push") || facts.HasExpression(push) || outputsToRegistry(b.step.Scalar("with", "outputs"))
}

func outputsToRegistry(outputs string) bool {
	return strings.Contains(outputs, "type=registry") || strings.Contains(outputs, "push=true")
}

func flagText(c *facts.RunCommand, flags ...string) string {
	a, _ := c.FlagValue(flags...)
	return a.Text
}

// tags are the names that a build gives its image; known is false where one of
// them has its tag from an expression or a variable.
func (b imageBuild) tags() (tags []string, known bool) {
	if b.command == nil {
		for _, tag := range strings.FieldsFunc(b.step.Scalar("with", "tags"), func(r rune) bool { return r == '\n' || r == ',' }) {
			if tag = strings.TrimSpace(tag); tag != "" {
				tags = append(tags, tag)
			}
		}
	} else {
		for _, a := range flagValues(b.command, "-t", "--tag") {
			tags = append(tags, a.Text)
		}
	}
	return tags, !slices.ContainsFunc(tags, hasUnknownTag)
}

// flagValues are the values of a flag that may be given several times.
func flagValues(c *facts.RunCommand, short, long string) []facts.Argument {
	var values []facts.Argument
	args := c.Args()
	for i, a := range args {
		switch {
		case (a.Text == short || a.Text == long) && i+1 < len(args):
			values = append(values, args[i+1])
		case strings.HasPrefix(a.Text, long+"="):
			a.Text = a.Text[len(long)+1:]
			values = append(values, a)
		}
	}
	return values
}

// hasUnknownTag reports whether the tag of a name, or the whole name, comes from an
// expression. An expression only for the repository does not count.
func hasUnknownTag(name string) bool {
	last := behindExpressions(name)
	if strings.ContainsAny(last, "$`") {
		return true
	}
	return last == "" || !strings.ContainsAny(last, ":/@")
}

// behindExpressions is what follows the last expression or variable, or all.
func behindExpressions(name string) string {
	if i := strings.LastIndex(name, "}}"); i >= 0 {
		return name[i+len("}}"):]
	}
	if i := strings.LastIndexByte(name, '$'); i >= 0 {
		if at := strings.IndexAny(name[i:], ":/"); at >= 0 && !strings.HasPrefix(name[i:], "${") {
			return name[i+at:]
		}
		return ""
	}
	if strings.Contains(name, ":") || strings.Contains(name, "/") {
		return name
	}
	return "/" + name // a short name without a tag
}

// isLatest reports whether a name whose whole tag is known has the tag latest or none,
// which is the same.
func isLatest(name string) bool {
	rest := behindExpressions(name)
	colon := strings.LastIndexByte(rest, ':')
	return !strings.Contains(rest, "@") && (colon < strings.LastIndexByte(rest, '/') || rest[colon+1:] == "latest")
}

// dockerfileOf is the Dockerfile that a build reads; nil when that is not known.
func (b imageBuild) dockerfileOf(p *facts.Pass[*facts.Workflow]) *facts.DockerfileNear {
	in, err := b.inputs()
	if err != nil {
		return nil
	}
	c, err := p.Project.Context(path.Join(toRoot, in.folder), in.dockerfile())
	if err != nil {
		return nil
	}
	return c.Dockerfile()
}

// quote is a text of the file as a message shows it.
func quote(s string) string {
	const longest = 60
	if r := []rune(s); len(r) > longest {
		s = string(r[:longest]) + "..."
	}
	return strconv.Quote(s)
}

// unsafe is a fix of these edits. It is never safe: what a run makes of the file
// is not known here.
func unsafe(title string, ok bool, edits ...text.Edit) []lint.Fix {
	if !ok || len(edits) == 0 {
		return nil
	}
	f := lint.Fix{Title: title, Applicability: lint.Unsafe, MaxEffect: lint.EffectUnknown}
	for _, e := range edits {
		f.Edits = append(f.Edits, lint.FileEdit{Edit: e})
	}
	return []lint.Fix{f}
}

// publishes lists the builds of a workflow whose images go to a registry.
func publishes(d *facts.Workflow) []imageBuild {
	var found []imageBuild
	for _, j := range d.Jobs() {
		for _, b := range imageBuilds(j) {
			if b.pushes() && !toLocalRegistry(b) {
				found = append(found, b)
			}
		}
	}
	return found
}

// toLocalRegistry reports whether a build pushes its image to a registry that exists only
// as long as the job.
func toLocalRegistry(b imageBuild) bool {
	tags, _ := b.tags()
	return slices.ContainsFunc(tags, func(t string) bool { return strings.HasPrefix(t, "localhost:") || strings.HasPrefix(t, "127.0.0.1:") })
}

// toRoot leads from the folder of a workflow to the root of the repository.
const toRoot = "../.."
