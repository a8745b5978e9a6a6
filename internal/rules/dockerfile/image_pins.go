package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/rules/pins"
)

// pinVersionOf is the pin of the image that a rule is about.
func pinVersionOf(p *facts.Pass[*facts.Dockerfile], i facts.Image) pins.Pin {
	x, ok := p.Doc.SiteOf(i)
	if !ok {
		return pins.Pin{}
	}
	return pins.Version(p, local(p, x))
}

// local refuses a site whose image comes from the project itself: what a registry
// has under that name is another one. Files are read only where there is an answer.
func local(p *facts.Pass[*facts.Dockerfile], x facts.ImageSite) facts.ImageSite {
	if x.Refusal == "" && pins.IsAnswered(p, x) {
		x.Refusal = p.Project.Local(x.Image)
	}
	return x
}

// base is what is known about the image at the root of a stage.
type base struct {
	facts.Base
	// Shell is the image's own SHELL; nil for the default, or where it is not known.
	Shell []string
	// Asked is set where a registry gave all this, not a table.
	Asked bool
}

// lookUpBase asks the registry about a stage's base, the table of images where that may
// not be, and the steps of the stage where that has none.
func lookUpBase(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) (b base, known bool) {
	image := s.Base()
	b.Base, known = facts.LookupBase(image)
	if !image.Known || image.IsScratch() || image.Text == "" {
		return b, known || provesRoot(p.Doc, s)
	}
	root := s.Chain()
	config, err := p.Registry.Config(image.Text, constantPlatform(p.Doc, root[len(root)-1]))
	if err != nil {
		return b, known || provesRoot(p.Doc, s)
	}
	b.Asked, b.Shell, b.DefaultShell = true, config.Shell, len(config.Shell) == 0
	b.User, b.Entrypoint = config.User, facts.NoEntrypoint
	if isRootUser(config.User) {
		b.User = ""
	}
	if len(config.Entrypoint) > 0 {
		b.Entrypoint = facts.SomeEntrypoint
	}
	b.HasShell = b.HasShell || !known || config.RanShell
	return b, true
}

func isRootUser(user string) bool {
	name, _, _ := strings.Cut(user, ":")
	return name == "" || name == "root" || name == "0"
}

// constantPlatform is that of the stage's FROM, empty where the build decides.
func constantPlatform(d *facts.Dockerfile, s *facts.Stage) string {
	if x, ok := d.SiteOf(s.Image); ok && len(x.Platforms) > 0 {
		return x.Platforms[0]
	}
	return ""
}
