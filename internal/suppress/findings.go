package suppress

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// Ids of the rules about directives.
const (
	unknownIgnore    = "unknown-ignore"
	unusedIgnore     = "unused-ignore"
	ignoreIncomplete = "ignore-incomplete"
)

// Options of ignore-incomplete.
const (
	requireReason = "require-reason"
	requireUntil  = "require-until"
)

// maxFindings of each rule are made for one file: more than the engine shows
// of it, so that its limit is what cuts the list.
const maxFindings = 2000

// unknown lists what cannot be understood in our own directives.
func (a *applier) unknown() []lint.Finding {
	var found []lint.Finding
	for i := range a.items {
		x := &a.items[i]
		if x.kind != kindDockmend && x.kind != kindNear {
			continue
		}
		switch {
		case x.trailing:
			found = append(found, lint.Finding{
				Span:    x.span,
				Message: fmt.Sprintf("%s does not read a comment at the end of an instruction, so nothing is ignored; write %q above it", x.verb.text, x.reason),
			})
		case x.kind == kindNear:
			found = append(found, lint.Finding{
				Span:    x.span,
				Message: fmt.Sprintf("%s does not read this comment, so nothing is ignored; write %q", x.verb.text, x.reason),
			})
		case x.reach == reachNone:
			found = append(found, lint.Finding{
				Span:    x.verb.span,
				Message: fmt.Sprintf("%q is not a known directive, so nothing is ignored; write \"ignore\" above %s or \"ignore-file\" at the top", x.verb.text, a.aUnit()),
			})
		case len(x.names) == 0:
			found = append(found, lint.Finding{
				Span:    x.span,
				Message: fmt.Sprintf("%q names no rule, so nothing is ignored; name one, or remove the comment", x.verb.text+"="),
			})
		default:
			for _, n := range x.names {
				if a.lookup(n.text) == nil && len(found) < maxFindings {
					found = append(found, a.unknownName(n))
				}
			}
		}
		if len(found) >= maxFindings {
			break
		}
	}
	return found
}

func (a *applier) unknownName(n name) lint.Finding {
	f := lint.Finding{Span: n.span, Message: fmt.Sprintf("%q is not a rule, so nothing is ignored; ", n.text)}
	near, ok := a.nearest(n.text)
	if !ok {
		f.Message += "run dockmend rules for the names"
		return f
	}
	f.Message += fmt.Sprintf("write %q", near)
	f.Fixes = []lint.Fix{{
		Title:         fmt.Sprintf("write %q", near),
		Applicability: lint.Unsafe, // it ignores a finding that was reported so far
		MaxEffect:     lint.EffectNone,
		Edits:         []lint.FileEdit{lint.Replace(n.span, near)},
	}}
	return f
}

// unused lists the directives of ours that silenced nothing, one finding each.
func (a *applier) unused(ran func(ruleID string) bool) []lint.Finding {
	var found []lint.Finding
	for i := range a.items {
		x := &a.items[i]
		if x.kind != kindDockmend || len(x.names) == 0 || x.reach == reachNone || x.ended {
			continue
		}
		switch {
		case x.late:
			found = append(found, lint.Finding{
				Span:    x.span,
				Message: fmt.Sprintf("%q has an effect only above the first %s, so nothing is ignored; move it to the top of the file", x.verb.text, a.unit),
			})
		case x.reach == reachNext && x.target == noTarget:
			found = append(found, lint.Finding{
				Span:    x.span,
				Message: fmt.Sprintf("no %[2]s follows %[1]q directly, so nothing is ignored; move it to the line above one", x.verb.text, a.unit),
			})
		default:
			if idle := a.idle(i, ran); len(idle) > 0 {
				found = append(found, a.unusedNames(x, idle))
			}
		}
		if len(found) >= maxFindings {
			break
		}
	}
	return found
}

// incomplete lists the directives that have ended, and those that lack what the settings
// require: of ours a reason or a last day, of the others a reason.
func (a *applier) incomplete(o lint.Options) []lint.Finding {
	var found []lint.Finding
	for i := range a.items {
		x := &a.items[i]
		ours := x.kind == kindDockmend
		if len(x.names) == 0 || x.kind == kindNear || x.reach == reachNone {
			continue
		}
		message := ""
		switch {
		case x.ended:
			message = a.endedWords(x)
		case o.Bool(requireReason) && x.reason == "" && ours:
			message = fmt.Sprintf("%q has no reason; write one after \" -- \"", x.verb.text)
		case o.Bool(requireReason) && x.reason == "":
			message = fmt.Sprintf("this ignore of %s has no reason; write it as %s", x.kind, reasonOf(x.kind))
		case o.Bool(requireUntil) && x.until.text == "" && ours:
			message = fmt.Sprintf("%q has no last day; write until=2027-12-31 after the rules", x.verb.text)
		case o.Bool(requireUntil) && !ours && x.kind != kindTrivy:
			message = fmt.Sprintf("an ignore of %s has no last day; write it as \"# dockmend ignore=RULE until=2027-12-31 -- reason\"", x.kind)
		}
		if message != "" && len(found) < maxFindings {
			found = append(found, lint.Finding{Span: x.span, Message: message})
		}
	}
	return found
}

func (a *applier) endedWords(x *placed) string {
	if _, err := time.Parse(time.DateOnly, x.until.text); err != nil {
		return fmt.Sprintf("%q is not a day, so nothing is ignored; write until=2027-12-31", x.until.text)
	}
	return fmt.Sprintf("%q ended on %s, so nothing is ignored; remove it, or set another day", x.verb.text, x.until.text)
}

// reasonOf is how the ignore of a tool gives a reason.
func reasonOf(kind string) string {
	switch kind {
	case kindHadolint:
		return "\"# hadolint ignore=RULE # reason\""
	case kindCheckov:
		return "\"# checkov:skip=RULE:reason\""
	case kindTrivy:
		return "\"# trivy:ignore:RULE reason\""
	}
	return "\"# dockmend ignore=RULE -- reason\""
}

// idle lists the names of an item, by index, whose rules ran and found nothing
// there that was left to silence.
func (a *applier) idle(item int, ran func(ruleID string) bool) []int {
	var idle []int
	for j, n := range a.items[item].names {
		k := a.lookup(n.text)
		if k == nil || a.used[claim{item, j}] {
			continue
		}
		missed := func(m *lint.Meta) bool { return !ran(m.ID) }
		// A group always has rules that are off; of an alias, each must have run.
		if (k.group && !slices.ContainsFunc(k.metas, func(m *lint.Meta) bool { return ran(m.ID) })) ||
			(!k.group && slices.ContainsFunc(k.metas, missed)) {
			continue
		}
		idle = append(idle, j)
	}
	return idle
}

func (a *applier) unusedNames(x *placed, idle []int) lint.Finding {
	const shown = 5
	quoted := make([]string, 0, shown)
	for _, j := range idle[:min(len(idle), shown)] {
		quoted = append(quoted, fmt.Sprintf("%q", x.names[j].text))
	}
	what := strings.Join(quoted, ", ")
	if more := len(idle) - shown; more > 0 {
		what += fmt.Sprintf(" and %d more", more)
	}
	f := lint.Finding{
		Span:    x.names[idle[0]].span.Cover(x.names[idle[len(idle)-1]].span),
		Message: fmt.Sprintf("the comment ignores no finding of %s; remove it", what),
	}
	fix := lint.Fix{Title: "remove " + what + " from the comment", Applicability: lint.Safe, MaxEffect: lint.EffectNone}
	if len(idle) < len(x.names) {
		fix.Edits = deleteNames(x.names, idle)
	} else {
		line, ok := a.commentLine(x.span)
		if !ok {
			return f
		}
		fix.Title, fix.Edits = "remove the comment", []lint.FileEdit{lint.Delete(line)}
	}
	f.Fixes = []lint.Fix{fix}
	return f
}

// deleteNames deletes some names of a list, each run of them with the commas
// that it leaves over.
func deleteNames(names []name, idle []int) []lint.FileEdit {
	var edits []lint.FileEdit
	for i := 0; i < len(idle); {
		last := i
		for last+1 < len(idle) && idle[last+1] == idle[last]+1 {
			last++
		}
		first, end := idle[i], idle[last]
		cut := text.Span{Start: names[first].span.Start}
		if end+1 < len(names) {
			cut.End = names[end+1].span.Start
		} else {
			cut = text.Span{Start: names[first-1].span.End, End: names[end].span.End}
		}
		edits = append(edits, lint.Delete(cut))
		i = last + 1
	}
	return edits
}

// commentLine is what goes with a comment that is removed: its whole line, or
// the blanks before it where something else stands on that line. ok is false
// where the file would mean something else without it.
func (a *applier) commentLine(comment text.Span) (line text.Span, ok bool) {
	lines := a.commentLines()
	start := lines.Position(comment.Start)
	n := start.Line
	start.Column = 1
	// From the first column: a byte order mark stays.
	line = text.Span{Start: lines.Offset(start), End: lines.FullLine(n).End}
	if before := a.before(text.Span{Start: line.Start, End: comment.Start}); before > line.Start {
		return text.Span{Start: before, End: comment.End}, true
	}
	return line, a.keep == nil || !a.keep(n)
}
