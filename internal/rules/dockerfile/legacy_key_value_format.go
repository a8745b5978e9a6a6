package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// LegacyKeyValueFormat finds ENV and LABEL with a blank between key and value.
//
// The form is deprecated. Everything behind the key is the value, so a second
// pair on the line silently becomes a part of the first.
//
// Silent for the form with an equals sign. The fix is unsafe where a program of the
// repository looks for the keyword or the key in text: it may expect the blank.
//
// Off by default: it works, and nothing has been said of its end.
var LegacyKeyValueFormat = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "legacy-key-value-format",
		Title:    "A blank between key and value is the deprecated form",
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
		// What a trigger does is seen in other builds only, so no proof holds it.
		applicability, effect := lint.Safe, lint.EffectNone
		if in.Inner != nil {
			in = in.Inner
			applicability, effect = lint.Unsafe, lint.EffectConfig
		}
		if in.Keyword != "env" && in.Keyword != "label" || in.Err != nil || len(in.Pairs) != 1 || !in.Pairs[0].Legacy {
			continue
		}
		pair := in.Pairs[0]
		f := lint.Finding{
			Span:    pair.Span,
			Message: fmt.Sprintf("%s %s uses the deprecated form with a blank; write %s=", strings.ToUpper(in.Keyword), quoteShort(p.Doc.Text(pair.Span)), short(pair.Key)),
		}
		if edits, ok := assign(p.Doc, pair); ok {
			if p.Project.ReadAsText(in.Keyword, pair.Key) {
				applicability = lint.Unsafe // what looks for the value behind a blank would find none
			}
			f.Fixes = []lint.Fix{{Title: "join key and value with an equals sign", Applicability: applicability, MaxEffect: effect, Edits: edits}}
		}
		p.Report(f)
	}
}

// assign edits a legacy pair into key=value. In the legacy form the value is
// one word, blanks included; quotes and escapes are resolved in both forms, so a
// value that has both blanks and quotes or escapes is left to people.
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
