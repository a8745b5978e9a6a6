package engine

import (
	"errors"
	"fmt"
	"path"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/suppress"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/syntax/ignorefile"
	"github.com/dockmend/dockmend/internal/text"
)

// document is a parsed file of any kind.
type document interface {
	// check runs the rules of the kind, and notes in ran, unless it is nil, which
	// came to their end.
	check(c *Checker, l *loaded, ran map[string]bool)
	// faults are what keeps the file from being read as what it is, for kinds whose
	// rules do not say so themselves.
	faults() []fault
	directives(suppress.Options) *suppress.Directives
	// limit says which bound keeps the file from being linted at all; empty mostly.
	limit() string
	// scripts are the shell scripts in it, and how many were left out.
	scripts() (found []facts.ShellScript, left int)
}

// fault is what the engine says of a file in a rule's name, or a problem that
// keeps the run from being complete.
type fault struct {
	rule    string
	finding lint.Finding
	problem string
}

// Reads reports whether the catalogue has rules for a kind of file. The others are
// left alone: nothing could be said of them. A Dockerfile is always read.
func (c *Checker) Reads(target lint.Target) bool {
	return target == lint.TargetDockerfile || kindOf(target).rules(c.Catalog) > 0
}

// parse reads a file as what it is. template is set for one that is for a template
// engine, by its text.
func parse(f File, src *lint.Source, catalog *rules.Catalog) (doc document, template bool) {
	return kindOf(f.Target).parse(f, src, catalog, facts.NewProject(f.Context))
}

// shared parses a file, once with those who see it from elsewhere, unless they see
// another one: what a fix made of it, or what was read from standard input.
func shared[D any](f File, src *lint.Source, parse func(*lint.Source) D) D {
	if f.seen() != src {
		return parse(src)
	}
	d, seen, err := lint.Shared(f.Context, path.Base(f.Path), parse)
	if err != nil || seen != src {
		return parse(src)
	}
	return d
}

// typed is a document with the rules that read its kind.
type typed[D any] struct {
	doc     D
	project *facts.Project
	rules   []facts.Rule[D]
	// refusals asks the program that reads such documents; nil if there is none.
	refusals func() ([]lint.Refusal, error)
}

func (t typed[D]) check(c *Checker, l *loaded, ran map[string]bool) {
	t.run(c, l, ran, l.file.Context, l.notes, func(m *lint.Meta, f lint.Finding) {
		l.out.add(m, l.src, l.file.Policy, f)
	}, func(m *lint.Meta, reason string) {
		l.out.Skipped = append(l.out.Skipped, lint.SkippedRule{Rule: m.ID, File: l.src.Path, Reason: reason})
	})
}

// run is check with what reads the files around, what takes the findings, and what takes
// the reason of a rule that skips.
func (t typed[D]) run(
	c *Checker, l *loaded, ran map[string]bool, files lint.Context, notes []lint.ScriptNote,
	found func(*lint.Meta, lint.Finding), skips func(*lint.Meta, string),
) {
	// One Pass serves all rules in turn: there are hundreds, for each file.
	var current *lint.Meta
	skipped := false
	pass := new(facts.Pass[D])
	report := func(f lint.Finding) { found(current, f) }
	skip := func(reason string) {
		skipped = true
		skips(current, reason)
	}
	if l.template && l.file.Found {
		return // it is counted among what was not looked at
	}
	for i := range t.rules {
		rule := &t.rules[i]
		if rule.Check == nil || l.template != (rule.ID == templateSkipped) || !l.file.Policy.Enabled(&rule.Meta) {
			continue
		}
		current, skipped = &rule.Meta, false
		*pass = facts.Pass[D]{
			Doc: t.doc, Project: t.project, Options: l.file.Policy.Options(current), Settings: c.Settings, Hadolint: l.file.Policy.Hadolint(current),
			Files: files, Registry: c.registry(), Notes: notes, Refusals: t.refusals, Report: report, Skip: skip,
		}
		begin := c.Times.begin()
		done := l.frame.attempt(ruleStep(rule.ID), func() { rule.Check(pass) }) && !skipped
		c.Times.end(rule.ID, begin)
		if ran != nil {
			ran[rule.ID] = done
		}
	}
}

func (typed[D]) scripts() (found []facts.ShellScript, left int) { return nil, 0 }
func (typed[D]) limit() string                                  { return "" }

type dockerfileDocument struct{ typed[*facts.Dockerfile] }

func (d dockerfileDocument) directives(opts suppress.Options) *suppress.Directives {
	return suppress.Parse(d.doc.Document, opts)
}

func (d dockerfileDocument) limit() string { return d.doc.Limit }

func (d dockerfileDocument) faults() (found []fault) {
	if in, why := d.doc.Unexpanded(); in != nil {
		found = append(found, fault{rule: limitReached, finding: lint.Finding{
			Span: in.Head, Message: why + ": what they hold is not known to any rule, and no fix of the file has a proof; write shorter values",
		}})
	}
	return append(found, unread(d.doc.UnreadScripts())...)
}

// unread says which scripts of a file are past the bound of the shell's parser.
func unread(places []text.Span) (found []fault) {
	for _, place := range places {
		found = append(found, fault{rule: limitReached, finding: lint.Finding{
			Span: place, Message: dockerfile.ErrShellLimit.Error() + ": no rule knows what this one runs; move a part of it to a file",
		}})
	}
	return found
}

func (d dockerfileDocument) scripts() (found []facts.ShellScript, left int) {
	return d.doc.ShellScripts()
}

type ignoreFileDocument struct{ typed[*facts.IgnoreFile] }

func (d ignoreFileDocument) directives(opts suppress.Options) *suppress.Directives {
	return suppress.ParseIgnoreFile(d.doc.Document, opts)
}

func (d ignoreFileDocument) faults() []fault {
	if d.doc.Err != nil {
		return []fault{{rule: syntaxError, finding: lint.Finding{Message: "Docker refuses the file as a whole: " + d.doc.Err.Error()}}}
	}
	var first *ignorefile.Pattern
	others := 0
	for _, p := range d.doc.Patterns {
		switch {
		case !errors.Is(p.Err, ignorefile.ErrLimit):
		case first == nil:
			first = p
		default:
			others++
		}
	}
	if first == nil {
		return nil
	}
	message := fmt.Sprintf("%v: what it matches counts as not ignored", first.Err)
	if others > 0 {
		message += fmt.Sprintf(", and so for %d more patterns", others)
	}
	return []fault{{rule: limitReached, finding: lint.Finding{Span: first.Span, Message: message + "; write fewer or shorter ones"}}}
}
