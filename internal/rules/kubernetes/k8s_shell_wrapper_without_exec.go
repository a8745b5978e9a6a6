package kubernetes

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// K8sShellWrapperWithoutExec reports containers whose command is `sh -c` with a script
// that starts its last command without exec. In the cases below, the variant is `excused`.
//
// # Why it matters
//
// The shell stays process 1 and does not pass the stop signal (SIGTERM) on to the program.
// The program works until the grace period of the pod ends, by default 30 seconds, and is
// then killed.
//
// # How to fix it
//
// Begin the last command with exec, so that the program replaces the shell:
//
//	command: ["sh", "-c", "migrate && exec gunicorn app:app"]
//
// # Exceptions
//
// It does not report:
//
//   - jobs and init containers, which end by themselves
//   - bash, whose last command replaces it
//   - scripts with trap or wait
//   - a last command that is a loop, a pipe or a shell builtin, and `sleep` and `tail`
//   - pods that share their process namespace
//
// These have the variant `excused`:
//
//   - demo and test files
//   - interpreters (python, node, ruby), whose programs ignore SIGTERM as process 1 unless
//     they handle it
var K8sShellWrapperWithoutExec = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-shell-wrapper-without-exec",
		Title:    "Shell does not pass the stop signal on to the program",
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
			continue // the pause process is process 1
		}
		for _, c := range w.Containers {
			if script := wrappedScript(c); c.RunsOn() && script != nil {
				reportWrapper(p, script)
			}
		}
	}
}

// wrappedScript returns the script of a shell that is the container's command; the
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
		return // these lose nothing when they are killed
	}
	f := lint.Finding{
		Span:    script.Span,
		Message: "the shell does not pass the stop signal on to " + quote(last) + ", so Kubernetes kills it after the grace period; write exec before this command",
	}
	written := p.Doc.Text(script.Span)
	for _, q := range []string{"", `"`, "'"} {
		if written == q+script.Value+q {
			at := script.Span.Start + len(q) + offset
			f.Fixes = fixOf("add exec before the last command", true, text.Edit{Span: text.Span{Start: at, End: at}, New: "exec "})
		}
	}
	p.Report(weigh(p, f, facts.ClaimUpkeep, facts.IsInterpreter(last)))
}
