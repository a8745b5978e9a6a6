package compose

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

func hasDefaultName(d *facts.Compose) bool {
	return slices.Contains(facts.DefaultComposeNames, path.Base(d.Name))
}

// siblings lists the other Compose files of the folder: with -f, or by itself,
// Compose may merge any of them with this one. known is false where the folder
// cannot be looked at.
func siblings(p *facts.Pass[*facts.Compose]) (names []string, known bool) {
	if !p.Files.Known() {
		return nil, false
	}
	all, err := p.Files.List(".")
	if err != nil {
		return nil, false
	}
	for _, name := range all {
		if facts.IsComposeName(name) && name != path.Base(p.Doc.Name) {
			names = append(names, name)
		}
	}
	return names, true
}

// standsAlone reports whether all of the project is in this file, as far as can be
// seen: it is no fragment, and no other Compose file is next to it.
func standsAlone(p *facts.Pass[*facts.Compose]) bool {
	names, known := siblings(p)
	return known && len(names) == 0 && !p.Doc.IsFragment(p.Doc.Name) && !isJoined(p)
}

// isJoined reports whether the repository loads this file together with others, or has
// a sample of a file that is to complete it.
func isJoined(p *facts.Pass[*facts.Compose]) bool {
	return len(p.Project.ComposeSamples()) > 0 || len(p.Project.Loads(p.Doc)) > 0
}

// declaredBeside reports whether another Compose file of the folder, or one that is to be
// copied into it, declares a name in a section of the top level.
func declaredBeside(p *facts.Pass[*facts.Compose], section, name string) bool {
	declares := func(c *facts.Compose) bool {
		return slices.ContainsFunc(c.Resources(section), func(r compose.Resource) bool { return r.Name == name })
	}
	return slices.ContainsFunc(p.Project.ComposeFiles(p.Doc), func(near *facts.ComposeNear) bool { return declares(near.Compose) }) ||
		slices.ContainsFunc(p.Project.ComposeSamples(), declares)
}

// hasLooseEnds reports whether another file may have what this one refers to and
// lacks: it is a fragment by itself, a file that is given with -f, alone or after
// others, one that a folder above includes or completes, one that something in the
// repository loads with others, or one whose build contexts are not where they would be.
func hasLooseEnds(p *facts.Pass[*facts.Compose]) bool {
	d := p.Doc
	if d.IsFragment(d.Name) || !hasDefaultName(d) {
		return true
	}
	if strings.Contains(d.Name, "/") && d.Section("networks") == nil && len(d.Undefined("networks")) > 0 {
		return true
	}
	return p.Files.Known() && (lacksContext(p) || namedAbove(p) || len(p.Project.Loads(d)) > 0)
}

// lacksContext reports whether a service is built from a folder that is not there:
// the paths are another folder's then.
func lacksContext(p *facts.Pass[*facts.Compose]) bool {
	for _, s := range p.Doc.All() {
		b, ok := s.Build()
		if !ok || b.IsRemote() || !b.Context.Exists() || !b.Context.Known {
			continue
		}
		if path.IsAbs(b.Context.Text) || strings.HasPrefix(path.Clean(b.Context.Text), "..") {
			continue
		}
		if _, there := p.Files.Exists(path.Clean(b.Context.Text)); !there {
			return true
		}
	}
	return false
}

// maxFoldersAbove is how far up a Compose file that names this one is looked for.
const maxFoldersAbove = 3

// namedAbove reports whether a Compose file of a folder above names this file, or has
// a service of the same name, which this one then completes.
func namedAbove(p *facts.Pass[*facts.Compose]) bool {
	parts := strings.Split(p.Doc.Name, "/")
	for up := 1; up <= min(maxFoldersAbove, len(parts)-1); up++ {
		folder, err := p.Files.In(strings.Repeat("../", up), "")
		if err != nil {
			return false
		}
		below := strings.Join(parts[len(parts)-1-up:], "/")
		for _, name := range facts.DefaultComposeNames {
			above, _, err := lint.Shared(folder, name, facts.ParseCompose)
			if err != nil {
				continue
			}
			if strings.Contains(string(above.Src), below) {
				return true
			}
			for _, s := range p.Doc.Services {
				if above.Service(s.Name) != nil {
					return true
				}
			}
		}
	}
	return false
}

// swarmKeys are the keys of deploy that only a swarm reads.
func swarmKeys() []string {
	return []string{"placement", "update_config", "rollback_config", "endpoint_mode"}
}

// isForSwarm reports whether a file is for docker stack deploy, by its name or by keys
// that nothing else reads.
func isForSwarm(d *facts.Compose) bool {
	if slices.Contains(nameParts(d.Name), "stack") || slices.Contains(nameParts(d.Name), "swarm") {
		return true
	}
	return slices.ContainsFunc(d.All(), func(s *facts.ComposeService) bool {
		deploy := s.Get("deploy")
		return slices.ContainsFunc(swarmKeys(), func(key string) bool { return isSet(d.View.Pair(deploy, key)) })
	})
}
