package facts

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// Sources are paths and patterns of the build context; "." is all of it.
type Sources []string

// Cover reports whether a path of the context is among the sources.
func (s Sources) Cover(name string) bool {
	for _, source := range s {
		if source == "." || source == "*" || source == name || strings.HasPrefix(name, source+"/") {
			return true
		}
		if fits, err := path.Match(source, name); err == nil && fits {
			return true
		}
	}
	return false
}

// ContextSources lists what the stage, with those that it builds on, copies from
// the build context, or mounts, up to an instruction; nil stands for the end.
// open is set where something else may bring files of the project: a variable, an
// address, a here-document, another stage.
func (s *Stage) ContextSources(last *dockerfile.Instruction) (sources Sources, open bool) {
	known := map[*dockerfile.Instruction]int{}
	for _, c := range s.doc.ContextCopies() {
		known[c.Instruction]++
		if (last == nil || c.Instruction.Index() <= last.Index()) && s.BuildsOn(c.Stage) {
			sources = append(sources, c.Path)
		}
	}
	for _, x := range s.Chain() {
		for _, r := range x.References() {
			open = open || (r.Stage != nil && r.Instruction.Keyword == "copy" && (last == nil || r.Instruction.Index() <= last.Index()))
		}
		for _, in := range x.Instructions {
			if last != nil && in.Index() > last.Index() {
				break
			}
			switch _, from := in.Flag("from"); in.Keyword {
			case "copy", "add":
				open = open || (!from && known[in] < len(in.Words)-1) || len(in.Heredocs) > 0
			case "run":
				sources = append(sources, bindSources(in)...)
			}
		}
	}
	return sources, open
}

// bindSources are what a RUN mounts from the build context.
func bindSources(in *dockerfile.Instruction) Sources {
	var sources Sources
	for _, m := range Mounts(in) {
		if name, ok := BoundSource(m); ok {
			sources = append(sources, name)
		}
	}
	return sources
}

// BoundSource is the path in the build context that a mount shows, cleaned; "." is all
// of it. ok is false for a mount of anything else, and for a path with a variable.
func BoundSource(m Mount) (name string, ok bool) {
	if _, _, from := MountOption(m.Flag, "from"); m.Type != "bind" || from {
		return "", false
	}
	source, _, ok := MountOption(m.Flag, "source")
	if !ok {
		source, _, _ = MountOption(m.Flag, "src")
	}
	return contextPath(path.Join(".", source))
}

// BuildsOn reports whether the stage is another one, or builds on it.
func (s *Stage) BuildsOn(other *Stage) bool {
	for _, x := range s.Chain() {
		if x == other {
			return true
		}
	}
	return false
}
