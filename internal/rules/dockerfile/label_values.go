package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// labelKind is a format of label values, and the labels that have it.
type labelKind struct {
	// format is its name in the configuration, labels.required.
	format string
	// keys are the annotations of the OCI image specification that have it.
	keys []string
	// valid reports whether a value has the format.
	valid func(string) bool
	// correct writes a value in the format where its meaning is clear; nil if it never is.
	correct func(string) (value string, ok bool)
	// want names the format, with an example.
	want string
}

// report reports each label of the format with another value. It ignores empty values and
// values with variables.
func (k labelKind) report(p *facts.Pass[*facts.Dockerfile]) {
	eachLabel(p, func(pair dockerfile.Pair, key, value string) {
		if value == "" || strings.Contains(value, "$") || !k.covers(p, key) || k.valid(value) {
			return
		}
		p.Report(lint.Finding{
			Fixes:   k.rewrite(p.Doc, pair, value),
			Span:    pair.Span,
			Message: fmt.Sprintf("label %s is %s, but tools expect %s; correct it", quoteShort(key), quoteShort(value), k.want),
		})
	})
}

func (k labelKind) covers(p *facts.Pass[*facts.Dockerfile], key string) bool {
	if format, ok := p.Settings.Labels[key]; ok {
		return format == k.format
	}
	if p.Hadolint {
		return false
	}
	for _, known := range k.keys {
		if key == known {
			return true
		}
	}
	return false
}

// eachLabel calls visit for every pair of every LABEL.
func eachLabel(p *facts.Pass[*facts.Dockerfile], visit func(pair dockerfile.Pair, key, value string)) {
	p.Doc.Each("label", true, func(in *dockerfile.Instruction) {
		for _, pair := range in.Pairs {
			visit(pair, bare(pair.Key), bare(pair.Value))
		}
	})
}

// rewrite is the fix with the corrected value.
func (k labelKind) rewrite(d *facts.Dockerfile, pair dockerfile.Pair, value string) []lint.Fix {
	if k.correct == nil {
		return nil
	}
	better, ok := k.correct(value)
	at := strings.Index(d.Text(pair.ValueSpan), value)
	if !ok || at < 0 {
		return nil
	}
	start := pair.ValueSpan.Start + at
	return unsafeFix("write "+better, lint.EffectConfig, lint.Replace(text.Span{Start: start, End: start + len(value)}, better))
}
