package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// HealthcheckWithoutOptions finds HEALTHCHECK CMD without --interval and
// --timeout, whose defaults are 30 seconds each: a container that hangs stays
// for two minutes. Also a timeout that is longer than the interval.
//
// Off by default: the defaults are right for many.
var HealthcheckWithoutOptions = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "healthcheck-without-options",
		Title:    "The health check has Docker's own times",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkHealthcheckWithoutOptions,
}

func checkHealthcheckWithoutOptions(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("healthcheck", true, func(in *dockerfile.Instruction) {
		if len(in.Words) == 0 || !strings.EqualFold(in.Words[0].Text, "cmd") && !in.JSON {
			return
		}
		for _, name := range []string{"interval", "timeout"} {
			if _, ok := flagOf(in, name); !ok {
				p.Report(lint.Finding{Fixes: giveTimes(in), Span: in.KeywordSpan, Message: fmt.Sprintf("this HEALTHCHECK has no --%s, so Docker's 30 seconds hold; say how long, as --%s=10s", name, name)})
				return
			}
		}
	})
}

// giveTimes adds the options that are not there. It is for a check that has none
// of them: beside a time that somebody chose, another needs choosing too.
func giveTimes(in *dockerfile.Instruction) []lint.Fix {
	if len(in.Flags) > 0 || isInner(in) {
		return nil
	}
	const times = " --interval=30s --timeout=5s --start-period=10s --retries=3"
	return unsafeFix("add"+times, lint.EffectConfig, lint.Insert(in.KeywordSpan.End, times))
}
