package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// EolBaseImage finds base images of a distribution, a language or a database whose
// support has ended: faults that are found are not mended.
//
// The table is that of this version of dockmend; a release that ends later is
// found by a later version.
//
// With --online, images whose tag has no version are judged by the version that
// their config tells.
//
// Silent for tags without a version, offline.
var EolBaseImage = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "eol-base-image",
		Title:    "The base image gets no fixes any more",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("CIS-4.4", "CIS-DI-0004", "tally/ruby/eol-ruby-version"),
	},
	Check: checkEolBaseImage,
}

func checkEolBaseImage(p *lint.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		i := s.Image
		if s.Parent != nil || !i.Known || !s.ReachesFinal() {
			continue
		}
		if r, ok := facts.SupportEnded(p.Registry, i, constantPlatform(p.Doc, s)); ok {
			p.Report(lint.Finding{Span: i.Span, Message: fmt.Sprintf("%s is %s, whose support ended in %s, so faults that are found stay; move to a release that gets fixes", quoteShort(i.Raw), r.What, r.Month)})
		}
	}
}
