package cli

import (
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/run"
)

// exitForAll says how a run ended: as the worst of its workspaces, each judged by the
// configuration of its root.
func exitForAll(all run.Workspaces, results []*lint.Result) error {
	return ended(all.Judge(results))
}
