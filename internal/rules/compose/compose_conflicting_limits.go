package compose

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposeConflictingLimits reports limits that a service sets twice with different
// values: as `cpus`, `mem_limit`, `mem_reservation`, `pids_limit` or `scale`, and
// under `deploy`. It also reports such a limit where `deploy` has other limits but not
// this one, and a negative number of containers.
//
// # Why it matters
//
// Compose refuses the file, so no service of it starts.
//
// # How to fix it
//
// Keep all limits in one of the two places, for example:
//
//	deploy:
//	  resources:
//	    limits:
//	      cpus: "2"
//	      memory: 1g
//
// # Fix safety
//
// There is no automatic fix: only the author knows which of the two values is right.
//
// # Exceptions
//
// It does not report:
//
//   - equal amounts in different units, such as `1g` and `1024m`
//   - values from a variable without a default
var ComposeConflictingLimits = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-conflicting-limits",
		Title:    "Limits of a service contradict each other",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("compose-go:distinct-values"),
	},
	Check: checkComposeConflictingLimits,
}

// limitForm is a limit in both its forms.
type limitForm struct {
	old     string
	section string // limits or reservations of deploy.resources; empty for replicas
	key     string
	amount  func(compose.Value) (float64, bool)
}

// limitForms are the limits that Compose compares.
var limitForms = []limitForm{
	{"cpus", "limits", "cpus", decimal},
	{"mem_limit", "limits", "memory", byteCount},
	{"mem_reservation", "reservations", "memory", byteCount},
	{"pids_limit", "limits", "pids", decimal},
	{"scale", "", "replicas", decimal},
}

func checkComposeConflictingLimits(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		for _, form := range limitForms {
			checkLimit(p, s, form)
		}
		for _, way := range [][]string{{"scale"}, {"deploy", "replicas"}} {
			v := s.Value(way...)
			if n, ok := v.Int(); ok && n < 0 {
				p.Report(lint.Finding{Span: v.Span, Message: fmt.Sprintf("a service cannot have %d containers, so Compose refuses the file; write 0 or more", n)})
			}
		}
	}
}

func checkLimit(p *facts.Pass[*facts.Compose], s *facts.ComposeService, form limitForm) {
	old := s.Value(form.old)
	if !old.Exists() {
		return
	}
	way := []string{"deploy", form.key}
	if form.section != "" {
		way = []string{"deploy", "resources", form.section, form.key}
		// Compose takes a limit that is not there for zero as soon as others are.
		if s.Get("deploy", "resources", form.section) == nil || len(p.Doc.View.Pairs(s.Get(way[:3]...))) == 0 {
			return
		}
	}
	a, known := form.amount(old)
	if !known || (a == 0 && form.section != "") {
		return
	}
	other := s.Value(way...)
	name := strings.Join(way, ".")
	if !other.Exists() {
		if form.section == "" || s.Get(way...) != nil {
			return
		}
		p.Report(lint.Finding{
			Span:    old.Span,
			Message: fmt.Sprintf("\"%s\" is missing from the limits in \"deploy\", so Compose refuses the file; move it to %q", form.old, name),
			Related: []lint.Related{{Span: p.Doc.View.Get(s.Node, way[:3]...).Pair().Key.Span, Message: "the other limits"}},
		})
		return
	}
	if b, known := form.amount(other); known && !sameAmount(a, b) {
		p.Report(lint.Finding{
			Span:    old.Span,
			Message: fmt.Sprintf("\"%s\" is %q here and %q in %q, so Compose refuses the file; keep one of them", form.old, shortText(old.Text), shortText(other.Text), name),
			Related: []lint.Related{{Span: other.Span, Message: "the other value"}},
		})
	}
}

func sameAmount(a, b float64) bool { return math.Abs(a-b) <= 1e-6*math.Max(1, math.Abs(a)) }

func decimal(v compose.Value) (float64, bool) {
	if !v.Known {
		return 0, false
	}
	n, err := strconv.ParseFloat(v.Text, 64)
	return n, err == nil && !math.IsNaN(n) && !math.IsInf(n, 0)
}
