package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// declareInStage is the fix that declares an argument at the top of a stage, below the
// ARGs that stand there already, and above its use.
func declareInStage(d *facts.Dockerfile, s *facts.Stage, use int, name string) lint.Fix {
	last := s.From
	for _, in := range s.Instructions {
		isNext := d.Lines.Position(in.Span.Start).Line == d.Lines.Position(last.Head.End).Line+1
		if in.Keyword != "arg" || !isNext || in.Head.End > use {
			break
		}
		last = in
	}
	return lint.Fix{
		Title: "declare ARG " + name + " in the stage", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph,
		Edits: []lint.FileEdit{lint.Insert(last.Head.End, d.Newline()+sameCase("ARG", d.Text(s.From.KeywordSpan))+" "+name)},
	}
}

// declaredGlobally reports whether an ARG above the first FROM has the name.
func declaredGlobally(d *facts.Dockerfile, name string) bool {
	for _, in := range d.Global() {
		for _, pair := range in.Pairs {
			if in.Keyword == "arg" && pair.Key == name {
				return true
			}
		}
	}
	return false
}

// lacks reports whether no ARG or ENV gives an instruction a variable.
func lacks(d *facts.Dockerfile, in *dockerfile.Instruction, name string) bool {
	_, ok := d.ScopeAt(in).Lookup(name)
	return !ok && !facts.IsPredefinedArgument(name) && !declaredGlobally(d, name)
}

// eachExpansion calls visit for each variable in the places that the builder
// expands (Dockerfile reference, "Environment replacement"), with its place in
// the file; own is the variable whose value the text extends, and which may have
// had a value before.
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
		if f.Name != "from" { // never expanded: the build stops
			look(f.ValueSpan, "")
		}
	}
	switch {
	case len(in.Pairs) > 0:
		for _, pair := range in.Pairs {
			own := pair.Key
			if in.Keyword == "label" || (in.Keyword == "env" && isOnly(pair.Value, pair.Key)) {
				own = ""
			}
			look(pair.ValueSpan, own)
		}
	case len(in.Heredocs) == 0:
		look(in.ArgsSpan, "")
	}
}

// isOnly reports whether a value is a variable and nothing else.
func isOnly(value, name string) bool {
	bare := strings.Trim(value, `"`)
	return bare == "$"+name || bare == "${"+name+"}"
}

// isShellName reports whether a container has the variable when it runs.
func isShellName(name string) bool {
	switch name {
	case "PATH", "HOME", "HOSTNAME", "TERM", "USER", "PWD", "SHELL", "LANG", "TZ":
		return true
	}
	return false
}

// nearestVariable finds the defined name that was meant. Names that differ only in
// digits or begin with another letter are different on purpose: JAVA_11 and JAVA_17,
// HOME and UHOME.
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
