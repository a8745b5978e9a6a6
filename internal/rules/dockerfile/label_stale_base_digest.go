package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// LabelStaleBaseDigest reports the label `org.opencontainers.image.base.digest` if it
// does not match the digest in `FROM`, or if `FROM` has no digest.
//
// # Why it matters
//
// Tools read the label to find updates and vulnerabilities of the base image. With a
// wrong digest, they look at an image that is not the base. The rule is off by default,
// because few images have the label and bots that update `FROM` usually update it too.
//
// # How to fix it
//
// Use the digest of `FROM` in the label, or remove the label.
//
// # Exceptions
//
// It does not report:
//
//   - labels and base images with a variable that has no known value
var LabelStaleBaseDigest = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "label-stale-base-digest",
		Title:    "Label does not match the digest of the base image",
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
				if in.Keyword != "label" || bare(pair.Key) != "org.opencontainers.image.base.digest" || value == "" || strings.Contains(value, "$") {
					continue
				}
				if value == base.Digest {
					continue
				}
				f := lint.Finding{
					Span:    pair.Span,
					Message: fmt.Sprintf("the label names %s as the base, but FROM uses %s, so tools look at the wrong image; use the same digest in both", quoteShort(value), quoteShort(base.Raw)),
					Related: []lint.Related{{Span: base.Span, Message: "the base image"}},
				}
				if base.Digest != "" {
					f.Fixes = []lint.Fix{{
						Title: "use the digest of FROM in the label", Applicability: lint.Unsafe, MaxEffect: lint.EffectConfig,
						Edits: []lint.FileEdit{lint.Replace(pair.ValueSpan, strings.Replace(pair.Value, value, base.Digest, 1))},
					}}
				}
				p.Report(f)
			}
		}
	}
}
