package facts

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// GetsArguments reports whether something in the repository starts an image with
// the ENTRYPOINT of the stage and arguments for it: a CMD of the stage or of one
// that builds on it, a trigger, a service of a Compose file, a container of a
// manifest. A shell ignores them, a program does not.
func (p *Project) GetsArguments(s *Stage) bool {
	for _, x := range s.doc.Stages()[s.Index:] {
		if s.givesCommand(x) {
			return true
		}
	}
	f := s.doc
	services := p.Services(f)
	for _, service := range services {
		if service.Has("command") && !service.Has("entrypoint") {
			return true
		}
	}
	if len(services) > 0 && p.startedAgain(services) {
		return true
	}
	for _, c := range p.Containers(f) {
		if c.Get("args") != nil && c.Get("command") == nil {
			return true
		}
	}
	// Of manifests in which no image of this file is known, nobody knows what they
	// start.
	return p.known() && len(p.Containers(f)) == 0 && p.Orchestrated()
}

// startedAgain reports whether another service gives arguments to the image of one of these:
// it extends that one, is the same one in another file, or names the same image.
func (p *Project) startedAgain(built []ServiceNear) bool {
	names, images := map[string]bool{}, map[string]bool{}
	for _, service := range built {
		names[service.Name] = true
		if image := service.Get("image"); image != nil && image.Value != "" {
			images[image.Value] = true
		}
	}
	isAgain := func(s *ComposeService) bool {
		if s.Get("command") == nil || s.Get("entrypoint") != nil {
			return false
		}
		image := s.Get("image")
		return names[s.Name] || names[s.extended()] || (image != nil && images[image.Value])
	}
	for gate := range p.foldersUp(maxComposeAbove) {
		for _, near := range p.composeIn(gate) {
			if slices.ContainsFunc(near.All(), isAgain) {
				return true
			}
		}
	}
	return false
}

// extended is the name of the service that a service extends; empty for none.
func (s *ComposeService) extended() string {
	n := s.Get("extends")
	if n == nil {
		return ""
	}
	if n.Kind == yaml.Scalar {
		return n.Value
	}
	for _, pair := range n.Pairs {
		if pair.Key.Value == "service" {
			return pair.Value.Value
		}
	}
	return ""
}

// givesCommand reports whether a stage that builds on this one, or this one, has a
// CMD for its ENTRYPOINT.
func (s *Stage) givesCommand(x *Stage) bool {
	chain := x.Chain()
	at := slices.Index(chain, s)
	if at < 0 {
		return false
	}
	for _, link := range chain[:at+1] {
		for _, in := range link.Instructions {
			if in.Keyword == "cmd" || (in.Inner != nil && in.Inner.Keyword == "cmd") {
				return true
			}
		}
		if link != s && link.LastOwn("entrypoint") != nil {
			return false
		}
	}
	return false
}

// MovesFolder reports whether a stage that builds on this one works in another
// folder, from which a relative path leads elsewhere.
func (s *Stage) MovesFolder() bool {
	return slices.ContainsFunc(s.doc.Stages()[s.Index:], func(x *Stage) bool {
		return x != s && slices.Contains(x.Chain(), s) && x.LastOwn("workdir") != nil
	})
}

// maxSourcesRead is how many files of a build context are searched.
const maxSourcesRead = 3000

// MayReadShellVariables reports whether a program of the stage may read a variable
// that only a shell sets, as PWD: a file that is copied names one, or nobody knows
// what is copied.
func (p *Project) MayReadShellVariables(s *Stage) bool {
	sources, open := s.ContextSources(nil)
	if len(sources) == 0 && !open {
		return false
	}
	context, ok := p.LikelyContext(s.doc)
	if !ok {
		return true
	}
	tree := context.Tree()
	if !tree.Complete {
		return true
	}
	left := maxSourcesRead
	for _, e := range tree.Entries {
		if e.Dir || e.Ignored || setsOwnVariables(e.Base()) {
			continue
		}
		if !open && !sources.Cover(e.Path) {
			continue
		}
		if left--; left < 0 || namesShellVariable(context.Files, e.Path) {
			return true
		}
	}
	return false
}

// setsOwnVariables reports whether a file of that name is read by a shell, which
// sets these variables itself, or by nobody in the container.
func setsOwnVariables(name string) bool {
	lower := strings.ToLower(name)
	if isDockerfileName(lower) || IsComposeName(lower) || strings.HasPrefix(lower, "makefile") {
		return true
	}
	switch path.Ext(lower) {
	case ".sh", ".bash", ".md", ".rst", ".mk", ".png", ".jpg", ".gif", ".ico", ".svg", ".woff", ".woff2", ".ttf", ".lock", ".css", ".map", ".csv":
		return true
	}
	return false
}

func namesShellVariable(files lint.Context, name string) bool {
	src, err := files.ReadFile(name)
	if err != nil || bytes.HasPrefix(src, []byte("#!/bin/sh")) || bytes.HasPrefix(src, []byte("#!/bin/bash")) {
		return false
	}
	for _, variable := range []string{"PWD", "SHLVL"} {
		if bytes.Contains(src, []byte(variable)) && countWord(string(src), variable) > 0 {
			return true
		}
	}
	for _, all := range []string{"%ENV", "ENV.each", "ENV.to_h", "os.environ.items", "os.environ.keys", "dict(os.environ", "(process.env)", "System.getenv()", "os.Environ()", "printenv"} {
		if bytes.Contains(src, []byte(all)) {
			return true
		}
	}
	return false
}
