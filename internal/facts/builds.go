package facts

import (
	"maps"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// Build is one way in which the repository builds a Dockerfile.
type Build struct {
	// Target is empty for the last stage.
	Target string
	// Args are the build arguments whose values are known, by name; Unknown names
	// those that get a value which is not.
	Args    map[string]string
	Unknown []string
}

// BuildsOf lists how the Dockerfile is built: with the defaults of its arguments,
// and as the Compose files around it say. Arguments that the file does not
// declare are left out, and builds that do not differ are listed once.
func (p *Project) BuildsOf(f *Dockerfile) []Build {
	builds := []Build{{}}
	declared, known := f.ArgumentNames()
	if !known {
		return builds
	}
	for _, s := range p.Services(f) {
		section, ok := s.ComposeService.Build()
		if !ok || strings.Contains(section.Target.Raw, "$") {
			continue
		}
		b := Build{Target: section.Target.Text, Args: map[string]string{}}
		for _, arg := range section.Args {
			switch {
			case !declared[arg.Key]:
			case arg.Value.Exists() && arg.Value.Known:
				b.Args[arg.Key] = arg.Value.Text
			default:
				b.Unknown = append(b.Unknown, arg.Key)
			}
		}
		if !containsBuild(builds, b) {
			builds = append(builds, b)
		}
	}
	return builds
}

func containsBuild(builds []Build, b Build) bool {
	return slices.ContainsFunc(builds, func(x Build) bool { return x.Target == b.Target && x.SameArguments(b) })
}

// SameArguments reports whether two builds pass the same values.
func (b Build) SameArguments(o Build) bool {
	return maps.Equal(b.Args, o.Args) && slices.Equal(b.Unknown, o.Unknown)
}

// PassesArgument reports whether a build of the repository gives an argument a
// value: a service, or what a Makefile, a script, a workflow, a bake file or a
// document around the file mentions.
func (p *Project) PassesArgument(f *Dockerfile, name string) bool {
	for _, b := range p.BuildsOf(f) {
		if _, ok := b.Args[name]; ok || slices.Contains(b.Unknown, name) {
			return true
		}
	}
	return p.recipeHolds(func(t *buildText) bool { return strings.Contains(t.src, name) && strings.Contains(t.src, "build") })
}

// NamesArgument is PassesArgument over all of the repository: it reports too whether any
// file in it that builds images names the argument.
func (p *Project) NamesArgument(f *Dockerfile, name string) bool {
	return p.PassesArgument(f, name) || (p.known() && p.repositoryTexts().arguments.get(name, func() bool {
		return p.findText(func(t *buildText) bool { return countWord(t.src, name) > 0 && strings.Contains(t.src, "build") }) != ""
	}))
}

// UsedBy lists the variables that an instruction uses, in flags, words and
// here-documents, and those that their values are made of.
func (f *Dockerfile) UsedBy(in *dockerfile.Instruction) (names []string) {
	var add func(word string, scope Scope, depth int)
	add = func(word string, scope Scope, depth int) {
		if depth > maxUseDepth || strings.IndexByte(word, '$') < 0 {
			return
		}
		for _, use := range VariableUses(word, f.Escape) {
			if slices.Contains(names, use.Name) {
				continue
			}
			names = append(names, use.Name)
			if v, ok := scope.Lookup(use.Name); ok && v.Instruction != nil {
				add(v.Pair.Value, f.ScopeAt(v.Instruction), depth+1)
			}
		}
	}
	add(f.Text(in.Head), f.ScopeAt(in), 0)
	for _, h := range in.Heredocs {
		if h.Expand && in.Keyword != "run" {
			for _, use := range HeredocUses(f.Text(h.Body)) {
				if !slices.Contains(names, use.Name) {
					names = append(names, use.Name)
				}
			}
		}
	}
	return names
}

// maxUseDepth is how far the values of variables are followed.
const maxUseDepth = 20

// HasPlaceholder reports whether an instruction holds text that somebody is
// meant to replace before anything is built.
func (f *Dockerfile) HasPlaceholder(in *dockerfile.Instruction) bool {
	words := f.Text(in.Head)
	if in.Keyword == "run" {
		words = f.Text(text.Span{Start: in.Head.Start, End: in.ArgsSpan.Start}) // the flags
	}
	for _, mark := range []string{"{{", "{%", "<%", "%%", "__", "${templateOption:", "$(", "<", "REPLACE", "CHANGE", "YOUR", "TODO", "PLACEHOLDER", "XXX"} {
		if strings.Contains(words, mark) && (in.Keyword == "from" || (len(mark) > 2 && mark[0] != '_')) {
			return true
		}
	}
	return false
}

// Reach adds the stage and those that it is made of.
func (s *Stage) Reach(reached map[*Stage]bool) {
	if reached[s] {
		return
	}
	reached[s] = true
	if s.Parent != nil {
		s.Parent.Reach(reached)
	}
	for _, r := range s.References() {
		if r.Stage != nil {
			r.Stage.Reach(reached)
		}
	}
}
