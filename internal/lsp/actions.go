package lsp

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// Kinds of code actions.
const (
	kindQuickFix = "quickfix"
	kindFixAll   = "source.fixAll.dockmend"
	kindSource   = "source.dockmend"
)

// Commands that a client may ask for.
const (
	commandPin    = "dockmend.pin"
	commandPage   = "dockmend.openPage"
	commandFixAll = "dockmend.fixAll"
)

// maxActions is how many findings of a range have actions: more are no choice for a person.
const maxActions = 20

// codeAction answers textDocument/codeAction: what can be done about the findings of a range,
// each fix with what its proof showed.
func (s *server) codeAction(ctx context.Context, p *codeActionParams) ([]codeAction, error) {
	wants := func(kind string) bool {
		return len(p.Context.Only) == 0 || slices.ContainsFunc(p.Context.Only, func(only string) bool {
			return kind == only || strings.HasPrefix(kind, only+".")
		})
	}
	const automatic = 2
	asked := p.Context.TriggerKind != automatic || len(p.Context.Only) > 0
	var a *actions
	err := s.working(ctx, func() {
		s.sync(ctx)
		if a = s.actionsFor(ctx, p); a == nil {
			return
		}
		if wants(kindQuickFix) {
			a.pick(p.Range)
		}
		if wants(kindFixAll) && asked && a.x.fixed == nil {
			a.fix = a.root.live.FixOne(a.x.file)
		}
	})
	if err != nil || a == nil {
		return []codeAction{}, err
	}
	a.prove(ctx)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	err = s.working(ctx, a.keep)
	all := a.quickFixes()
	if wants(kindFixAll) && asked {
		all = append(all, a.fixAll()...)
	}
	if wants(kindSource) && asked {
		all = append(all, a.pin()...)
	}
	return all, err
}

// actions are those of a file as it is now.
type actions struct {
	s    *server
	ctx  context.Context //nolint:containedctx // it is that of the request
	doc  *document
	root *root
	x    *result
	// found are the findings of the range, as copies that are proved where they were not.
	found   []*lint.Diagnostic
	ignores map[string]*ignoreEdit
	prover  func(context.Context)
	fix     func(ctx context.Context, unsafe bool) *engine.Fixed
	fixed   *engine.Fixed
}

func (s *server) actionsFor(ctx context.Context, p *codeActionParams) *actions {
	d := s.document(p.TextDocument.URI)
	if d == nil || s.roots[d.root] == nil {
		return nil
	}
	x := s.resultOf(ctx, d)
	if x == nil {
		return nil
	}
	return &actions{s: s, ctx: ctx, doc: d, root: s.roots[d.root], x: x, fixed: x.fixed}
}

// pick takes the findings of a range, and what ignores them.
func (a *actions) pick(r textRange) {
	span := a.x.text.span(r, a.s.encoding)
	first, last := a.x.text.lineOf(span.Start), a.x.text.lineOf(span.End)
	a.ignores = map[string]*ignoreEdit{}
	var unproved []*lint.Diagnostic
	for _, d := range a.x.found.Diagnostics {
		from, to := a.x.text.lineOf(d.Span.Start), a.x.text.lineOf(d.Span.End)
		if !d.Counts() || to < first || from > last || len(a.found) == maxActions {
			continue
		}
		if proved := a.x.proved[d.Fingerprint]; proved != nil {
			a.found = append(a.found, proved)
		} else {
			own := *d
			own.Fixes = slices.Clone(d.Fixes)
			a.found = append(a.found, &own)
			unproved = append(unproved, &own)
		}
		a.ignores[d.Fingerprint] = a.ignoring(d)
	}
	if len(unproved) > 0 {
		a.prover = a.root.live.ProveOne(a.x.file, unproved)
	}
}

// prove does what takes long, on copies.
func (a *actions) prove(ctx context.Context) {
	if a.prover != nil {
		a.prover(ctx)
	}
	if a.fix != nil && ctx.Err() == nil {
		a.fixed = a.fix(ctx, false)
	}
}

// keep keeps what was proved for the next request.
func (a *actions) keep() {
	for _, d := range a.found {
		a.x.proved[d.Fingerprint] = d
	}
	a.x.fixed = a.fixed
}

// quickFixes are the actions for single findings: fixes first, then ignores and pages.
func (a *actions) quickFixes() []codeAction {
	all := []codeAction{}
	for _, d := range a.found {
		if fix, ok := a.fixOf(d); ok {
			all = append(all, fix)
		}
	}
	for _, d := range a.found {
		shown := []diagnostic{a.s.diagnosticFor(nil, a.x, d)}
		if e := a.ignores[d.Fingerprint]; e != nil {
			title := fmt.Sprintf("Ignore %s %s, with a reason", d.Rule.ID, e.where)
			all = append(all, codeAction{Title: title, Kind: kindQuickFix, Diagnostics: shown, Edit: a.edit([]text.Edit{e.edit})})
		}
	}
	seen := map[string]bool{}
	for _, d := range a.found {
		if seen[d.Rule.ID] {
			continue
		}
		seen[d.Rule.ID] = true
		title := "Open the page of " + d.Rule.ID
		all = append(all, codeAction{Title: title, Kind: kindQuickFix, Command: &command{title, commandPage, []any{d.Rule.ID}}})
	}
	return all
}

// fixOf is the fix of a finding that was proved.
func (a *actions) fixOf(d *lint.Diagnostic) (action codeAction, ok bool) {
	i := slices.IndexFunc(d.Fixes, func(f lint.Fix) bool {
		return len(f.Edits) > 0 && !slices.ContainsFunc(f.Edits, func(e lint.FileEdit) bool { return e.File != "" })
	})
	if i < 0 || !d.Fixable() {
		return action, false
	}
	fix := &d.Fixes[i]
	if fix.Applicability == lint.Manual {
		return action, false
	}
	safe := fix.Applicability == lint.Safe && d.Proof.State == lint.ProofPassed && d.Proof.Effect < lint.EffectGraph
	word := "Fix"
	if !safe {
		word = "Fix (unsafe)"
	}
	edits := make([]text.Edit, len(fix.Edits))
	for i, e := range fix.Edits {
		edits[i] = e.Edit
	}
	return codeAction{
		Title: fmt.Sprintf("%s: %s (%s)", word, fix.Title, verified(d.Proof, a.x.file.Target)), Kind: kindQuickFix,
		Diagnostics: []diagnostic{a.s.diagnosticFor(nil, a.x, d)}, IsPreferred: safe, Edit: a.edit(edits),
	}, true
}

// verified says what a proof showed.
func verified(p lint.Proof, target lint.Target) string {
	switch {
	case p.State == lint.ProofPassed:
		return "verified: " + p.Effect.Words(target)
	case p.State == lint.ProofDemoted:
		return "verified: " + p.Effect.Words(target) + ", which is more than the rule says"
	case len(p.Details) > 0:
		return "not verified: " + text.Short(p.Details[0])
	}
	return "not verified"
}

// fixAll applies all safe fixes of the file.
func (a *actions) fixAll() []codeAction {
	if a.fixed == nil || !a.fixed.Changed() {
		return nil
	}
	effect := lint.EffectNone
	for _, one := range a.fixed.Applied {
		effect = max(effect, one.Verdict.Effect)
	}
	title := "Fix all: 1 safe fix"
	if n := len(a.fixed.Applied); n > 1 {
		title = fmt.Sprintf("Fix all: %d safe fixes", n)
	}
	title = fmt.Sprintf("%s (verified: %s)", title, effect.Words(a.x.file.Target))
	return []codeAction{{Title: title, Kind: kindFixAll, Edit: a.edit(difference(a.fixed.Before, a.fixed.After))}}
}

// pin offers to pin the images of the file.
func (a *actions) pin() []codeAction {
	if a.x.file.Target != lint.TargetDockerfile && a.x.file.Target != lint.TargetCompose {
		return nil
	}
	title := "Pin the images of this file by digest (asks their registries)"
	return []codeAction{{Title: title, Kind: kindSource, Command: &command{title, commandPin, []any{a.doc.uri}}}}
}

// edit is a change of the document, for the version that was looked at.
func (a *actions) edit(edits []text.Edit) *workspaceEdit {
	return a.s.workspaceEdit(a.doc, a.x.text, edits)
}

func (s *server) workspaceEdit(d *document, src *content, edits []text.Edit) *workspaceEdit {
	changes := make([]textEdit, len(edits))
	for i, e := range edits {
		changes[i] = textEdit{src.textRange(e.Span, s.encoding), e.New}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.client.Workspace.WorkspaceEdit.DocumentChanges {
		return &workspaceEdit{Changes: map[string][]textEdit{d.uri: changes}}
	}
	one := documentEdit{Edits: changes}
	one.TextDocument.URI, one.TextDocument.Version = d.uri, &d.version
	return &workspaceEdit{DocumentChanges: []documentEdit{one}}
}

// difference are edits of whole lines that make after of before: between the lines that
// both begin and end with, one for each run of lines that differ.
func difference(before, after []byte) []text.Edit {
	a, b := lines(before), lines(after)
	to := text.ExactLineMap(before, after)
	var edits []text.Edit
	i, j, at := 0, 0, 0
	for i < len(a) || j < len(b) {
		if i < len(a) && to[i+1] == j+1 {
			at += len(a[i])
			i, j = i+1, j+1
			continue
		}
		e := text.Edit{Span: text.Span{Start: at, End: at}}
		for i < len(a) && to[i+1] == 0 {
			at += len(a[i])
			i++
		}
		next := len(b)
		if i < len(a) {
			next = to[i+1] - 1
		}
		e.Span.End = at
		e.New = strings.Join(b[j:next], "")
		j = next
		edits = append(edits, e)
	}
	return edits
}

func lines(src []byte) []string {
	return slices.DeleteFunc(strings.SplitAfter(string(src), "\n"), func(line string) bool { return line == "" })
}

// ignoreEdit is a comment that ignores a finding, where it may be written.
type ignoreEdit struct {
	edit  text.Edit
	where string
}

// ignoring is a comment that was tried: with it, the finding is ignored. It is nil where
// neither the line above nor the top of the file is a place for one.
func (a *actions) ignoring(d *lint.Diagnostic) *ignoreEdit {
	if known, ok := a.x.ignored[d.Fingerprint]; ok {
		return known
	}
	var made *ignoreEdit
	for _, e := range a.ignoreEdits(d) {
		after, err := text.Apply(a.x.text.src, []text.Edit{e.edit})
		if err == nil && isIgnored(a.root.live.Try(a.ctx, a.x.file, after), d, e.edit) {
			made = e
			break
		}
	}
	if a.x.ignored == nil {
		a.x.ignored = map[string]*ignoreEdit{}
	}
	a.x.ignored[d.Fingerprint] = made
	return made
}

// isIgnored reports whether a finding is ignored once an edit above it was made.
func isIgnored(found []*lint.Diagnostic, d *lint.Diagnostic, e text.Edit) bool {
	return slices.ContainsFunc(found, func(o *lint.Diagnostic) bool {
		isSame := o.Rule == d.Rule && o.Variant == d.Variant && o.Suppressed != nil
		return isSame && (o.Span.Start == d.Span.Start+len(e.New) || o.Span.Start == d.Span.Start)
	})
}

// ignoreEdits are the places that are tried, the best first.
func (a *actions) ignoreEdits(d *lint.Diagnostic) []*ignoreEdit {
	src := a.x.text
	newline := "\n"
	if end := src.line(0).End; end < len(src.src) && src.src[end] == '\r' {
		newline = "\r\n"
	}
	at := d.Span.Start
	if a.x.file.Target == lint.TargetDockerfile {
		doc := facts.NewDockerfile(facts.ParseDockerfile(d.Source))
		if in := doc.At(at); in != nil {
			at = in.Span.Start
		}
	}
	line := src.line(src.lineOf(at))
	indent := line.Of(src.src)
	indent = indent[:len(indent)-len(strings.TrimLeft(string(indent), " \t"))]
	above := fmt.Sprintf("%s# dockmend ignore=%s -- TODO: say why%s", indent, d.Rule.ID, newline)
	return []*ignoreEdit{
		{text.Edit{Span: text.Span{Start: line.Start, End: line.Start}, New: above}, "here"},
		{a.atTop(fmt.Sprintf("# dockmend ignore-file=%s -- TODO: say why%s", d.Rule.ID, newline)), "in this file"},
	}
}

// atTop is the edit that writes a line at the top of the file: after a byte order mark, and
// after the comments there, which may be directives.
func (a *actions) atTop(line string) text.Edit {
	src := a.x.text
	at := 0
	if strings.HasPrefix(string(src.src), "\uFEFF") {
		at = len("\uFEFF")
	}
	for n := range src.starts {
		span := src.line(n)
		span.Start = max(span.Start, at)
		if !strings.HasPrefix(string(span.Of(src.src)), "#") || n+1 == len(src.starts) {
			break
		}
		at = src.starts[n+1]
	}
	return text.Edit{Span: text.Span{Start: at, End: at}, New: line}
}
