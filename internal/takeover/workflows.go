package takeover

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// workflowName is the workflow that is written, and workflowDir where all are.
const (
	workflowDir  = ".github/workflows"
	workflowName = workflowDir + "/dockmend.yml"
)

// maxWorkflows is how many workflows are read.
const maxWorkflows = 200

// workflow is what is written: pull requests report only what they add, and a push to the
// default branch updates the alerts and fails nothing.
const workflow = `# Written by dockmend init: https://github.com/dockmend/dockmend/blob/main/docs/action.md
name: dockmend
on:
  pull_request:
  push:
    branches: [main, master]
permissions: {}
jobs:
  dockmend:
    uses: dockmend/dockmend/.github/workflows/lint.yaml@v1
    permissions:
      contents: read # the checkout, and the base of the change
      pull-requests: write # review comments
      security-events: write # alerts in code scanning
`

// preCommit is the entry of the hook, which fails on what a commit adds.
const preCommit = `  - repo: https://github.com/dockmend/dockmend
    rev: v1.0.0
    hooks:
      - id: dockmend
        args: [--changed-since, HEAD] # only what the commit adds
`

// preCommitName is where pre-commit looks.
const preCommitName = ".pre-commit-config.yaml"

// step is a step of a workflow that runs hadolint-action.
type step struct {
	Uses string         `yaml:"uses"`
	With map[string]any `yaml:"with"`
}

// workflows reads the workflows: whether one runs dockmend, and the steps that run
// hadolint-action.
func (r *reader) workflows() (ours string, theirs []step) {
	entries, _, err := r.tree.List(workflowDir, maxWorkflows)
	if err != nil {
		return "", nil
	}
	for _, e := range entries {
		name := path.Join(workflowDir, e.Name())
		if ext := path.Ext(name); ext != ".yml" && ext != ".yaml" {
			continue
		}
		src, err := r.tree.Read(name, maxFile)
		if err != nil {
			continue
		}
		if text := string(src); strings.Contains(text, "dockmend/dockmend") || strings.Contains(text, "dockmend lint") {
			ours = name
		}
		if !strings.Contains(strings.ToLower(string(src)), "hadolint") {
			continue
		}
		var file struct {
			Jobs map[string]struct {
				Steps []step `yaml:"steps"`
			} `yaml:"jobs"`
		}
		runs := false
		if load(src, &file) == nil {
			for _, job := range file.Jobs {
				for _, s := range job.Steps {
					if strings.HasPrefix(s.Uses, "hadolint/hadolint-action@") {
						theirs, runs = append(theirs, s), true
					}
				}
			}
		}
		if runs {
			r.note("%s runs hadolint-action; remove that step once dockmend has run, because both report the same codes", name)
		}
	}
	return ours, theirs
}

// actionInputs takes the inputs of steps with hadolint-action: what one of them says of
// rules. Where several steps differ, each says its own, and nothing is taken.
func (r *reader) actionInputs(steps []step) {
	if len(steps) != 1 {
		if len(steps) > 1 {
			r.note("the inputs of %s with hadolint-action are not taken over, because they can differ", text.Counted(len(steps), "step"))
		}
		return
	}
	text := func(input string) string {
		s, _ := steps[0].With[input].(string)
		if strings.Contains(s, "${{") {
			return ""
		}
		return s
	}
	codes := func(input string) []string {
		return strings.FieldsFunc(text(input), func(c rune) bool { return c == ',' || c == ' ' || c == '\n' })
	}
	g := group{from: "inputs of hadolint-action"}
	for _, code := range codes("ignore") {
		g.rules = append(g.rules, setting{name: code, level: off})
	}
	for s := lint.Error; s >= lint.Style; s-- {
		for _, code := range codes("override-" + s.String()) {
			g.rules = append(g.rules, setting{name: code, level: s.String()})
		}
	}
	if len(g.rules) > 0 {
		r.add(g)
	}
	if trusted := codes("trusted-registries"); len(trusted) > 0 {
		r.trusted = trusted
	}
	switch threshold := text("failure-threshold"); {
	case steps[0].With["no-fail"] == true || text("no-fail") == "true":
		r.failOn, r.failFrom = "never", "no-fail of hadolint-action"
	case threshold == "ignore" || threshold == "none":
		r.failOn, r.failFrom = lint.Style.String(), "failure-threshold of hadolint-action"
	case threshold != "":
		if s, err := lint.ParseSeverity(threshold); err == nil {
			r.failOn, r.failFrom = s.String(), "failure-threshold of hadolint-action"
		}
	}
	r.settings.hadolint = true
}

// hadolintFile is hadolint's configuration: the one that a step names, else the first at
// a usual place.
func (r *reader) hadolintFile(steps []step) (name string, src []byte) {
	for _, s := range steps {
		if named, ok := s.With["config"].(string); ok && !strings.Contains(named, "${{") {
			if name, src := r.first(path.Clean(named)); name != "" {
				return name, src
			}
		}
	}
	for _, place := range config.HadolintNames() {
		if name, src := r.first(place); name != "" && config.IsHadolint(name, src) {
			return name, src
		}
	}
	return "", nil
}
