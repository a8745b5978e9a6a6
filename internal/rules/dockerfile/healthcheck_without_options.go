package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// HealthcheckWithoutOptions reports `HEALTHCHECK` instructions without `--interval` or
// without `--timeout`.
//
// # Why it matters
//
// Docker uses 30 seconds for each of them and needs three failed checks in a row. A
// server that hangs counts as healthy for minutes. The rule is off by default, because
// the defaults fit many servers.
//
// # How to fix it
//
// Set the times that fit the server:
//
//	HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 CMD curl -f http://localhost:8080/ || exit 1
//
// # Exceptions
//
// It does not report:
//
//   - `HEALTHCHECK NONE`
var HealthcheckWithoutOptions = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "healthcheck-without-options",
		Title:    "HEALTHCHECK does not set its interval or timeout",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkHealthcheckWithoutOptions,
}

func checkHealthcheckWithoutOptions(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("healthcheck", true, func(in *dockerfile.Instruction) {
		if len(in.Words) == 0 || (!strings.EqualFold(in.Words[0].Text, "cmd") && !in.JSON) {
			return
		}
		harm := map[string]string{
			"interval": "Docker checks only every 30 seconds",
			"timeout":  "a check that hangs fails only after 30 seconds",
		}
		for _, name := range []string{"interval", "timeout"} {
			if _, ok := flagOf(in, name); !ok {
				p.Report(
					lint.Finding{
						Fixes: giveTimes(in),
						Span:  in.KeywordSpan,
						Message: fmt.Sprintf(
							"HEALTHCHECK has no --%s, so %s; set it, for example to --%s=10s",
							name, harm[name], name,
						),
					},
				)
				return
			}
		}
	})
}

// giveTimes adds the options to a check that has none of them. If a person set one of
// them, the others must fit it, and a person must choose them too.
func giveTimes(in *dockerfile.Instruction) []lint.Fix {
	if len(in.Flags) > 0 || isInner(in) {
		return nil
	}
	const times = " --interval=30s --timeout=5s --start-period=10s --retries=3"
	return unsafeFix("add"+times, lint.EffectConfig, lint.Insert(in.KeywordSpan.End, times))
}
