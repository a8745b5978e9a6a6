package facts

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/syntax/ignorefile"
)

// MayRead reports whether a build with this ignore file may read something that a
// pattern matches, whether it is there now or is made before the build: COPY, ADD
// or a mount names it, a folder that it lies in, or something in it. A copy of all
// of the context counts only for what git does not keep, since the rest would be
// there. It is true where nobody knows which builds there are.
func (p *Project) MayRead(f *IgnoreFile, pattern *ignorefile.Pattern) bool {
	builds := p.Builds(f)
	if len(builds) == 0 {
		return true
	}
	at := literalFolder(strings.TrimPrefix(pattern.Cleaned, "!"))
	for _, d := range builds {
		sources, open := d.contextReads()
		if open {
			return true
		}
		for _, source := range sources {
			if source == "." || source == "*" {
				if p.mayBeMade(pattern) {
					return true
				}
				continue
			}
			from := literalFolder(source)
			if at == "" || from == "" || at == from || strings.HasPrefix(at, from+"/") {
				return true
			}
			if strings.HasPrefix(from, at+"/") {
				return true
			}
		}
	}
	return false
}

// mayBeMade reports whether what a pattern matches may appear in the context after
// a checkout: git ignores it, makes it itself, or nobody knows.
func (p *Project) mayBeMade(pattern *ignorefile.Pattern) bool {
	repository := p.Repository()
	name := strings.TrimPrefix(pattern.Cleaned, "!")
	if !repository.IsWhole() || !repository.patterns || pattern.Negated {
		return true
	}
	// A name in place of each wildcard: what git says of one, it says of most.
	name = strings.NewReplacer("**/", "", "/**", "", "*", "x", "?", "x").Replace(name)
	if name == "" || strings.ContainsAny(name, `[\`) {
		return true
	}
	return name == ".git" || strings.HasPrefix(name, ".git/") || IsMade(name) || repository.Ignores(name)
}

// literalFolder is the beginning of a pattern without wildcards, as whole names.
func literalFolder(pattern string) string {
	i := strings.IndexAny(pattern, `*?[\`)
	if i < 0 {
		return path.Clean(pattern)
	}
	return pattern[:max(strings.LastIndexByte(pattern[:i], '/'), 0)]
}

// contextReads lists the paths and patterns of the build context that COPY, ADD
// and mounts name, in triggers too; "." is all of it. open is set where a variable
// decides.
func (f *Dockerfile) contextReads() (sources []string, open bool) {
	for _, outer := range f.Instructions {
		in := outer
		if outer.Inner != nil {
			in = outer.Inner
		}
		switch in.Keyword {
		case "copy", "add":
			if _, from := in.Flag("from"); from || len(in.Words) < 2 {
				continue
			}
			for _, w := range in.Words[:len(in.Words)-1] {
				name, ok := contextPath(w.Text)
				switch {
				case ok:
					sources = append(sources, name)
				case strings.Contains(w.Text, "$"):
					return nil, true
				}
			}
		case "run":
			if slices.ContainsFunc(in.Flags, func(f dockerfile.Flag) bool { return f.Name == "mount" && strings.Contains(f.Value, "$") }) {
				return nil, true
			}
			sources = append(sources, bindSources(in)...)
		}
	}
	return sources, open
}
