package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// ImageRegistryNotAllowed reports images in `FROM`, `COPY --from` and `RUN --mount` from
// registries that the setting `registries.trusted` does not list. An image without a
// registry in its name comes from `docker.io`. An entry can begin or end with `*`, such
// as `*.gcr.io`.
//
// # Why it matters
//
// An image from an unknown registry runs code that your team has not reviewed, in the
// build and in production. The rule only reports something if the setting is there.
//
// # How to fix it
//
// Use an image from one of the registries in the list, or add the registry to the list
// in `.dockmend.yaml`:
//
//	registries:
//	  trusted: [docker.io, "*.gcr.io"]
//
// # Exceptions
//
// It does not report:
//
//   - `scratch` and the names of stages
//   - images whose name begins with a variable that has no known value
var ImageRegistryNotAllowed = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "image-registry-not-allowed",
		Title:    "Image comes from a registry that is not allowed",
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
		if i.IsScratch() || (!i.Known && i.HasVariable() && strings.HasPrefix(i.Raw, "$")) {
			return
		}
		if facts.IsTrustedRegistry(p.Settings.TrustedRegistries, registry) {
			return
		}
		p.Report(lint.Finding{
			Span: span,
			Message: fmt.Sprintf(
				"%s comes from %s, which is not in the list of trusted registries (%s); use an image from one of them",
				quoteShort(p.Doc.Text(span)),
				registry,
				strings.Join(p.Settings.TrustedRegistries, ", "),
			),
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
