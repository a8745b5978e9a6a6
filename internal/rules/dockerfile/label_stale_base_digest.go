package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// LabelStaleBaseDigest finds the label org.opencontainers.image.base.digest with
// another digest than FROM has, or where FROM has none: tools that read it look
// at a base that the image is not built on.
//
// Silent for variables. Off by default: few images have the label, and the bots
// that update FROM keep it in step.
var LabelStaleBaseDigest = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "label-stale-base-digest",
		Title:    "The label of the base image names another one",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Aliases:  lint.Names("tally/labels/no-stale-base-digest"),
	},
	Check: checkLabelStaleBaseDigest,
}

func checkLabelStaleBaseDigest(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		base := s.Base()
		if !base.Known {
			continue
		}
		for _, in := range s.Instructions {
			for _, pair := range in.Pairs {
				value := bare(pair.Value)
				if in.Keyword != "label" || bare(pair.Key) != "org.opencontainers.image.base.digest" || value == "" || strings.Contains(value, "$") || value == base.Digest {
					continue
				}
				f := lint.Finding{
					Span:    pair.Span,
					Message: fmt.Sprintf("the label says that the base is %s, and FROM says %s; make them agree", quoteShort(value), quoteShort(base.Raw)),
					Related: []lint.Related{{Span: base.Span, Message: "the base image"}},
				}
				if base.Digest != "" {
					f.Fixes = []lint.Fix{{
						Title: "copy the digest of FROM", Applicability: lint.Unsafe, MaxEffect: lint.EffectConfig,
						Edits: []lint.FileEdit{lint.Replace(pair.ValueSpan, strings.Replace(pair.Value, value, base.Digest, 1))},
					}}
				}
				p.Report(f)
			}
		}
	}
}
