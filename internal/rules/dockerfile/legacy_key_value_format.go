package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// LegacyKeyValueFormat reports `ENV` and `LABEL` with a space between key and value,
// such as `ENV PORT 8080`.
//
// # Why it matters
//
// Docker deprecated the form. Everything after the key is the value, so a second pair on
// the line becomes a part of the first value, without an error. The rule is off by
// default, because the form works and Docker has not announced its removal.
//
// # How to fix it
//
// Write an equals sign:
//
//	ENV PORT=8080
//
// # Fix safety
//
// There is no fix where the value has both spaces and quotes or escapes.
//
// # Exceptions
//
// It does not report:
//
//   - pairs with an equals sign
var LegacyKeyValueFormat = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "legacy-key-value-format",
		Title:    "ENV or LABEL uses the deprecated space-separated form",
		Category: lint.Deprecated,
		Severity: lint.Style,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("LegacyKeyValueFormat"),
	},
	Check: checkLegacyKeyValueFormat,
}

func checkLegacyKeyValueFormat(p *facts.Pass[*facts.Dockerfile]) {
	for _, in := range p.Doc.Instructions {
		// A trigger runs only in other builds, so nothing here can prove that the fix is safe.
		applicability, effect := lint.Safe, lint.EffectNone
		if in.Inner != nil {
			in = in.Inner
			applicability, effect = lint.Unsafe, lint.EffectConfig
		}
		if (in.Keyword != "env" && in.Keyword != "label") || in.Err != nil || len(in.Pairs) != 1 {
			continue
		}
		if !in.Pairs[0].Legacy {
			continue
		}
		pair := in.Pairs[0]
		f := lint.Finding{
			Span: pair.Span,
			Message: fmt.Sprintf(
				"%s %s uses the deprecated space-separated form; write an equals sign after %s",
				strings.ToUpper(in.Keyword),
				quoteShort(p.Doc.Text(pair.Span)),
				short(pair.Key),
			),
		}
		if edits, ok := assign(p.Doc, pair); ok {
			title := "write an equals sign between key and value"
			if p.Project.ReadAsText(in.Keyword, pair.Key) {
				applicability = lint.Unsafe
				title += "; a program of the repository that searches for the space no longer finds the key"
			}
			f.Fixes = []lint.Fix{{Title: title, Applicability: applicability, MaxEffect: effect, Edits: edits}}
		}
		p.Report(f)
	}
}

// assign edits a legacy pair into key=value. In the legacy form the value is one word,
// with its spaces. Both forms resolve quotes and escapes, so ok is false for a value
// that has spaces and one of them.
func assign(d *facts.Dockerfile, pair dockerfile.Pair) (edits []lint.FileEdit, ok bool) {
	gap := text.Span{Start: pair.KeySpan.End, End: pair.ValueSpan.Start}
	if strings.Contains(d.Text(gap), "#") || strings.ContainsAny(pair.Key, `"'=`+string(d.Escape)) {
		return nil, false
	}
	blanks := strings.ContainsAny(pair.Value, " \t\v\f")
	special := strings.ContainsAny(pair.Value, `"'`+string(d.Escape))
	switch {
	case strings.ContainsAny(pair.Value, "\n\r"), blanks && special:
		return nil, false
	case blanks:
		return []lint.FileEdit{lint.Replace(gap, `="`), lint.Insert(pair.ValueSpan.End, `"`)}, true
	default:
		return []lint.FileEdit{lint.Replace(gap, "=")}, true
	}
}
