package workflow

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// WorkflowBuildPathMissing reports builds whose context, Dockerfile or target is not in
// the repository. It reads the inputs of docker/build-push-action and the arguments of
// `docker build`.
//
// # Why it matters
//
// The step fails. Many of these steps run only for a release, so the mistake appears when
// the release is made.
//
// # How to fix it
//
// Name a folder, a file or a stage that exists:
//
//	with:
//	  context: services/web
//	  file: services/web/Dockerfile
//
// # Exceptions
//
// It does not report:
//
//   - expressions and variables, and commands after cd
//   - jobs that check out another repository, another branch or into another folder
//   - workflows that other workflows call
//   - paths that git ignores, names of build output such as `dist` and `target`, and paths
//     that an earlier step names or may create
//   - folders without `.git` and `.gitignore`, which may contain only a part of the files
var WorkflowBuildPathMissing = facts.Rule[*facts.Workflow]{
	Meta: lint.Meta{
		ID:       "workflow-build-path-missing",
		Title:    "Workflow builds a path or stage that does not exist",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
		Variants: []string{"context", "file", "target"},
	},
	Check: checkWorkflowBuildPathMissing,
}

func checkWorkflowBuildPathMissing(p *facts.Pass[*facts.Workflow]) {
	if p.Doc.HasTrigger("workflow_call") {
		return
	}
	reasons := map[string]bool{}
	skip := func(reason string) {
		if !reasons[reason] {
			reasons[reason] = true
			p.Skip(reason)
		}
	}
	for _, j := range p.Doc.Jobs() {
		if j.Windows() || checksOutElsewhere(j) {
			continue
		}
		for _, b := range imageBuilds(j) {
			in, err := b.inputs()
			if err != nil {
				skip("what a step builds is not known: " + err.Error())
				continue
			}
			if !isRoot(p) {
				skip(facts.NotWhole)
				return
			}
			if f, ok := checkInputs(p, b, in); ok {
				p.Report(f)
			}
		}
	}
}

// isRoot reports whether the folder that the workflow is for looks like the root of a
// repository with all its files: templates of workflows are elsewhere.
func isRoot(p *facts.Pass[*facts.Workflow]) bool {
	root, err := p.Project.Context(toRoot, "")
	if err != nil {
		return false
	}
	_, git := root.Files.Exists(".git")
	_, ignore := root.Files.Exists(".gitignore")
	return git || ignore
}

// checksOutElsewhere reports whether the files of a job are those of another repository
// or branch, or are in another folder.
func checksOutElsewhere(j *facts.Job) bool {
	return slices.ContainsFunc(j.Steps, func(s *facts.Step) bool {
		if !s.UsesAction("actions/checkout") {
			return false
		}
		ref := s.Scalar("with", "ref")
		return s.Get("with", "repository") != nil || s.Get("with", "path") != nil || s.Get("with", "sparse-checkout") != nil ||
			(ref != "" && !strings.Contains(ref, "github."))
	})
}

// checkInputs looks for what a build names; ok is false where all of it is there.
func checkInputs(p *facts.Pass[*facts.Workflow], b imageBuild, in buildInputs) (f lint.Finding, ok bool) {
	context, err := p.Project.Context(path.Join(toRoot, in.folder), in.dockerfile())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if b.mayMake(p, in.folder) {
			return f, false
		}
		return lint.Finding{
			Span: in.folderSpan, Variant: "context",
			Message: fmt.Sprintf("the context %s is not in the repository, so the build fails; name a folder that exists", quote(in.folder)),
		}, true
	case err != nil:
		return f, false
	}
	file := path.Join(in.folder, in.dockerfile())
	if !context.HasDockerfile() {
		// Podman takes a Containerfile too.
		if _, there := context.Files.Exists("Containerfile"); (there && in.file == "") || b.mayMake(p, file) {
			return f, false
		}
		f = lint.Finding{
			Span: in.fileSpan, Variant: "file",
			Message: fmt.Sprintf("%s is not in the repository, so the build fails; name a Dockerfile that exists", quote(file)),
			Related: []lint.Related{{File: context.Files.Path("."), Message: "the build context"}},
		}
		if near, is := nearFile(context, in.dockerfile()); is {
			f.Message = fmt.Sprintf("%s is not in the repository, so the build fails; write %s, which exists", quote(file), quote(path.Join(path.Dir(file), near)))
		}
		return f, true
	}
	dockerfile := context.Dockerfile()
	if in.target == "" || dockerfile == nil || len(dockerfile.Stages()) == 0 || dockerfile.Target(in.target) != nil {
		return f, false
	}
	f = lint.Finding{
		Span: in.targetSpan, Variant: "target",
		Message: fmt.Sprintf("%s is not a stage of %s, so the build fails; name a stage that exists", quote(in.target), quote(dockerfile.Source.Path)),
		Related: []lint.Related{{Source: dockerfile.Source, Span: dockerfile.Final().From.Head, Message: "the last stage of the Dockerfile"}},
	}
	var names []string
	for _, s := range dockerfile.Stages() {
		if s.Name != "" {
			names = append(names, s.Name)
		}
	}
	if name, is := nearest.Name(in.target, names); is {
		at := dockerfile.Target(name)
		f.Message = fmt.Sprintf("%s is not a stage of %s, so the build fails; write %s, which exists", quote(in.target), quote(dockerfile.Source.Path), quote(name))
		f.Related = []lint.Related{{Source: dockerfile.Source, Span: at.NameSpan, Message: "the stage with the similar name"}}
		if n := in.targetNode; n != nil {
			edits, ok := p.Doc.Replace(n, name)
			f.Fixes = unsafe("build "+quote(name), ok, edits...)
		}
	}
	return f, true
}

// nearFile returns the file in the same folder that is probably meant.
func nearFile(c *facts.BuildContext, name string) (string, bool) {
	gate, err := c.Files.In(path.Dir(name), "")
	if err != nil {
		return "", false
	}
	names, err := gate.List(".")
	if err != nil {
		return "", false
	}
	isFolder := func(n string) bool { return strings.HasSuffix(n, "/") }
	return nearest.Name(path.Base(name), slices.DeleteFunc(slices.Clone(names), isFolder))
}

// mayMake reports whether a path may exist when the job reaches the build, though it is
// not in the repository: git ignores it, or an earlier step may create it.
func (b imageBuild) mayMake(p *facts.Pass[*facts.Workflow], name string) bool {
	name = path.Clean(name)
	if facts.IsMade(name) {
		return true
	}
	repository := p.Project.Repository()
	if repository.Ignores(path.Join(toRoot, name)) || repository.Submodule(path.Join(toRoot, name)) {
		return true
	}
	if condition := b.step.Scalar("if") + b.step.Job.Scalar("if"); strings.Contains(condition, "hashFiles") {
		return true
	}
	top, _, inFolder := strings.Cut(name, "/")
	for _, s := range b.step.Job.Steps {
		script := s.Scalar("run")
		if s == b.step {
			if b.command == nil {
				return false
			}
			// What stands before the command; all of it where its place is not known.
			if n := s.Get("run"); b.command.Exact && n != nil {
				script = string(text.Span{Start: n.Span.Start, End: b.command.Span.Start}.Of(p.Doc.Src))
			}
		}
		if strings.Contains(script, name) || (inFolder && strings.Contains(script, top+"/")) {
			return true
		}
		if (strings.Contains(script, "mkdir") && strings.Contains(script, top)) || strings.Contains(script, "git clone") ||
			strings.Contains(script, "git checkout") {
			return true
		}
		if strings.Contains(script, "tar ") || strings.Contains(script, "unzip") {
			return true
		}
		if a, ok := s.Uses(); ok && !isPlainAction(a) {
			return true
		}
		if s == b.step {
			return false
		}
	}
	return false
}

// isPlainAction reports whether an action is known to create no files except those of
// the repository.
func isPlainAction(a facts.Action) bool {
	switch a.Owner() {
	case "docker", "aws-actions", "google-github-actions", "azure", "sigstore", "aquasecurity":
		return true
	}
	if a.Name == "actions/checkout" || a.Name == "actions/attest-build-provenance" || strings.HasPrefix(a.Name, "actions/setup-") {
		return true
	}
	return slices.Contains(buildActions, a.Name)
}

// buildInputs are what a build reads, by paths from the root of the repository.
type buildInputs struct {
	// folder is the context; file the Dockerfile from the root, empty for the one
	// in the context.
	folder, file, target string
	// The places are that of the whole build where nothing is written.
	folderSpan, fileSpan, targetSpan text.Span
	// targetNode is the value of an action's input; nil for a command.
	targetNode *yaml.Node
}

// dockerfile is the path of the Dockerfile from the context.
func (in buildInputs) dockerfile() string {
	if in.file == "" {
		return "Dockerfile"
	}
	up := "."
	if folder := path.Clean(in.folder); folder != "." {
		up = strings.Repeat("../", strings.Count(folder, "/")+1)
	}
	return path.Join(up, in.file)
}

// inputs reads what a build names. The error says why that is not known: a rule
// then skips.
func (b imageBuild) inputs() (in buildInputs, err error) {
	in.folderSpan, in.fileSpan, in.targetSpan = b.place, b.place, b.place
	if b.command == nil {
		read := func(input string, span *text.Span) string {
			if n := b.step.Get("with", input); n != nil {
				*span = n.Span
			}
			return b.step.Scalar("with", input)
		}
		in.folder, in.file, in.target = read("context", &in.folderSpan), read("file", &in.fileSpan), read("target", &in.targetSpan)
		in.targetNode = b.step.Get("with", "target")
	} else if in, err = b.arguments(in); err != nil {
		return in, err
	}
	if in.folder == "" {
		in.folder = "."
	}
	switch all := in.folder + in.file + in.target; {
	case strings.ContainsAny(all, "$`*?") || strings.Contains(all, "{{"):
		return in, facts.ErrVariable
	case facts.IsRemote(in.folder) || facts.IsRemote(in.file):
		return in, facts.ErrRemote
	case path.IsAbs(in.folder) || path.IsAbs(in.file) || strings.HasPrefix(in.folder, "~") || strings.HasPrefix(path.Clean(in.folder), "..") || strings.HasPrefix(path.Clean(in.file), ".."):
		return in, lint.ErrOutside
	}
	return in, nil
}

// arguments reads docker build as a command of a script.
func (b imageBuild) arguments(in buildInputs) (buildInputs, error) {
	place := func(a facts.Argument, span *text.Span) string {
		if b.command.Exact && a.Span.Len() > 0 {
			*span = a.Span
		}
		return a.Text
	}
	folder, err := b.workingFolder()
	if err != nil {
		return in, err
	}
	words := slices.DeleteFunc(b.command.Positional(buildFlags()...), func(a facts.Argument) bool {
		return slices.Contains([]string{"build", "buildx", "builder", "image"}, a.Text)
	})
	if len(words) != 1 {
		return in, errArguments
	}
	in.folder = place(words[0], &in.folderSpan)
	if a, ok := b.command.FlagValue("-f", "--file"); ok {
		in.file = place(a, &in.fileSpan)
	}
	if a, ok := b.command.FlagValue("--target"); ok {
		in.target = place(a, &in.targetSpan)
	}
	if !facts.IsRemote(in.folder) && !path.IsAbs(in.folder) {
		in.folder = path.Join(folder, in.folder)
	}
	if in.file != "" && in.file != "-" && !path.IsAbs(in.file) {
		in.file = path.Join(folder, in.file)
	}
	return in, nil
}

// Reasons why it is not known what a command builds, worded for Pass.Skip.
var (
	errFolder    = errors.New("the script changes its folder")
	errArguments = errors.New("the build context is not the one argument of the command")
)

// buildFlags are those of docker build that take the next word.
func buildFlags() []string {
	return []string{
		"-t", "--tag", "-f", "--file", "--target", "--build-arg", "--build-context", "--platform", "--label", "--annotation", "--cache-from", "--cache-to",
		"--secret", "--ssh", "-o", "--output", "--progress", "--network", "--builder", "--iidfile", "--metadata-file", "--add-host", "-m", "--memory",
		"--shm-size", "--ulimit", "--attest", "--allow", "--call", "--cgroup-parent", "--no-cache-filter", "--security-opt", "--format", "--isolation",
		"-c", "--context", "-H", "--host", "--config", "-l", "--log-level",
	}
}

// workingFolder is where a command runs, from the root of the repository.
func (b imageBuild) workingFolder() (string, error) {
	commands := b.step.Commands()
	for i := range commands {
		if name := commands[i].Name(); name == "cd" || name == "pushd" || name == "popd" {
			return "", errFolder
		}
	}
	for _, folder := range []string{b.step.Scalar("working-directory"), b.step.Job.Scalar("defaults", "run", "working-directory"), b.step.Job.WorkflowScalar("defaults", "run", "working-directory")} {
		switch {
		case strings.Contains(folder, "$"):
			return "", facts.ErrVariable
		case folder != "":
			return folder, nil
		}
	}
	return ".", nil
}
