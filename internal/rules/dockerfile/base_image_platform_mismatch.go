package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules/pins"
)

// BaseImagePlatformMismatch reports base images that are not available for a platform
// that the image is built for. That is the constant platform of `FROM --platform`, or
// else each platform of the option `platforms`.
//
// # Why it matters
//
// The build fails for that platform, or it uses an image for another platform, which
// runs slowly under emulation or not at all.
//
// # How to fix it
//
// Use a base image that is built for all your platforms, or remove the platform from the
// build.
//
// # Exceptions
//
// It does not report:
//
//   - variants of a platform that its machines can run too
//   - images for which the registry lists no platforms
var BaseImagePlatformMismatch = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "base-image-platform-mismatch",
		Title:    "Base image is not available for the target platform",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsRegistry,
		Aliases:  lint.Names("InvalidBaseImagePlatform", "tally/platform-mismatch"),
		Options: []lint.Option{{
			Name: "platforms", Doc: "platforms that the image is built for, such as `linux/arm64`", Kind: lint.ListOption,
		}},
	},
	Check: checkBaseImagePlatformMismatch,
}

func checkBaseImagePlatformMismatch(p *facts.Pass[*facts.Dockerfile]) {
	for _, x := range p.Doc.ImageSites() {
		if x.Kind != facts.FromSite {
			continue
		}
		wanted := p.Options.List("platforms")
		if flag, ok := x.Stage.From.Flag("platform"); ok {
			wanted = nil
			if len(x.Platforms) > 0 {
				wanted = x.Platforms
			} else if strings.Contains(flag.Value, "TARGETPLATFORM") {
				wanted = p.Options.List("platforms")
			}
		}
		if len(wanted) == 0 {
			continue
		}
		offered, err := p.Registry.Platforms(x.Image.Text)
		if lint.IsOffline(err) {
			p.Skip(err.Error())
			return
		}
		if err != nil || len(offered) == 0 {
			continue
		}
		for _, platform := range wanted {
			if pins.Offers(offered, platform) {
				continue
			}
			p.Report(lint.Finding{
				Span: x.Image.Span,
				Message: fmt.Sprintf(
					"%s is not available for %s, only for %s; use an image that is built for that platform",
					quoteShort(x.Image.Raw),
					quoteShort(platform),
					short(strings.Join(offered, ", ")),
				),
			})
		}
	}
}
