package kubernetes

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// MultipleWorkersUnderOrchestrator reports Python servers that start several workers in
// one container of Kubernetes or Cloud Run.
//
// # Why it matters
//
// Each worker has its own copy of the program in memory, but the scheduler sees one
// container. Limits must be large enough for all workers, the others hide a worker that
// hangs, and requests are distributed twice.
//
// # How to fix it
//
// Start one worker in each container, and more replicas:
//
//	spec:
//	  replicas: 4
//
// # Exceptions
//
// It does not report:
//
//   - jobs
//   - numbers from variables
//   - the `CMD` of an image whose Dockerfile is not known; it is known if a Compose file,
//     Skaffold or docker/build-push-action in the repository shows that the image is built
//     from it
//
// It reads the number from `command`, `args` and `WEB_CONCURRENCY`, or from the `CMD`
// of the image. The severity is warning for uvicorn, fastapi, hypercorn and granian,
// and info for gunicorn, whose workers replace threads in programs that are not
// asynchronous.
var MultipleWorkersUnderOrchestrator = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "multiple-workers-under-orchestrator",
		Title:    "Container starts several workers under an orchestrator",
		Category: lint.Python,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkMultipleWorkersUnderOrchestrator,
}

func checkMultipleWorkersUnderOrchestrator(p *facts.Pass[*facts.Manifest]) {
	for _, w := range p.Doc.Workloads() {
		for _, c := range w.Containers {
			if c.RunsOn() {
				checkWorkers(p, c)
			}
		}
	}
}

func checkWorkers(p *facts.Pass[*facts.Manifest], c *facts.Container) {
	command, ok := c.Words("command")
	args, ok2 := c.Words("args")
	if !ok || !ok2 {
		return
	}
	nodes := slices.Concat(command, args)
	var words []string
	for _, n := range nodes {
		words = append(words, n.Value)
	}
	count, program, at := workers(words)
	if count > 1 {
		reportWorkers(p, nodes[at].Span, count, program, withoutWorkers(p.Doc, nodes[at]))
		return
	}
	var related []lint.Related
	if image, ok := builtBy(p, c); ok && len(nodes) == 0 {
		words = nil
		start := image.Stage.Command()
		for _, w := range start.Words {
			words = append(words, w.Text)
		}
		count, program, _ = workers(words)
		related = []lint.Related{{Source: image.Source, Span: start.Span, Message: "the image starts the server here"}}
	}
	switch n := workersVariable(p.Doc, c); {
	case count > 1:
		reportWorkers(p, c.Place(), count, program, nil, related...)
	case count == 0 && n != nil && readsVariable(program):
		if many, err := strconv.Atoi(n.Value); err == nil && many > 1 {
			reportWorkers(p, n.Span, many, program, withoutWorkers(p.Doc, n), related...)
		}
	}
}

// builtBy returns the image of a container, if its Dockerfile is known and starts the
// program only by its CMD.
func builtBy(p *facts.Pass[*facts.Manifest], c *facts.Container) (facts.BuiltImage, bool) {
	i, known := c.Image()
	if !known {
		return facts.BuiltImage{}, false
	}
	image, ok := p.Project.BuiltHere(i)
	if !ok || image.Stage.Entrypoint() != nil {
		return facts.BuiltImage{}, false
	}
	start := image.Stage.Command()
	return image, start != nil && start.JSON
}

// withoutWorkers returns the fix that writes 1 for the number.
func withoutWorkers(d *facts.Manifest, n *yaml.Node) []lint.Fix {
	value := "1"
	if strings.HasPrefix(n.Value, "--workers=") {
		value = "--workers=1"
	} else if _, err := strconv.Atoi(n.Value); err != nil {
		return nil // a number in a script
	}
	edits, ok := d.Replace(n, value)
	return fixOf("start one worker", ok, edits...)
}

// readsVariable reports whether a server reads the number of workers from
// WEB_CONCURRENCY.
func readsVariable(program string) bool {
	return program == "uvicorn" || program == "gunicorn" || program == "fastapi"
}

func reportWorkers(p *facts.Pass[*facts.Manifest], span text.Span, count int, program string, fixes []lint.Fix, related ...lint.Related) {
	f := lint.Finding{
		Span: span, Related: related, Fixes: fixes,
		Message: fmt.Sprintf("%s starts %d workers, but the scheduler sees only one container; start one worker in each container, and more replicas", program, count),
	}
	if program == "gunicorn" {
		f.Severity = lint.Info
	}
	p.Report(f)
}

// workers returns how many workers a command starts, 0 if it does not set a number, and
// the server that starts them; at is the word with the number.
func workers(words []string) (count int, program string, at int) {
	const script = 2
	if len(words) > script && facts.IsShell(words) {
		count, program, _ = workers(strings.Fields(words[script]))
		return count, program, script
	}
	for i, word := range words {
		switch name := path.Base(word); name {
		case "uvicorn", "fastapi", "hypercorn", "granian", "gunicorn":
			program = name
		}
		value, joined := strings.CutPrefix(word, "--workers=")
		if !joined && (word == "--workers" || word == "-w") && i+1 < len(words) {
			value, i = words[i+1], i+1
		}
		if n, err := strconv.Atoi(value); err == nil && program != "" && value != word {
			return n, program, i
		}
	}
	return 0, program, 0
}

// workersVariable returns the value of the variable from which these servers read the
// number if no flag sets it; nil if it is not known.
func workersVariable(d *facts.Manifest, c *facts.Container) *yaml.Node {
	env := c.Get("env")
	if env == nil {
		return nil
	}
	for _, item := range env.Items {
		if d.Scalar(item, "name") == "WEB_CONCURRENCY" {
			return d.Get(item, "value").Resolve()
		}
	}
	return nil
}
