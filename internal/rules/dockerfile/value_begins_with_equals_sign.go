package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// ValueBeginsWithEqualsSign reports `ENV A = b` and `LABEL a = b`, with a space before the
// equals sign.
//
// # Why it matters
//
// Docker reads this as the old form without an equals sign, in which the rest of the line
// is the value. The variable `A` has the value `= b`.
//
// # How to fix it
//
// Write the pair without spaces:
//
//	ENV A=b
//
// # Exceptions
//
// It does not report:
//
//   - `ENV A b`, the old form without an equals sign
var ValueBeginsWithEqualsSign = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "value-begins-with-equals-sign",
		Title:    "Space before the equals sign makes it part of the value",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkValueBeginsWithEqualsSign,
}

func checkValueBeginsWithEqualsSign(p *facts.Pass[*facts.Dockerfile]) {
	for _, in := range p.Doc.Instructions {
		if in.Inner != nil {
			in = in.Inner
		}
		if (in.Keyword != "env" && in.Keyword != "label") || in.Err != nil || len(in.Pairs) != 1 {
			continue
		}
		pair := in.Pairs[0]
		value, found := strings.CutPrefix(pair.Value, "=")
		if value = strings.TrimSpace(value); !found || !pair.Legacy {
			continue
		}
		f := lint.Finding{
			Span: in.ArgsSpan,
			Message: fmt.Sprintf(
				"the value of %s is %s, because there is a space before the equals sign; write %s=<value>",
				quoteShort(pair.Key),
				quoteShort(asDockerReads(p.Doc, in, pair.Value)),
				short(pair.Key),
			),
		}
		if value != "" && !strings.ContainsAny(value, "\n\r") && (!strings.ContainsAny(value, " \t") || bare(value) != value) {
			f.Fixes = unsafeFix("remove the spaces around the equals sign", lint.EffectConfig, lint.Replace(in.ArgsSpan, pair.Key+"="+value))
		}
		p.Report(f)
	}
}

// asDockerReads returns a value without the quotes that Docker removes.
func asDockerReads(d *facts.Dockerfile, in *dockerfile.Instruction, value string) string {
	if read, known := d.Expand(in, value); known {
		return read
	}
	return value
}
