package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/rules/pins"
)

// pinOr is a pin of one of the ways that there are, or the reason that the
// project itself builds the image: what a registry has of it is another build.
func pinOr(p *facts.Pass[*facts.Compose], x facts.ImageSite, pin func(*facts.Pass[*facts.Compose], facts.ImageSite) pins.Pin) pins.Pin {
	if x.Refusal == "" && x.Kind != facts.ArgumentSite && pins.IsAnswered(p, x) {
		if by := p.Project.BuiltNear(p.Doc, x); by != "" {
			x.Refusal = fmt.Sprintf("%q is built in this project, see %q", shortText(x.Image.Text), by)
		}
	}
	return pin(p, x)
}

// shownSite quotes what a site names.
func shownSite(x facts.ImageSite) string {
	if x.Kind == facts.ArgumentSite {
		return fmt.Sprintf("the base of the build, %q,", shortText(x.Image.Text))
	}
	if x.IsSet {
		return fmt.Sprintf("%q, with the values of .env,", shortText(x.Image.Text))
	}
	return fmt.Sprintf("%q", shortText(x.Image.Raw))
}
