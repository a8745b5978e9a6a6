package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// ImageRegistryNotAllowed finds images of registries that the configuration
// does not trust (registries.trusted), in FROM, COPY --from and RUN --mount.
//
// A name without a registry is one of docker.io. A star at either end of an
// entry stands for anything.
var ImageRegistryNotAllowed = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "image-registry-not-allowed",
		Title:    "The registry is not on the list",
		Category: lint.Security,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Needs:    lint.NeedsSettings,
		Requires: []string{"registries.trusted"},
		Aliases: append(
			[]lint.Alias{{Name: "DL3026", Severity: lint.Error}},
			lint.Names("CIS-4.2", "CIS-DI-0002", "DF065")...,
		),
	},
	Check: checkImageRegistryNotAllowed,
}

func checkImageRegistryNotAllowed(p *facts.Pass[*facts.Dockerfile]) {
	if len(p.Settings.TrustedRegistries) == 0 {
		return
	}
	judge := func(i facts.Image, span text.Span) {
		registry := i.Registry
		if registry == "" {
			registry = "docker.io"
		}
		if i.IsScratch() || !i.Known && i.HasVariable() && strings.HasPrefix(i.Raw, "$") || facts.IsTrustedRegistry(p.Settings.TrustedRegistries, registry) {
			return
		}
		p.Report(lint.Finding{
			Span:    span,
			Message: fmt.Sprintf("%s comes from %s, which is not one of the trusted registries (%s); use an image of these", quoteShort(p.Doc.Text(span)), registry, strings.Join(p.Settings.TrustedRegistries, ", ")),
		})
	}
	for _, s := range p.Doc.Stages() {
		if s.Parent == nil {
			judge(s.Image, s.Image.Span)
		}
		for _, r := range s.References() {
			if r.Stage == nil {
				judge(facts.ParseImage(r.Text), r.Span)
			}
		}
	}
	for _, in := range p.Doc.Global() {
		for _, f := range in.Flags {
			if from, span, ok := facts.MountOption(f, "from"); f.Name == "mount" && ok {
				judge(facts.ParseImage(from), span)
			}
		}
	}
}
