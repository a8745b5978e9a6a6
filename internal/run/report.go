package run

import (
	"errors"
	"io"
	"slices"

	"github.com/dockmend/dockmend/docs"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/report"
)

// WriteReport writes a result in one format. Where the format crashes on what was
// found in a file, that file becomes a problem of the result, and the report has
// all others.
func WriteReport(w io.Writer, writer report.Writer, r *lint.Result) error {
	var err error
	crash := engine.Recover(engine.StepReport, func() { err = writer.Write(w, r) })
	if crash == nil {
		return err
	}
	for from := 0; from < len(r.Diagnostics); {
		to := from + 1
		for to < len(r.Diagnostics) && r.Diagnostics[to].Source == r.Diagnostics[from].Source {
			to++
		}
		alone := lint.Result{Files: r.Files, Diagnostics: r.Diagnostics[from:to]}
		why := engine.Recover(engine.StepReport, func() { err = writer.Write(io.Discard, &alone) })
		if why == nil {
			from = to
			continue
		}
		r.Problems = append(r.Problems, why.Problem(r.Diagnostics[from].Source.Path))
		r.Diagnostics = slices.Delete(slices.Clone(r.Diagnostics), from, to)
	}
	again := engine.Recover(engine.StepReport, func() { err = writer.Write(w, r) })
	if again != nil {
		return &Incomplete{errors.New(again.Problem("").Message)}
	}
	return err
}

// RulePage is a rule's page, empty for a rule without one.
func RulePage(id string) string {
	page, err := docs.Rules.ReadFile("rules/" + id + ".md")
	if err != nil {
		return ""
	}
	return string(page)
}
