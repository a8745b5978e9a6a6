package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// RubyBootsnapParallelJobs reports `bootsnap precompile` without `-j 1` in files that
// are built for several platforms.
//
// # Why it matters
//
// With several jobs, it can crash in a build that QEMU emulates, as the Dockerfile that
// Rails generates notes. The rule is off by default, because it depends on the machine
// whether a build is emulated.
//
// # How to fix it
//
// Use one job:
//
//	RUN bundle exec bootsnap precompile -j 1 app/ lib/
//
// # Exceptions
//
// It does not report:
//
//   - files that name no platform, such as `TARGETPLATFORM` or `--platform`
var RubyBootsnapParallelJobs = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "ruby-bootsnap-parallel-jobs",
		Title:    "bootsnap can crash in emulated builds",
		Category: lint.Correctness,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("tally/ruby/bootsnap-precompile-without-j1"),
	},
	Check: checkRubyBootsnapParallelJobs,
}

func checkRubyBootsnapParallelJobs(p *facts.Pass[*facts.Dockerfile]) {
	if !namesPlatforms(p.Doc) {
		return
	}
	p.Doc.AllCommands(func(c *facts.Command) {
		if c.Script == nil {
			return
		}
		for i, w := range c.Words {
			if w.Text != "precompile" || i == 0 || baseName(c.Words[i-1].Text) != "bootsnap" || c.HasFlag("-j", "--jobs") {
				continue
			}
			if strings.Contains(p.Doc.Text(c.Span), " -j") {
				continue
			}
			f := lint.Finding{Span: c.Span, Message: "bootsnap precompile uses several jobs, which can crash in a build that is emulated for another platform; add -j 1"}
			if c.Script.Editable() {
				f.Fixes = []lint.Fix{
					{Title: "add -j 1", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph, Edits: []lint.FileEdit{lint.Insert(w.Span.End, " -j 1")}},
				}
			}
			p.Report(f)
			return
		}
	}, "bootsnap")
}

// namesPlatforms reports whether the file is written for several platforms.
func namesPlatforms(d *facts.Dockerfile) bool {
	src := string(d.Src)
	for _, name := range []string{"TARGETPLATFORM", "TARGETARCH", "BUILDPLATFORM", "--platform="} {
		if strings.Contains(src, name) {
			return true
		}
	}
	return false
}
