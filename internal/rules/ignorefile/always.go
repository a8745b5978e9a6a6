package ignorefile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// always returns the option of rules about names that belong in every ignore file.
func always() []lint.Option {
	return []lint.Option{{
		Name: "always", Doc: "also report, as info, that no pattern excludes the name where no COPY copies it", Kind: lint.BoolOption,
		Presets: map[string]lint.OptionValue{"cloud-native": {Bool: true}},
	}}
}

// reportSent reports a name that the context has or may have and that no pattern excludes,
// if the option is set.
func reportSent(p *facts.Pass[*facts.IgnoreFile], variant, name, why string) {
	if !p.Options.Bool("always") || p.Doc.IsAllowList() || !p.Doc.Sent(name) {
		return
	}
	fix := appendLines(p, name)
	fix.Applicability = lint.Unsafe // a COPY that is not known here may need it
	p.Report(lint.Finding{
		Span: place(p.Doc), Variant: variant, Severity: lint.Info,
		Message: fmt.Sprintf("no pattern excludes %q, %s; add it, so that a later COPY cannot copy it", name, why),
		Fixes:   []lint.Fix{fix},
	})
}
