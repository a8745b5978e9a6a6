package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// UndefinedVariable finds variables that nothing defines, in instructions in
// which the builder expands them.
//
// The builder puts nothing in their place and says no word, so a path or a
// name becomes another one.
//
// A base image may define variables too. So for a base other than scratch the
// rule speaks only where the name is a slip of the keys away from one that is
// defined.
//
// Silent for commands in shell form, for "${x:-y}" and "${x:+y}", and for the
// builder's own names.
var UndefinedVariable = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "undefined-variable",
		Title:    "A variable is used that nothing defines",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("UndefinedVar"),
	},
	Check: checkUndefinedVariable,
}

func checkUndefinedVariable(p *lint.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		for _, in := range s.Instructions {
			if in.Err == nil {
				checkVariables(p, s, in)
			}
		}
	}
}

// checkVariables looks at the places that the builder expands.
func checkVariables(p *lint.Pass[*facts.Dockerfile], s *facts.Stage, in *dockerfile.Instruction) {
	scope := p.Doc.ScopeAt(in)
	eachExpansion(p.Doc, in, func(at text.Span, use facts.VariableUse, own string) {
		if _, ok := scope.Lookup(use.Name); ok || use.HasDefault || use.Name == own || facts.IsPlatformArgument(use.Name) || facts.IsPredefinedArgument(use.Name) || isShellName(use.Name) || declaredGlobally(p.Doc, use.Name) {
			return
		}
		near, found := nearestVariable(use.Name, scope.Names(nearest.Most))
		if !found && !s.Base().IsScratch() {
			return
		}
		f := lint.Finding{Span: at}
		if found {
			f.Message = fmt.Sprintf("%q is defined nowhere, so nothing stands in its place; write %s", short(p.Doc.Text(at)), near)
			f.Fixes = []lint.Fix{{
				Title: "write " + near, Applicability: lint.Unsafe, MaxEffect: lint.EffectUnknown,
				Edits: []lint.FileEdit{lint.Replace(at, strings.Replace(p.Doc.Text(at), use.Name, near, 1))},
			}}
		} else {
			f.Message = fmt.Sprintf("%q is defined nowhere, so nothing stands in its place; declare it with ARG or ENV in this stage", short(p.Doc.Text(at)))
		}
		p.Report(f)
	})
}

// eachExpansion calls visit for each variable in the places that the builder
// expands (Dockerfile reference, "Environment replacement"), with its place in
// the file; own is the variable that its value defines, which may refer to a
// value that it had before.
func eachExpansion(d *facts.Dockerfile, in *dockerfile.Instruction, visit func(at text.Span, use facts.VariableUse, own string)) {
	switch in.Keyword {
	case "add", "copy", "env", "expose", "label", "stopsignal", "user", "volume", "workdir", "arg":
	default:
		return
	}
	look := func(span text.Span, own string) {
		word := d.Text(span)
		if strings.IndexByte(word, '$') < 0 || strings.ContainsAny(word, "\n") {
			return
		}
		for _, use := range facts.VariableUses(word, d.Escape) {
			visit(text.Span{Start: span.Start + use.Start, End: span.Start + use.End}, use, own)
		}
	}
	for _, f := range in.Flags {
		look(f.ValueSpan, "")
	}
	switch {
	case len(in.Pairs) > 0:
		for _, pair := range in.Pairs {
			look(pair.ValueSpan, pair.Key)
		}
	case len(in.Heredocs) == 0:
		look(in.ArgsSpan, "")
	}
}

// isShellName tells whether every image has the variable, or the run time sets it.
func isShellName(name string) bool {
	switch name {
	case "PATH", "HOME", "HOSTNAME", "TERM", "USER", "PWD", "SHELL", "LANG", "TZ":
		return true
	}
	return false
}

// nearestVariable finds the defined name that was meant. Names that differ in
// digits alone or begin with another letter are different on purpose: JAVA_11
// and JAVA_17, HOME and UHOME.
func nearestVariable(name string, defined []string) (string, bool) {
	const shortest = 4
	if len(name) < shortest {
		return "", false
	}
	defined = slices.DeleteFunc(defined, func(n string) bool { return n == "" || n[0] != name[0] || strings.ContainsAny(n, "\"'$") })
	slices.Sort(defined)
	near, ok := nearest.Name(name, slices.Compact(defined))
	if !ok || withoutDigits(near) == withoutDigits(name) || len(near) < shortest {
		return "", false
	}
	// A plural or a further word is no slip: PACKAGE and PACKAGES.
	if strings.TrimSuffix(near, "S") == name || strings.TrimSuffix(name, "S") == near {
		return "", false
	}
	return near, true
}

func withoutDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, s)
}
