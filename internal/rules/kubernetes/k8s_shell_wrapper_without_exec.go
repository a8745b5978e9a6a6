package kubernetes

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// K8sShellWrapperWithoutExec finds "sh -c" as command of a container, with a
// script whose last command is started without exec.
//
// The shell stays process 1 and does not pass SIGTERM on: the program works on
// until the pod's grace period is over, and is killed then. With exec in front,
// the last command takes the shell's place.
//
// Silent for jobs and init containers, which end by themselves; for bash, which
// replaces itself; for scripts with trap or wait, and where the last command is
// a loop, a pipe or a builtin. It is excused in files of demonstrations and tests, and for
// interpreters of scripts (python, node, ruby), which as process 1 ignore SIGTERM as well
// unless the script handles it.
var K8sShellWrapperWithoutExec = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-shell-wrapper-without-exec",
		Title:    "A shell keeps the stop signal from the program",
		Category: lint.Runtime,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
	},
	Check: checkK8sShellWrapperWithoutExec,
}

func checkK8sShellWrapperWithoutExec(p *facts.Pass[*facts.Manifest]) {
	for _, w := range p.Doc.Workloads() {
		if facts.IsTrue(w.Get("shareProcessNamespace")) {
			continue // the pause process is the first one
		}
		for _, c := range w.Containers {
			if script := wrappedScript(c); c.RunsOn() && script != nil {
				reportWrapper(p, script)
			}
		}
	}
}

// wrappedScript is what a shell runs that is the container's command; the
// arguments follow the command.
func wrappedScript(c *facts.Container) *yaml.Node {
	command, ok := c.Words("command")
	args, ok2 := c.Words("args")
	if !ok || !ok2 || len(command) == 0 {
		return nil // without a command, the image's entrypoint reads the arguments
	}
	all := append(command[:len(command):len(command)], args...)
	var words []string
	for _, n := range all {
		words = append(words, n.Value)
	}
	const script = 2
	if len(all) <= script || !facts.IsPlainShell(words) {
		return nil
	}
	return all[script]
}

func reportWrapper(p *facts.Pass[*facts.Manifest], script *yaml.Node) {
	last, offset, ok := facts.LastCommand(script.Value)
	if !ok || last == "sleep" || last == "tail" {
		return // what waits for nothing loses nothing
	}
	f := lint.Finding{
		Span:    script.Span,
		Message: "the shell stays in front of " + quote(last) + " and keeps the stop signal from it; write exec before it",
	}
	written := p.Doc.Text(script.Span)
	for _, q := range []string{"", `"`, "'"} {
		if written == q+script.Value+q {
			at := script.Span.Start + len(q) + offset
			f.Fixes = fixOf("put exec before the last command", true, text.Edit{Span: text.Span{Start: at, End: at}, New: "exec "})
		}
	}
	p.Report(weigh(p, f, facts.ClaimUpkeep, facts.IsInterpreter(last)))
}
