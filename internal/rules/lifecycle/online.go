package lifecycle

import (
	"strings"
	"time"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
)

// Told is the version that a registry tells of an image whose tag has none; empty
// for tags with a version, for products without releases, and offline.
func Told(registry lint.Registry, i facts.Image, platform string) string {
	name := images.Canonical(i.Name())
	if _, named := images.ReleaseOf(name, i.Tag); named || !images.HasReleases(name) {
		return ""
	}
	config, err := registry.Config(i.Text, platform)
	if err != nil {
		return ""
	}
	variable := strings.ToUpper(name) + "_VERSION"
	if name == "postgres" {
		variable = "PG_VERSION"
	}
	if version, ok := config.Variable(variable); ok {
		return strings.TrimPrefix(version, "1:") // the epoch of Debian's packages
	}
	return config.Labels["org.opencontainers.image.version"]
}

// YearsOfLatest is the age, on a day, of an image that is named by no version, by its
// own word; 0 where it says nothing, offline, and where Moved speaks of it.
func YearsOfLatest(registry lint.Registry, i facts.Image, platform string, on images.Date) int {
	if i.Digest != "" || (i.Tag != "" && i.Tag != "latest") {
		return 0
	}
	if _, moved := Moved(i, on); moved {
		return 0
	}
	config, err := registry.Config(i.Text, platform)
	if err != nil {
		return 0
	}
	days, ok := images.Date(config.Created.UTC().Format(time.DateOnly)).Days(on)
	if config.Created.IsZero() || !ok || days < 0 { // the image's clock was wrong
		return 0
	}
	const year = 365.25
	return int(float64(days) / year)
}
