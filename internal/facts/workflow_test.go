package facts

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

func workflow(src string) *Workflow {
	return &Workflow{File: yaml.Parse([]byte(src), text.NewLineIndex([]byte(src)))}
}

// TestRunCommands: the spans are those of the words in the file, in each style
// of a script in which they can be told.
func TestRunCommands(t *testing.T) {
	const src = `on: [push, pull_request]
jobs:
  a:
    runs-on: ubuntu-24.04
    steps:
      - run: A=1 docker build --tag x${{ github.sha }} .
      - run: |
          # docker push none

          if true; then
            docker push '${{ matrix.image }}'
          fi
      - run: "docker \"pull\" b"
      - run: >
          docker
          load
      - run: export A=0
      - run: Write-Host "docker"
        shell: pwsh
      - run: if then
      - uses: a/b@v1
  b:
    runs-on: windows-2022
    steps:
      - run: docker ps
`
	w := workflow(src)
	var got []string
	for _, s := range w.Steps() {
		for _, c := range s.Commands() {
			line := w.Text(c.Span) + " |"
			for _, a := range append(c.Words[:len(c.Words):len(c.Words)], c.Assigned...) {
				line += " " + a.Text
				if c.Exact != (w.Text(a.Span) == a.Text || strings.Trim(w.Text(a.Span), "'") == a.Text) {
					t.Errorf("%q: the span is %q", a.Text, w.Text(a.Span))
				}
			}
			got = append(got, line)
		}
	}
	want := []string{
		"A=1 docker build --tag x${{ github.sha }} . | docker build --tag x${{ github.sha }} . A=1",
		"true | true",
		"docker push '${{ matrix.image }}' | docker push '${{ matrix.image }}'",
		`"docker \"pull\" b" | docker pull b`,
		">\n          docker\n          load | docker load",
		"export A=0 | A=0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !w.HasTrigger("push") || w.HasTrigger("schedule") {
		t.Error("the triggers are push and pull_request")
	}
}

func TestSecretIn(t *testing.T) {
	for s, want := range map[string]string{
		"${{ secrets.TOKEN }}": "secrets.TOKEN", "a-${{ format('{0}', secrets.A-B) }}": "secrets.A-B", "${{ github.token }}": "github.token",
		"secrets.TOKEN": "", "${{ vars.A }} secrets.B": "", "${{ needs.secrets.outputs.x }}": "", "${{ my_secrets.x }}": "", "${{ secrets.A": "",
	} {
		if got, _ := SecretIn(s); got != want {
			t.Errorf("SecretIn(%q) = %q, want %q", s, got, want)
		}
	}
}

func TestWorkflowsThatAreNone(*testing.T) {
	for _, src := range []string{
		"", "a", "jobs: []\n", "jobs: {a: b}\n", "jobs: {a: {steps: {}}}\n", "jobs: {a: {steps: [a, [], {run: []}, {uses: {}}], runs-on: {labels: [[]]}}}\n",
		"jobs: {a: {steps: [{run: \"${{\"}, {run: '${{}}'}, {run: '${{ a }}}}'}], env: a}}\n", "on: {push: }\njobs: &a {b: *a}\n",
	} {
		w := workflow(src)
		w.Environments(func(*yaml.Pair, *Job) {})
		for _, s := range w.Steps() {
			_ = s.Commands()
			_, _ = s.Uses()
			_ = s.Job.Labels()
		}
	}
}
