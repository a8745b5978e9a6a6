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

// UndefinedVariable reports variables that nothing defines, in instructions in which the
// builder expands variables. Platform arguments such as `TARGETARCH` are checked in `RUN`
// too.
//
// # Why it matters
//
// The builder replaces the variable with an empty string and reports no error, so a
// path or a name becomes another one. Common causes:
//
//   - `TARGETARCH` and the other platform arguments exist in a stage only after `ARG
//     TARGETARCH`.
//   - `HOME`, `USER` and `PWD` are set when a container runs, not in `ENV`, `COPY` or
//     `WORKDIR`.
//   - `ENV X=$X` does not give `X` a value.
//   - The builder expands the text of a here-document of `COPY` or `ADD`, so a script
//     loses its `$1` and an nginx configuration its `$host`.
//
// # How to fix it
//
// Declare the variable in the stage, or write its value:
//
//	ARG TARGETARCH
//	COPY bin/app-$TARGETARCH /app
//
// Quote the name of a here-document whose text must not change:
//
//	COPY <<"EOF" /start.sh
//
// # Exceptions
//
// It does not report:
//
//   - commands in shell form, except for platform arguments
//   - variables with a default or an alternative: `${x:-y}`, `${x:+y}`
//   - a value that extends the variable that it sets, such as `LIB=/lib:$LIB`
//   - variables that the base image may define
//
// Where the variables of the base image are not known, it reports only platform
// arguments, `ENV X=$X`, names that differ in a letter from a defined one, and in
// here-documents parameters such as `$1` and names in lower case.
var UndefinedVariable = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "undefined-variable",
		Title:    "Variable is used but not defined",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("UndefinedVar"),
	},
	Check: checkUndefinedVariable,
}

func checkUndefinedVariable(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		missing := map[string]bool{} // platform arguments that were reported
		for _, in := range s.Instructions {
			if in.Err != nil {
				continue
			}
			checkVariables(p, s, in, missing)
			checkHeredocs(p, s, in)
			if in.Keyword != "run" {
				continue
			}
			for _, use := range p.Doc.UnsetUses(in) {
				if facts.IsPlatformArgument(use.Name) && lacks(p.Doc, in, use.Name) {
					reportPlatformArgument(p, s, use.Span, use.Name, missing)
				}
			}
		}
	}
}

// checkVariables checks the places that the builder expands.
func checkVariables(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, in *dockerfile.Instruction, missing map[string]bool) {
	eachExpansion(p.Doc, in, func(at text.Span, use facts.VariableUse, own string) {
		if use.HasDefault || use.Name == own || !lacks(p.Doc, in, use.Name) {
			return
		}
		if facts.IsPlatformArgument(use.Name) {
			reportPlatformArgument(p, s, at, use.Name, missing)
			return
		}
		word, quoted := p.Doc.Text(at), quoteShort(p.Doc.Text(at))
		near, found := nearestVariable(use.Name, p.Doc.ScopeAt(in).Names(nearest.Most))
		found = found && !namesBoth(p.Doc, in, near)
		if in.Keyword == "env" && slices.ContainsFunc(in.Pairs, func(pair dockerfile.Pair) bool { return pair.Key == use.Name }) &&
			!setsItself(p.Doc, in, at, use.Name) {
			return // env-self-reference reports it
		}
		sets, known := s.Base().BaseSets(use.Name)
		switch {
		case isShellName(use.Name) && (!known || sets):
		case found:
			p.Report(lint.Finding{
				Span: at, Message: fmt.Sprintf("%s is not defined, so it is empty; write %s", quoted, near),
				Fixes: []lint.Fix{{
					Title: "write " + near, Applicability: lint.Unsafe, MaxEffect: lint.EffectUnknown,
					Edits: []lint.FileEdit{lint.Replace(at, strings.Replace(word, use.Name, near, 1))},
				}},
			})
		case known && sets:
		case known && isShellName(use.Name):
			p.Report(lint.Finding{Span: at, Message: fmt.Sprintf("%s is not set during the build, so it is empty; write the value", quoted)})
		case known:
			p.Report(lint.Finding{Span: at, Message: fmt.Sprintf("%s is not defined, so it is empty; declare it with ARG or ENV in this stage", quoted)})
		case setsItself(p.Doc, in, at, use.Name):
			message := fmt.Sprintf("%s is set to itself, but no ARG in this stage gives it a value, so it is empty; add ARG %s above", use.Name, use.Name)
			p.Report(lint.Finding{Span: at, Message: message})
		}
	})
}

// reportPlatformArgument reports the first use of an argument in a stage.
func reportPlatformArgument(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, at text.Span, name string, missing map[string]bool) {
	if missing[name] {
		return
	}
	missing[name] = true
	p.Report(lint.Finding{
		Span:    at,
		Message: fmt.Sprintf("%s is empty, because this stage does not declare the platform argument; add ARG %s to this stage", quoteShort(p.Doc.Text(at)), name),
		Fixes:   []lint.Fix{declareInStage(p.Doc, s, at.Start, name)},
	})
}

// setsItself reports whether a use is the whole value of the same variable.
func setsItself(d *facts.Dockerfile, in *dockerfile.Instruction, at text.Span, name string) bool {
	if in.Keyword != "env" {
		return false
	}
	for _, pair := range in.Pairs {
		if pair.Key == name && pair.ValueSpan.Start <= at.Start && at.End <= pair.ValueSpan.End {
			return isOnly(d.Text(pair.ValueSpan), name)
		}
	}
	return false
}

// namesBoth reports whether an instruction names a variable too, so that another one in it,
// of nearly that name, is most likely no mistake for it.
func namesBoth(d *facts.Dockerfile, in *dockerfile.Instruction, name string) bool {
	found := false
	eachExpansion(d, in, func(_ text.Span, use facts.VariableUse, _ string) { found = found || use.Name == name })
	return found
}
