package kubernetes

import "github.com/dockmend/dockmend/internal/lint"

// nodeAgents returns the option that names workloads that work on the node.
func nodeAgents() lint.Option {
	return lint.Option{Name: "node-agents", Kind: lint.ListOption, Doc: "names of workloads that work on their node and need this access"}
}
