package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules/pins"
)

// BaseImagePlatformMismatch finds base images that are not there for the wanted
// platform.
//
// The build fails for that platform, or it takes an image for another one, which
// runs slowly in an emulator or not at all. Take an image that is built for all
// platforms that count, or leave the platform out.
//
// What is wanted is the platform of FROM where it is constant, and for other
// stages what the option "platforms" lists.
//
// Needs --online. Silent for variants that a machine of the wanted platform runs
// as well.
var BaseImagePlatformMismatch = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "base-image-platform-mismatch",
		Title:    "The base image is not there for the wanted platform",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsRegistry,
		Aliases:  lint.Names("InvalidBaseImagePlatform", "tally/platform-mismatch"),
		Options: []lint.Option{{
			Name: "platforms", Doc: "the platforms that the image is built for, as linux/arm64", Kind: lint.ListOption,
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
				Span:    x.Image.Span,
				Message: fmt.Sprintf("%s is not there for %s, only for %s; take an image for that platform", quoteShort(x.Image.Raw), quoteShort(platform), short(strings.Join(offered, ", "))),
			})
		}
	}
}
