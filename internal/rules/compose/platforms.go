package compose

import "github.com/dockmend/dockmend/internal/facts"

// platformOf is the platform that a site asks for, empty where it asks for none or
// for several.
func platformOf(x facts.ImageSite) string {
	if len(x.Platforms) != 1 {
		return ""
	}
	return x.Platforms[0]
}
