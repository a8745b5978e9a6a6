package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
	"mvdan.cc/sh/v3/syntax"
)

// exportAsENV is the fix that makes ENV of a RUN that does nothing but export.
func exportAsENV(d *facts.Dockerfile, in *dockerfile.Instruction) []lint.Fix {
	script := in.Script()
	if isInner(in) || script == nil || script.File == nil || len(script.File.Stmts) != 1 {
		return nil
	}
	export, ok := script.File.Stmts[0].Cmd.(*syntax.DeclClause)
	if !ok || len(export.Args) == 0 {
		return nil
	}
	set := map[string]bool{}
	for _, x := range export.Args {
		if x.Name == nil || x.Value == nil {
			return nil
		}
		if !isForENV(x.Name.Value) || !isPlainValue(d, in, x.Value, set) {
			return nil
		}
		set[x.Name.Value] = true
	}
	whole := strings.TrimRight(d.Text(in.Span), " \t\r\n")
	pairs := text.Span{Start: script.SpanOf(export.Args[0]).Start, End: in.Span.Start + len(whole)}
	before := strings.ToLower(d.Text(text.Span{Start: in.Span.Start, End: pairs.Start}))
	isAll := slices.Equal(strings.Fields(before), []string{"run", "export"}) && script.SpanOf(export).End == pairs.End
	if !isAll || strings.ContainsAny(d.Text(pairs), "\n\r#\\`~*?[]!") {
		return nil // the shell reads such a word in another way than ENV
	}
	edit := lint.Replace(text.Span{Start: in.Span.Start, End: pairs.End}, "ENV "+d.Text(pairs))
	return unsafeFix("write ENV, which sets it in all later steps and in the container", lint.EffectGraph, edit)
}

// isPlainValue reports whether ENV reads a value as the shell does: all its variables are
// known to the file, and none is one that the same instruction has set before, of which ENV
// takes the value from above.
func isPlainValue(d *facts.Dockerfile, in *dockerfile.Instruction, value *syntax.Word, set map[string]bool) bool {
	plain := true
	syntax.Walk(value, func(n syntax.Node) bool {
		switch x := n.(type) {
		case *syntax.ParamExp:
			word := d.Text(in.Script().SpanOf(x))
			name := strings.Trim(word, "${}")
			_, known := d.Expand(in, word)
			isName := word == "$"+name || word == "${"+name+"}"
			known = known || name == "PATH"
			plain = plain && isName && known && !set[name]
		case *syntax.CmdSubst, *syntax.ArithmExp:
			plain = false
		}
		return plain
	})
	return plain
}

// isForENV reports whether a variable may stay in the image: it is no secret, and does not
// change how people use a shell in the container.
func isForENV(name string) bool {
	words := facts.SecretNameWords(name)
	return name != "DEBIAN_FRONTEND" && (len(words) == 0 || !facts.NamesSecret(words))
}
