package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// packageCache describes where a package manager leaves files that the image does not
// need.
type packageCache struct {
	managers []string
	// installs are the actions that fill the cache.
	installs []string
	// cleans reports whether a later call empties it.
	cleans func(install, later facts.PackageCommand) bool
	// silent reports whether a whole file has no findings, except in hadolint's mode; it may
	// be nil.
	silent func(*facts.Dockerfile) bool
	// off are the flags with which a call keeps nothing.
	off []string
	// dirs are where the cache is; to remove one of them, or to mount there, is enough.
	dirs []string
	// variables name the folder in their place.
	variables []string
	// onlyShipped skips builder stages in hadolint's mode too.
	onlyShipped bool
	// filled reports whether a call finds all that it installs in place, so that it fetches
	// nothing; it may be nil.
	filled func(facts.PackageCommand) bool
	// clean is the command that the fix appends, for a manager.
	clean func(manager string) string
}

// eachKept calls visit for the last call of a RUN that fills the cache and keeps it.
func (k packageCache) eachKept(p *facts.Pass[*facts.Dockerfile], visit func(facts.PackageCommand)) {
	if !p.Hadolint && k.silent != nil && k.silent(p.Doc) {
		return
	}
	p.Doc.Each("run", true, func(in *dockerfile.Instruction) {
		if !k.mentioned(p.Doc.Text(in.Span)) || ((!p.Hadolint || k.onlyShipped) && !shipsLayers(p.Doc, in)) {
			return
		}
		if mountsAny(in, k.dirs) || mountsNamed(p.Doc, in, k.variables...) {
			return
		}
		commands := p.Doc.Commands(in)
		last := -1
		var kept facts.PackageCommand
		for i, c := range commands {
			pkg, ok := facts.Packages(c)
			if !ok || !slices.Contains(k.managers, pkg.Manager) || !slices.Contains(k.installs, pkg.Action) || pkg.HasFlag(k.off...) {
				continue
			}
			if p.Hadolint || !k.fetchesNothing(p, pkg) {
				last, kept = i, pkg
			}
		}
		if last < 0 || slices.ContainsFunc(commands[last+1:], func(c *facts.Command) bool { return k.empties(kept, c) }) {
			return
		}
		visit(kept)
	})
}

// fetchesNothing reports whether a call does not run in the repository's own build, since
// it waits for a file that is not there, or has nothing left to fetch.
func (k packageCache) fetchesNothing(p *facts.Pass[*facts.Dockerfile], c facts.PackageCommand) bool {
	return (k.filled != nil && k.filled(c)) || slices.ContainsFunc(c.AwaitedFiles(), func(name string) bool {
		_, there := p.Project.Requirements(p.Doc, c.Instruction, name)
		return !there
	})
}

func (k packageCache) mentioned(src string) bool {
	return slices.ContainsFunc(k.managers, func(m string) bool { return strings.Contains(src, m) })
}

// empties reports whether a command empties the cache.
func (k packageCache) empties(install facts.PackageCommand, c *facts.Command) bool {
	if pkg, ok := facts.Packages(c); ok && k.cleans != nil && k.cleans(install, pkg) {
		return true
	}
	return removesAny(c, k.dirs) || (c.Name() == "rm" && slices.ContainsFunc(c.Args(), k.isAskedFor))
}

// isAskedFor reports whether a word is the cache as the manager itself names it, such as
// "$(yarn cache dir)".
func (k packageCache) isAskedFor(a facts.Argument) bool {
	asks := func(manager string) bool { return strings.Contains(a.Text, "$("+manager+" ") }
	return strings.Contains(a.Text, "cache") && slices.ContainsFunc(k.managers, asks)
}

// report reports every RUN that keeps the cache.
func (k packageCache) report(p *facts.Pass[*facts.Dockerfile], what string) {
	k.eachKept(p, func(c facts.PackageCommand) {
		clean := k.clean(c.Manager)
		if program := c.Words[0].Text; strings.HasSuffix(program, "/"+c.Manager) && strings.HasPrefix(clean, c.Manager+" ") {
			clean = strings.TrimSuffix(program, c.Manager) + clean // it is not on the PATH
		}
		user := asOtherUser(c.Command)
		if user != "" {
			clean = user + " " + clean
		}
		f := lint.Finding{
			Span:    c.Span,
			Message: fmt.Sprintf("%s leaves %s in the image, which makes it larger; end the RUN with %q", quoteShort(firstLine(p.Doc.Text(c.Span))), what, clean),
		}
		if user != "" && strings.HasPrefix(k.clean(c.Manager), "rm ") {
			f.Message = fmt.Sprintf("%s leaves %s in the image; remove it from the home of that user in the same RUN, or mount a cache there",
				quoteShort(firstLine(p.Doc.Text(c.Span))), what)
		} else if name, moved := k.moved(p.Doc, c); moved {
			f.Message = fmt.Sprintf("%s leaves %s in the image; remove the folder in %s in the same RUN, or mount a cache there", quoteShort(firstLine(p.Doc.Text(c.Span))), what, name)
		} else if fix, ok := appendCommand(p.Doc, c.Command, clean); ok {
			f.Fixes = []lint.Fix{fix}
		}
		p.Report(weighSize(p, f))
	})
}

// asOtherUser are the words that run a command as another user, whose home has the cache;
// empty where none does.
func asOtherUser(c *facts.Command) string {
	var words []string
	other := false
	for i, w := range c.Wrappers {
		words = append(words, w.Text)
		other = other || (i > 0 && (w.Text == "-u" || w.Text == "--user" || strings.HasPrefix(w.Text, "--user=")))
	}
	if !other {
		return ""
	}
	return strings.Join(words, " ")
}

// moved finds the variable that puts the cache into another folder; what cleans it by the
// tool's own command needs no folder.
func (k packageCache) moved(d *facts.Dockerfile, c facts.PackageCommand) (name string, ok bool) {
	if !strings.HasPrefix(k.clean(c.Manager), "rm ") {
		return "", false
	}
	at := slices.IndexFunc(k.variables, func(name string) bool { return envAt(d, c.Command, name) })
	if at < 0 {
		return "", false
	}
	return k.variables[at], true
}

// shipsLayers reports whether the layer of an instruction is part of the image. What a
// builder stage keeps is not shipped.
func shipsLayers(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	s := d.StageOf(in)
	return s == nil || s.InFinalImage()
}

// mountsAny reports whether the RUN mounts a cache or a tmpfs at one of the
// folders or above it.
func mountsAny(in *dockerfile.Instruction, dirs []string) bool {
	return slices.ContainsFunc(facts.Mounts(in), func(m facts.Mount) bool {
		return (m.Type == "cache" || m.Type == "tmpfs") && slices.ContainsFunc(dirs, func(d string) bool { return covers(m.Target, d) })
	})
}

// mountsNamed reports whether the RUN mounts a cache or a tmpfs at the folder that
// one of the variables names, or may do so.
func mountsNamed(d *facts.Dockerfile, in *dockerfile.Instruction, variables ...string) bool {
	scope := d.ScopeAt(in)
	return hasMount(in) && slices.ContainsFunc(variables, func(name string) bool {
		v, set := scope.Lookup(name)
		return set && (!v.Known || mountsAny(in, []string{cleanFolder(bare(v.Value))}))
	})
}

// covers reports whether a folder is another one or lies above it.
func covers(outer, inner string) bool {
	return outer != "" && (outer == inner || strings.HasPrefix(inner, outer+"/"))
}

// aptLists is where apt keeps the lists of its archives.
const aptLists = "/var/lib/apt/lists"

// removesAny reports whether a command removes one of the folders, what is in it,
// or a folder above it.
func removesAny(c *facts.Command, dirs []string) bool {
	if pkg, ok := facts.Packages(c); ok && pkg.RemovesLists() && slices.Contains(dirs, aptLists) {
		return true
	}
	if c.Name() != "rm" && c.Name() != "find" {
		return false
	}
	for _, a := range c.Args() {
		path := strings.TrimRight(strings.TrimSuffix(strings.TrimSuffix(a.Text, "*"), "{"), "/")
		for _, d := range dirs {
			if strings.HasPrefix(a.Text, d) || (covers(path, d) && path != "/var") {
				return true
			}
		}
	}
	return false
}

func contains(s, part string) bool { return strings.Contains(s, part) }
