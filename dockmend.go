// Package dockmend lints Dockerfiles, Compose files and what belongs to them, and fixes what
// can be fixed, as the program of the same name does: with the configuration of the repository,
// and with the same findings.
//
// The package is of version 0: it may change with any release until the program's version 1.
// It runs no program but ShellCheck, and that only where Options.ShellCheck names it; it opens no
// connection, and writes no file.
package dockmend

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/run"
)

// Options say what is linted, and by which rules. The zero value lints the working directory.
type Options struct {
	// Dir is a folder; empty for the working directory. The repository around it counts: its
	// root has the configuration, and rules read its files.
	Dir string
	// FS is looked at instead of a folder, if it is set. Its root is that of the repository.
	FS fs.FS
	// Paths are files and folders in Dir or FS, with slashes; none for all.
	Paths []string

	// Config is a configuration instead of the repository's, by its path in the working
	// directory.
	Config string
	// Presets stand in place of those of the configuration. Select names all rules that run,
	// by id, alias or category, and Ignore those that do not.
	Presets, Select, Ignore []string
	// AsOf is the day as of which the end of support is judged, as "2026-11-30"; empty for
	// today in UTC.
	AsOf string

	// ShellCheck is the program of that name, to check the scripts in RUN; empty for none.
	ShellCheck string
	// Prove proves what the fixes of a report do to the build. Fix always does.
	Prove bool
	// Unsafe lets Fix apply fixes that may change what an image does.
	Unsafe bool
	// Jobs is the number of files that are looked at at a time; 0 for one for each processor.
	Jobs int
}

// Severity says how bad a finding is. A worse one is greater.
type Severity uint8

// The severities. docs/severities.md says what each of them means.
const (
	Style Severity = iota + 1
	Info
	Warning
	Error
)

// String is the name in reports, such as "warning".
func (s Severity) String() string { return lint.Severity(s).String() }

// Report is what is known after a run.
type Report struct {
	// Files that were linted, in order.
	Files []string
	// Findings that count, in the order of files and places: not those that a comment
	// ignores, or the configuration's baseline knows.
	Findings []Finding
	// Ignored counts the findings that do not count.
	Ignored int
	// Problems keep the run from being complete, such as a file that cannot be read. A report
	// without findings and with problems says nothing good.
	Problems []Problem
	// Skipped are the rules that could not check a file, and why.
	Skipped []Skipped
	// Notices are for people, such as that hadolint's configuration is used.
	Notices []string
	// Changes are what Fix makes of files; Findings are then those that are left.
	Changes []Change
}

// Finding is what a rule says about a place.
type Finding struct {
	// Rule is the id, Variant the kind of finding that the rule tells apart, if any.
	Rule, Variant string
	// Aliases are the names of the finding in other tools, such as "DL3025".
	Aliases  []string
	Category string
	Severity Severity
	// File is relative to the root that holds Dir, with slashes.
	File string
	// Lines and columns count from 1, columns in bytes; the end is exclusive.
	Line, Column, EndLine, EndColumn int
	Message                          string
	// URL is the page of the rule.
	URL string
	// Fingerprint stays the same when lines move.
	Fingerprint string
	// Fixes are alternatives, the best first.
	Fixes []Suggestion
}

// Suggestion is a way to fix a finding.
type Suggestion struct {
	Title string
	// Applicability is "safe", "unsafe", or "manual" for what a person must do.
	Applicability string
	// Effect says in words what the fix was shown to do to the build; empty where nothing was
	// proved.
	Effect string
	Edits  []Edit
}

// Edit replaces the bytes of a file from Start up to End by Text.
type Edit struct {
	File       string
	Start, End int
	Text       string
}

// Change is a file with its fixes.
type Change struct {
	File          string
	Before, After []byte
	// Applied are the fixes, each with what was proved, in words.
	Applied []string
}

// Problem is something that kept a run from being complete; File is empty where it is about
// no single one.
type Problem struct{ File, Message string }

// Skipped is a rule that did not check a file; File is empty where that is so for all.
type Skipped struct{ Rule, File, Reason string }

// Run lints. An error means that nothing could be linted, for a reason such as a mistake in the
// configuration; what went wrong with a file is in the report.
func Run(ctx context.Context, options Options) (*Report, error) {
	w, err := open(ctx, options)
	if err != nil {
		return nil, cmp.Or(ctx.Err(), err)
	}
	defer w.Close()
	r := w.Check(ctx)
	w.MarkOwn(r)
	return report(r), ctx.Err()
}

// Fix applies the fixes that are safe, each with a proof, and writes nothing: Report.Changes
// has the files before and after. Options.Unsafe adds the others.
func Fix(ctx context.Context, options Options) (*Report, error) {
	w, err := open(ctx, options)
	if err != nil {
		return nil, cmp.Or(ctx.Err(), err)
	}
	defer w.Close()
	fixed := w.Fix(ctx, run.Fixing{Unsafe: options.Unsafe})
	left := w.Left(fixed)
	w.MarkOwn(left)
	out := report(left)
	for _, f := range fixed {
		if f.Changed() {
			out.Changes = append(out.Changes, Change{File: f.Path, Before: f.Before, After: f.After, Applied: appliedWords(f)})
		}
	}
	return out, ctx.Err()
}

func appliedWords(f *engine.Fixed) (words []string) {
	for _, a := range f.Applied {
		words = append(words, a.Rule.ID+": "+a.Title+" ("+a.Verdict.Effect.Words(a.Rule.Target)+")")
	}
	return words
}

// open makes the workspace of a run.
func open(ctx context.Context, o Options) (*run.Workspace, error) {
	if o.FS != nil && o.Dir != "" {
		return nil, errors.New("dockmend: Dir and FS are both set")
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	options := run.Defaults()
	options.Config, options.Prove, options.ShellCheck = o.Config, o.Prove, cmp.Or(o.ShellCheck, "off")
	options.Rules.Presets, options.Rules.Select, options.Rules.Ignore, options.Rules.AsOf = o.Presets, o.Select, o.Ignore, o.AsOf
	options.Jobs = cmp.Or(max(o.Jobs, 0), options.Jobs)
	env := &run.Env{Dir: dir}
	if o.FS != nil {
		return run.OpenFS(ctx, env, &options, o.FS, o.Paths)
	}
	paths := slices.Clone(o.Paths)
	if slices.Contains(paths, "-") {
		return nil, errors.New(`dockmend: "-" is no path`)
	}
	return run.OpenOne(ctx, env, &options, paths, nil)
}

func report(r *lint.Result) *Report {
	out := &Report{Files: r.Files, Notices: r.Notices}
	for _, d := range r.Diagnostics {
		if !d.Counts() {
			out.Ignored++
			continue
		}
		out.Findings = append(out.Findings, finding(d))
	}
	for _, p := range r.Problems {
		out.Problems = append(out.Problems, Problem(p))
	}
	for _, s := range r.Skipped {
		out.Skipped = append(out.Skipped, Skipped(s))
	}
	return out
}

func finding(d *lint.Diagnostic) Finding {
	start, end := d.Start(), d.End()
	f := Finding{
		Rule: d.Rule.ID, Variant: d.Variant, Aliases: d.Aliases(), Category: string(d.Rule.Category), Severity: Severity(d.Severity),
		File: d.Source.Path, Line: start.Line, Column: start.Column, EndLine: end.Line, EndColumn: end.Column,
		Message: d.Message, URL: d.Rule.HelpURI(), Fingerprint: d.Fingerprint,
	}
	for i, x := range d.Fixes {
		fix := Suggestion{Title: x.Title, Applicability: x.Applicability.String()}
		if i == 0 && (d.Proof.State == lint.ProofPassed || d.Proof.State == lint.ProofDemoted) {
			fix.Effect = d.Proof.Effect.Words(d.Rule.Target)
		}
		for _, e := range x.Edits {
			fix.Edits = append(fix.Edits, Edit{cmp.Or(e.File, d.Source.Path), e.Span.Start, e.Span.End, e.New})
		}
		f.Fixes = append(f.Fixes, fix)
	}
	return f
}
