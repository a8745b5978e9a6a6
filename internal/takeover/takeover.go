// Package takeover sets up a repository: it reads what the configurations of other
// linters say, and writes one of ours, a workflow and a pre-commit entry, each only where
// there is none.
package takeover

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/run"
	"github.com/dockmend/dockmend/internal/text"
)

// Tree is where files are read, such as files.Root.
type Tree interface {
	Read(name string, limit int64) ([]byte, error)
	Lstat(name string) (fs.FileInfo, error)
	List(dir string, limit int) (entries []fs.DirEntry, more bool, err error)
}

// File is one to be written, by its path from the root.
type File struct {
	Path    string
	Content []byte
}

// Plan is what is done to a repository.
type Plan struct {
	// Files are those to be written; none of them is there.
	Files []File
	// Notes say in lines what was found, what is done and why.
	Notes []string
	root  *files.Root
}

// New looks at the repository that holds the folder. The error of a configuration that is
// not valid says where.
func New(ctx context.Context, env *run.Env, dir string) (plan *Plan, done func(), err error) {
	options := run.Defaults()
	options.AllowEmpty, options.ShellCheck = true, "off"
	var paths []string
	if dir != "" {
		paths = []string{dir}
	}
	w, err := run.OpenOne(ctx, env, &options, paths, run.Policy{}.Read)
	if err != nil {
		return nil, nil, err
	}
	plan = &Plan{root: w.Root()}
	if len(w.Files) == 0 {
		plan.note("there is nothing to lint, so there is nothing to set up")
		return plan, w.Close, nil
	}
	if err := plan.make(ctx, env, w, paths); err != nil {
		w.Close()
		return nil, nil, err
	}
	return plan, w.Close, nil
}

// make fills the plan.
func (p *Plan) make(ctx context.Context, env *run.Env, w *run.Workspace, paths []string) error {
	kinds := map[lint.Target]int{}
	for _, f := range w.Files {
		kinds[f.Target]++
	}
	p.note("found %s", kindWords(kinds))
	metas := rules.All().Metas()
	r := &reader{
		settings: &settings{known: knownNames(metas)}, tree: w.Root(), metas: metas, today: w.Rules.Settings().AsOf,
	}
	ours, steps := r.workflows()
	policy, err := p.configuration(r, steps)
	if err != nil {
		return err
	}
	p.workflow(r.tree, ours)
	p.preCommit(r.tree)
	return p.count(ctx, env, paths, policy)
}

// configuration plans the configuration, and returns the policy that will count; nil for
// the one that is there.
func (p *Plan) configuration(r *reader, steps []step) (run.Source, error) {
	for _, name := range config.Names() {
		if exists(r.tree, name) {
			p.note("%s: exists, so it is not changed", name)
			return nil, nil
		}
	}
	if name, src := r.hadolintFile(steps); name != "" {
		if err := r.hadolint(name, src); err != nil {
			return nil, err
		}
	}
	r.actionInputs(steps)
	r.dclint()
	r.composeLint()
	r.trivy()
	r.checkov()
	src := r.yaml()
	name := config.Names()[0]
	if _, err := config.Parse(name, src, r.metas); err != nil {
		return nil, fmt.Errorf("the settings that were taken over are not valid: %w", err)
	}
	why := "the defaults, because no other linter is configured"
	if !r.empty() {
		why = "the settings of the linters in this repository"
	}
	p.add(name, src, why)
	p.Notes = append(p.Notes, r.notes...)
	return run.Policy{Name: name, Source: src}.Read, nil
}

// workflow plans the workflow, or says where the job for another service is described.
func (p *Plan) workflow(tree Tree, ours string) {
	switch {
	case ours != "":
		p.note("%s: runs dockmend already", ours)
		return
	case exists(tree, workflowName):
		p.note("%s: exists, so it is not changed", workflowName)
		return
	}
	for _, other := range [][2]string{
		{".gitlab-ci.yml", "gitlab"}, {"azure-pipelines.yml", "azure"}, {"bitbucket-pipelines.yml", "bitbucket"}, {"Jenkinsfile", "jenkins"},
		{".circleci/config.yml", "circleci"}, {".drone.yml", "drone"}, {".buildkite/pipeline.yml", "buildkite"},
	} {
		if exists(tree, other[0]) && !exists(tree, ".github") {
			p.note("%s: the job to add is in https://github.com/dockmend/dockmend/blob/main/docs/ci/%s.md", other[0], other[1])
			return
		}
	}
	p.add(workflowName, []byte(workflow), "a pull request reports only what it adds, so existing findings do not fail it")
}

// preCommit plans the hook, or says what to add.
func (p *Plan) preCommit(tree Tree) {
	src, err := tree.Read(preCommitName, maxFile)
	if strings.Contains(string(src), "hadolint/hadolint") {
		p.note("%s: runs hadolint; remove that hook once dockmend has run, since both report the same codes", preCommitName)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist) && !exists(tree, preCommitName):
		p.add(preCommitName, []byte("# https://pre-commit.com\nrepos:\n"+preCommit), "a commit fails only on what it adds; pre-commit install starts it")
	case strings.Contains(string(src), "dockmend/dockmend"):
		p.note("%s: has dockmend already", preCommitName)
	default:
		p.note("%s: exists, so it is not changed; add this below repos:\n%s", preCommitName, strings.TrimSuffix(preCommit, "\n"))
	}
}

// count says what the configuration reports today.
func (p *Plan) count(ctx context.Context, env *run.Env, paths []string, policy run.Source) error {
	options := run.Defaults()
	options.AllowEmpty = true
	w, err := run.OpenOne(ctx, env, &options, paths, policy)
	if err != nil {
		return err
	}
	defer w.Close()
	result := w.Check(ctx)
	counts := result.Summary()
	if counts.Findings == 0 {
		p.note("dockmend lint reports nothing today")
		return nil
	}
	var levels []string
	for _, x := range []struct {
		n    int
		noun string
	}{{counts.Error, "error"}, {counts.Warning, "warning"}, {counts.Info, "info"}, {counts.Style, "style"}} {
		if x.n > 0 {
			levels = append(levels, text.Counted(x.n, x.noun))
		}
	}
	words := fmt.Sprintf("dockmend lint reports %s today (%s)", text.Counted(counts.Findings, "finding"), strings.Join(levels, ", "))
	if counts.Fixable > 0 {
		words += fmt.Sprintf("; dockmend fix fixes %d of them", counts.Fixable)
	}
	p.note("%s", words)
	return nil
}

func (p *Plan) note(format string, args ...any) {
	p.Notes = append(p.Notes, fmt.Sprintf(format, args...))
}

func (p *Plan) add(name string, content []byte, why string) {
	p.Files = append(p.Files, File{name, content})
	p.note("%s: new: %s", name, why)
}

// Write writes the files. One that is there by now is left, with an error.
func (p *Plan) Write() error {
	for _, f := range p.Files {
		if exists(p.root, f.Path) {
			return fmt.Errorf("%s was created in the meantime, so nothing was overwritten", f.Path)
		}
		if err := p.root.Write(f.Path, f.Content, files.Writing{Folders: true}); err != nil {
			return fmt.Errorf("%s cannot be written: %w", f.Path, run.Plain(err))
		}
	}
	return nil
}

// exists reports whether a name is taken, by whatever.
func exists(tree Tree, name string) bool {
	_, err := tree.Lstat(name)
	return err == nil
}

// kindWords counts the files by their kinds.
func kindWords(kinds map[lint.Target]int) string {
	var words []string
	for _, target := range lint.Targets() {
		if n := kinds[target]; n > 0 {
			words = append(words, text.Counted(n, target.Describe()))
		}
	}
	return strings.Join(words, ", ")
}
