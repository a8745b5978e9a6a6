// Package engine runs rules on files: it loads, checks, silences, orders and
// identifies. What it returns is complete: nothing found is lost, and a rule
// that could not run is shown as skipped.
package engine

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/suppress"
	"github.com/dockmend/dockmend/internal/text"
)

// Limits on one file. They are far above anything that people write, and keep
// hostile input from costing more than a moment (docs/contract.md section 6).
const (
	// MaxFileSize is in bytes; a larger file is not linted.
	MaxFileSize = limits.FileBytes
	// MaxFindings is per file; the worst are kept.
	MaxFindings = limits.Findings
)

// Ids of the rules that the engine itself reports or treats apart.
const (
	limitReached    = "limit-reached"
	templateSkipped = "template-skipped"
	syntaxError     = "syntax-error"
)

// Policy decides for one file which rules run and how they count.
type Policy interface {
	// Enabled reports whether the rule runs at all.
	Enabled(*lint.Meta) bool
	// Severity of the rule's findings of a variant, SeverityUnset for the
	// rule's own; on is false for a variant that stays silent.
	Severity(m *lint.Meta, variant string) (severity lint.Severity, on bool)
	// Options are the rule's settings.
	Options(*lint.Meta) lint.Options
	// Hadolint asks the rule for hadolint's triggers.
	Hadolint(*lint.Meta) bool
}

// Bound is a Policy below another one, which it may tighten and not loosen.
type Bound interface {
	// Least is the least severity of the rule's findings of a variant, SeverityUnset for
	// the finding's or the rule's own; on is false where nothing is said.
	Least(m *lint.Meta, variant string) (least lint.Severity, on bool)
	// Refuses says why a comment does not silence findings of a rule; empty if it does.
	Refuses(m *lint.Meta, s *lint.Suppression) (why string)
}

// Checker checks documents. It is immutable and safe for concurrent use.
type Checker struct {
	Catalog  *rules.Catalog
	Settings *lint.Settings
	// Registry answers for images; nil where nobody asked for look-ups.
	Registry lint.Registry
	Suppress suppress.Options
	// ShellCheck checks scripts; nil where nobody asked for it.
	ShellCheck ScriptChecker
	// LintTemplates lints templates like other files.
	LintTemplates bool
	// Watch is the watchdog of the run; nil for none.
	Watch *Watch
	// Times measures the rules; nil where nobody asked for it.
	Times *RuleTimes
	// Hook, if set, is called at the start of each step of a file: tests make it
	// panic or wait.
	Hook func(path string, step Step)
}

// Checked is what is known about one file.
type Checked struct {
	Diagnostics []*lint.Diagnostic
	Skipped     []lint.SkippedRule
	Problems    []lint.Problem
	// Refused says which ignore comments the policy above does not let count, and why.
	Refused []string
	// Template is set for a file that was not linted since it is a template.
	Template bool

	// bytes is what messages and fixes hold, dropped how many findings were left out
	// for it.
	bytes, dropped int
	// Held says why no fix of the file is applied; empty where that may be, or where
	// there is none.
	Held string
}

// Check checks one file whose bytes were read.
func (c *Checker) Check(ctx context.Context, f File, src []byte) *Checked {
	return c.checkBytes(ctx, f, src, false)
}

// checkAll is Check without the bound on the number of findings.
func (c *Checker) checkAll(ctx context.Context, f File, src []byte) *Checked {
	return c.checkBytes(ctx, f, src, true)
}

func (c *Checker) checkBytes(ctx context.Context, f File, src []byte, all bool) *Checked {
	l := c.load(f, func() (*lint.Source, error) { return f.source(src), nil })
	l.all = all
	c.askShellCheck(ctx, []*loaded{l})
	return c.check(l)
}

// loaded is a file that was parsed and not yet checked.
type loaded struct {
	file     File
	frame    *frame
	src      *lint.Source
	doc      document
	template bool
	notes    []lint.ScriptNote
	// left are the scripts that ShellCheck could not check.
	left []lint.Finding
	// all is set where the number of findings is not bounded.
	all bool
	// out is complete where doc is nil.
	out *Checked
}

// load reads and parses a file.
func (c *Checker) load(f File, read func() (*lint.Source, error)) *loaded {
	l := &loaded{file: f, frame: c.frame(f.Path), out: &Checked{}}
	l.frame.attempt(StepRead, func() {
		src, err := read()
		if err != nil {
			l.out.Problems = append(l.out.Problems, lint.Problem{File: f.Path, Message: "cannot be read: " + reason(err)})
			return
		}
		l.src = src
	})
	if l.src != nil {
		l.frame.attempt(StepParse, func() { c.parse(l) })
	}
	return l
}

// parse parses a file, unless its bytes are no text.
func (c *Checker) parse(l *loaded) {
	f, src := l.file, l.src
	switch {
	case len(src.Bytes) > MaxFileSize:
		c.limit(l.out, src, f.Policy, fmt.Sprintf("the file has more than the limit of %d bytes: it was not linted; split it up or exclude it", MaxFileSize))
	case isBinary(src.Bytes):
		message := fmt.Sprintf("the file is binary, so it is not a %s; rename it, or exclude it in the configuration", f.Target.Describe())
		if isUTF16(src.Bytes) {
			message = "the file is UTF-16: save it as UTF-8"
		}
		c.report(l, syntaxError, lint.Finding{Message: message})
		fingerprint(l.out.Diagnostics)
	default:
		doc, marked := parse(f, src, c.Catalog)
		if over := doc.limit(); over != "" {
			c.limit(l.out, src, f.Policy, "the file has "+over+", so it was not linted; split it up, or exclude it")
			return
		}
		l.doc, l.template = doc, !c.LintTemplates && (f.Template || marked)
		l.out.Template = l.template
	}
}

// check runs the rules on a file.
func (c *Checker) check(l *loaded) *Checked {
	defer l.frame.end()
	if l.doc != nil {
		c.checkDocument(l)
	}
	l.out.Problems = append(l.out.Problems, l.frame.problems()...)
	return l.out
}

func (c *Checker) checkDocument(l *loaded) {
	l.frame.attempt(StepRules, func() { c.findings(l) })
	l.frame.attempt(StepFinish, func() {
		l.holdGenerated()
		if !l.all || l.out.dropped > 0 {
			c.bound(l.out, l.src, l.file.Policy)
		}
		slices.SortStableFunc(l.out.Diagnostics, compareDiagnostics)
		fingerprint(l.out.Diagnostics)
	})
}

// findings collects what there is to say of a file, and silences what its ignore comments
// name.
func (c *Checker) findings(l *loaded) {
	var directives *suppress.Directives
	l.frame.attempt(StepDirectives, func() { directives = l.doc.directives(c.suppressing()) })
	var ran map[string]bool // only ignore comments ask for it, and few files have one
	if !directives.Empty() {
		ran = make(map[string]bool, len(c.Catalog.Dockerfile))
	}
	l.doc.check(c, l, ran)
	for _, f := range l.left {
		c.report(l, limitReached, f)
	}
	if l.template && !l.file.Found && l.file.Target != lint.TargetDockerfile {
		c.report(l, templateSkipped, lint.Finding{Message: "the file is a template and was not linted; lint the file that is generated from it, or set templates: lint"})
	}
	if !l.template {
		l.frame.attempt(StepFaults, func() { c.faults(l) })
	}
	l.out.Diagnostics = oneReason(l.out.Diagnostics)
	if directives.Empty() {
		return
	}
	directives.Allow = l.out.allows(l.src.Path, l.file.Policy)
	l.frame.attempt(StepSuppress, func() {
		for _, extra := range directives.Apply(
			l.out.Diagnostics, c.Catalog.Metas(), func(id string) bool { return ran[id] }, l.out.next(l.src, l.file.Policy), l.file.Policy.Options,
		) {
			l.out.add(extra.Rule, l.src, l.file.Policy, extra.Finding)
		}
	})
}

// suppressing is how ignore comments are read: as of the day of the run.
func (c *Checker) suppressing() suppress.Options {
	options := c.Suppress
	if c.Settings == nil {
		return options
	}
	if day, err := time.Parse(time.DateOnly, c.Settings.AsOf); err == nil {
		options.Now = day
	}
	return options
}

// oneReason takes out what is said of a refusal in general, where a rule that
// knows the reason speaks of the same place: there is one finding for a cause.
func oneReason(found []*lint.Diagnostic) []*lint.Diagnostic {
	has := func(refusal lint.Refuses, other func(*lint.Diagnostic) bool) bool {
		return slices.ContainsFunc(found, func(d *lint.Diagnostic) bool { return d.Rule.Refusal == refusal && other(d) })
	}
	if !has(lint.RefusesAny, func(*lint.Diagnostic) bool { return true }) {
		return found
	}
	named := func(d *lint.Diagnostic) bool {
		return d.Rule.Refusal == lint.RefusesAny && has(lint.RefusesNamed, func(o *lint.Diagnostic) bool { return d.Within.Overlaps(o.Span) })
	}
	return slices.DeleteFunc(slices.Clone(found), named)
}

// faults reports what keeps a file from being read as what it is.
func (c *Checker) faults(l *loaded) {
	for _, f := range l.doc.faults() {
		if f.problem != "" {
			l.out.Problems = append(l.out.Problems, lint.Problem{File: l.src.Path, Message: f.problem})
			continue
		}
		c.report(l, f.rule, f.finding)
	}
}

// report reports a finding of a rule that the engine speaks for.
func (c *Checker) report(l *loaded, rule string, f lint.Finding) {
	if found := c.Catalog.Find(rule); len(found) == 1 && l.file.Policy.Enabled(found[0]) {
		l.out.add(found[0], l.src, l.file.Policy, f)
	}
}

func (c *Checker) registry() lint.Registry {
	if c.Registry == nil {
		return lint.Offline{}
	}
	return c.Registry
}

// add makes a diagnostic of a finding, unless its variant is switched off.
func (out *Checked) add(m *lint.Meta, src *lint.Source, policy Policy, f lint.Finding) {
	severity, on := policy.Severity(m, f.Variant)
	if !on {
		return
	}
	own := cmp.Or(f.Severity, m.Severity)
	severity = cmp.Or(severity, own)
	if bound, ok := policy.(Bound); ok {
		if least, on := bound.Least(m, f.Variant); on {
			severity = max(severity, cmp.Or(least, own))
		}
	}
	f.Severity = severity
	if f.Confidence == lint.High {
		f.Confidence = m.Confidence
	}
	f.Span = clamp(f.Span, len(src.Bytes))
	if out.bytes += findingBytes(&f); out.bytes > limits.FindingBytes {
		out.dropped++
		return
	}
	out.Diagnostics = append(out.Diagnostics, &lint.Diagnostic{Finding: f, Rule: m, Source: src})
}

// allows reports whether ignore comments of a file count, and notes those that do not; nil
// where all do.
func (out *Checked) allows(path string, policy Policy) func(*lint.Meta, *lint.Suppression) bool {
	bound, ok := policy.(Bound)
	if !ok {
		return nil
	}
	return func(m *lint.Meta, s *lint.Suppression) bool {
		why := bound.Refuses(m, s)
		line := fmt.Sprintf("%s:%d: the ignore of %s does not count: %s", path, s.Line, m.ID, why)
		if why != "" && !slices.Contains(out.Refused, line) {
			out.Refused = append(out.Refused, line)
		}
		return why == ""
	}
}

// next makes diagnostics of what is said where another finding is silenced.
func (out *Checked) next(src *lint.Source, policy Policy) func(*lint.Meta, *lint.Finding) *lint.Diagnostic {
	return func(m *lint.Meta, f *lint.Finding) *lint.Diagnostic {
		before := len(out.Diagnostics)
		if out.add(m, src, policy, *f); len(out.Diagnostics) == before {
			return nil
		}
		return out.Diagnostics[before]
	}
}

// clamp keeps a wrong span from breaking reports; a test holds every rule to
// spans inside of the document.
func clamp(s text.Span, size int) text.Span {
	s.Start = min(max(s.Start, 0), size)
	s.End = min(max(s.End, s.Start), size)
	return s
}

// findingBytes is the size of what a finding says and would write.
func findingBytes(f *lint.Finding) int {
	n := len(f.Message)
	for _, r := range f.Related {
		n += len(r.Message)
	}
	for _, fix := range f.Fixes {
		n += len(fix.Title)
		for _, e := range fix.Edits {
			n += len(e.New)
		}
	}
	return n
}

// bound cuts a file's findings and says so.
func (c *Checker) bound(out *Checked, src *lint.Source, policy Policy) {
	var over []string
	if extra := out.cut(limits.Findings); extra > 0 {
		over = append(over, fmt.Sprintf("the file has more than %d findings: %d of the least severe are not shown", limits.Findings, extra))
	}
	if out.dropped > 0 {
		over = append(over, fmt.Sprintf("the findings of the file have more than %d bytes of text: %d of them are not shown", limits.FindingBytes, out.dropped))
	}
	for _, message := range over {
		out.bytes = 0
		c.limit(out, src, policy, message+"; fix or ignore the others first")
	}
}

// cut keeps so many findings, those that count and the most severe ones first, and
// says how many went.
func (out *Checked) cut(most int) (extra int) {
	if extra = len(out.Diagnostics) - most; extra <= 0 {
		return 0
	}
	slices.SortStableFunc(out.Diagnostics, func(a, b *lint.Diagnostic) int {
		if a.Counts() != b.Counts() {
			if a.Counts() {
				return -1
			}
			return 1
		}
		return cmp.Compare(b.Severity, a.Severity)
	})
	out.Diagnostics = slices.Clip(slices.Clone(out.Diagnostics[:most]))
	return extra
}

func (c *Checker) limit(out *Checked, src *lint.Source, policy Policy, message string) {
	if found := c.Catalog.Find(limitReached); len(found) == 1 && policy.Enabled(found[0]) {
		out.add(found[0], src, policy, lint.Finding{Message: message})
		if len(out.Diagnostics) > 0 {
			fingerprintLast(out.Diagnostics)
		}
	}
}

func compareDiagnostics(a, b *lint.Diagnostic) int {
	return cmp.Or(
		cmp.Compare(a.Span.Start, b.Span.Start),
		cmp.Compare(a.Span.End, b.Span.End),
		cmp.Compare(a.Rule.ID, b.Rule.ID),
		cmp.Compare(a.Message, b.Message),
	)
}

// isUTF16 tells by its byte order mark whether a text is in that encoding.
func isUTF16(src []byte) bool {
	return bytes.HasPrefix(src, []byte{0xFF, 0xFE}) || bytes.HasPrefix(src, []byte{0xFE, 0xFF})
}

// isBinary reports whether bytes are no text: UTF-16, or so many control
// characters or bytes that are no UTF-8 in the first 8000 bytes that no person
// wrote them. A single NUL in a text is BuildKit's business, and so is Latin-1.
func isBinary(src []byte) bool {
	head := src[:min(len(src), 8000)]
	if isUTF16(head) {
		return true
	}
	odd, foreign := 0, 0
	for i := 0; i < len(head); {
		r, size := utf8.DecodeRune(head[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			foreign++
		case r < ' ' && (r < '\t' || r > '\r') && r != 0x1B:
			odd++
		}
		i += size
	}
	return odd*10 > len(head) || foreign*10 > 3*len(head)
}
