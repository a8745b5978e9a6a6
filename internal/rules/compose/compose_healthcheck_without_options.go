package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeHealthcheckWithoutOptions reports health checks without `interval` or
// `timeout`, and a `timeout` that is longer than the `interval`.
//
// # Why it matters
//
// Docker waits 30 seconds between two checks and 30 seconds for an answer by default.
// With three failed checks in a row, it takes minutes until Docker reports a container
// that hangs as unhealthy.
//
// The rule is off by default, because the defaults are right for many services.
//
// # How to fix it
//
// Set times that fit the service:
//
//	healthcheck:
//	  test: ["CMD-SHELL", "pg_isready -U postgres"]
//	  interval: 10s
//	  timeout: 3s
//
// # Exceptions
//
// It does not report:
//
//   - services that extend another service
//   - disabled checks
//   - values that contain a variable
var ComposeHealthcheckWithoutOptions = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-healthcheck-without-options",
		Title:    "Health check uses Docker's default times",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Options:  []lint.Option{{Name: "all-four", Doc: "also report health checks without retries or start_period", Kind: lint.BoolOption}},
	},
	Check: checkComposeHealthcheckWithoutOptions,
}

func checkComposeHealthcheckWithoutOptions(p *facts.Pass[*facts.Compose]) {
	seen := map[*yaml.Node]bool{}
	for _, s := range p.Doc.All() {
		h, ok := s.Healthcheck()
		if !ok || h.Disabled || !h.Test.Exists() || s.Has("extends") {
			continue
		}
		if seen[h.Node] {
			continue
		}
		seen[h.Node] = true
		options := []struct {
			key, standard, value string // standard is Docker's default
			is                   compose.Value
		}{
			{"interval", "30s", "30s", h.Interval}, {"timeout", "30s", "5s", h.Timeout},
			{"retries", "3", "3", h.Retries}, {"start_period", "0s", "30s", h.StartPeriod},
		}
		if !p.Options.Bool("all-four") {
			options = options[:2]
		}
		var missing, added []string
		for _, o := range options {
			if !o.is.Exists() {
				missing = append(missing, o.key+" ("+o.standard+")")
				added = append(added, o.key+": "+o.value)
			}
		}
		f := lint.Finding{Span: h.Pair.Key.Span}
		if len(missing) > 0 {
			f.Message = fmt.Sprintf("the health check relies on Docker's defaults for %s; set values that fit the service", text.List(missing, "and"))
			last := h.Test.Pair
			if len(h.Node.Pairs) > 0 && last.Key.Parent == h.Node {
				last = h.Node.Pairs[len(h.Node.Pairs)-1]
				separator := "\n"
				if h.Node.Style == yaml.Flow {
					separator = ", "
				}
				edits, ok := p.Doc.File.InsertAfter(last, strings.Join(added, separator))
				f.Fixes = yamlFix("add "+strings.Join(added, ", "), lint.Unsafe, edits, ok, "services.*.healthcheck")
			}
			p.Report(f)
			continue
		}
		interval, okInterval := facts.Duration(h.Interval)
		timeout, okTimeout := facts.Duration(h.Timeout)
		if okInterval && okTimeout && interval > 0 && timeout > interval {
			f.Span = h.Timeout.Span
			f.Message = fmt.Sprintf("the timeout of %s is longer than the interval of %s, so a check that hangs delays the next one; make it shorter", shortText(h.Timeout.Text), shortText(h.Interval.Text))
			f.Related = []lint.Related{{Span: h.Interval.Span, Message: "the interval"}}
			p.Report(f)
		}
	}
}
