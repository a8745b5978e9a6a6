package compose

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// eachCapability visits the capabilities that services add, by their name in
// capitals without CAP_ in front.
func eachCapability(d *facts.Compose, visit func(s *facts.ComposeService, v compose.Value, name string)) {
	for _, s := range d.All() {
		if isPrivileged(s) {
			continue // it has them all
		}
		for _, v := range s.Values("cap_add") {
			if v.Known {
				visit(s, v, strings.TrimPrefix(strings.ToUpper(v.Text), "CAP_"))
			}
		}
	}
}

// isVPN reports whether the work of a service is to set up networks, by its image or its name.
func isVPN(s *facts.ComposeService) bool {
	_, named := images.Says(s.Name, images.VPN)
	return named || s.ImageSays(images.VPN)
}

func hasUnknown(values []compose.Value) bool {
	return slices.ContainsFunc(values, func(v compose.Value) bool { return !v.Known })
}
