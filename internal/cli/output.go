package cli

import (
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/output"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/run"
)

// streams is where reports go.
func (e *Env) streams() output.Streams {
	return output.Streams{Stdout: e.Stdout, Stderr: e.Stderr, Dir: e.Dir, Terminal: e.Terminal, Getenv: e.Getenv}
}

// parseOutputs reads -o and --color.
func (f *lintFlags) parseOutputs(env *Env, format string, options report.Options) (output.Outputs, error) {
	colored, err := env.streams().Color(f.color)
	if err != nil {
		return nil, err
	}
	options.Version, options.Quiet, options.Each = Version, f.quiet, f.each
	return output.Parse(f.outputs, format, colored, options)
}

// writeAll writes every report, with how the run ended.
func (f *lintFlags) writeAll(env *Env, outputs output.Outputs, all run.Workspaces, results []*lint.Result, r *lint.Result) error {
	ended := all.Verdict(results)
	ended.New = f.ChangedSince != ""
	if err := env.streams().WriteAll(outputs, r, ended); err != nil {
		return incomplete(err)
	}
	return nil
}
