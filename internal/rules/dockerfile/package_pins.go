package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// packagePins describes how the calls of a package manager name a version.
type packagePins struct {
	managers, actions []string
	// also are managers that hadolint's rule does not look at.
	also []string
	// unknown are actions that hadolint's rule does not look at.
	unknown []string
	// values are the flags of which hadolint knows that they have a value: it takes the value
	// of any other flag for a package. It is nil where both agree.
	values []string
	// pinned reports whether a word names a version, or is not a package of a registry.
	pinned func(word string) bool
	// tools reports whether a package needs no version, except in hadolint's mode; it may be nil.
	tools func(word string) bool
	// exempt reports whether a whole call is not checked; it may be nil.
	exempt func(facts.PackageCommand) bool
	// idle reports whether a version would be of no use to a call, except in hadolint's
	// mode; it may be nil.
	idle func(*facts.Dockerfile, facts.PackageCommand) bool
	// adjust may change the finding on a call, except in hadolint's mode; it may be nil.
	adjust func(*facts.Dockerfile, facts.PackageCommand, *lint.Finding)
	// moves reports whether what a word names as its version can change, except in
	// hadolint's mode; it may be nil.
	moves func(word string) bool
	// read returns the call as it is checked; ok is false for a call to skip; it may be nil.
	read func(facts.PackageCommand) (c facts.PackageCommand, ok bool)
	// before reports whether a pinned version of a package is installed already, except in
	// hadolint's mode; it may be nil.
	before func(c facts.PackageCommand, word string) bool
	// version is the version of a package that a file of the repository names, as a word to
	// install, and which file that is; it may be nil.
	version func(s *facts.Stage, word string) (pinned, file string)
	// example shows how, from a package's name.
	example func(name string) string
}

// report reports each call with packages that are not pinned to a version.
func (k packagePins) report(p *facts.Pass[*facts.Dockerfile]) {
	managers := k.managers
	if !p.Hadolint {
		managers = append(managers, k.also...)
	}
	p.Doc.EachPackageCommand(func(c facts.PackageCommand) {
		if k.read != nil {
			read, ok := k.read(c)
			if !ok {
				return
			}
			c = read
		}
		if !slices.Contains(k.actions, c.Action) || (k.exempt != nil && k.exempt(c)) {
			return
		}
		if !p.Hadolint && k.idle != nil && k.idle(p.Doc, c) {
			return
		}
		if p.Hadolint && slices.Contains(k.unknown, c.Action) {
			return
		}
		var names []string
		packages := c.Packages
		if p.Hadolint && k.values != nil {
			packages = slices.Concat(packages, k.valuesAsPackages(c))
		}
		if c.Action == "module" {
			packages = packages[1:] // the first word is the module's action
		}
		for _, a := range packages {
			word, known := a.Text, true
			if !a.Literal {
				word, known = p.Doc.Expand(c.Instruction, a.Text)
			}
			if !known && p.Hadolint {
				word = assignedWord(c.Command, a.Text)
			}
			switch {
			case !known && (!p.Hadolint || declaresArg(p.Doc, a.Text)), known && (word == "" || word[0] == '-'):
			case !p.Hadolint && k.tools != nil && k.tools(word):
			case !p.Hadolint && k.before != nil && !k.pinned(word) && k.before(c, word):
			case !k.pinned(word), !p.Hadolint && k.moves != nil && k.moves(word):
				names = append(names, word)
			}
		}
		if len(names) == 0 {
			return
		}
		state, what := " is not pinned", "a different version; pin it"
		if n := len(names) - 1; n > 0 {
			state, what = fmt.Sprintf(" and %s are not pinned", text.Counted(n, "other package")), "different versions; pin them"
		}
		if k.moves != nil && k.pinned(names[0]) {
			state, what = " does not name a fixed version", "a different version; pin it"
		}
		f := lint.Finding{
			Span:    c.Span,
			Message: fmt.Sprintf("%s%s, so a later build can install %s, for example %s", quoteShort(names[0]), state, what, quoteShort(k.example(names[0]))),
		}
		f.Fixes = k.pinTools(p, c, names)
		if k.adjust != nil && !p.Hadolint {
			k.adjust(p.Doc, c, &f)
		}
		p.Report(f)
	}, managers...)
}

// valuesAsPackages are the values of flags that hadolint takes for packages.
func (k packagePins) valuesAsPackages(c facts.PackageCommand) (values []facts.Argument) {
	for i, w := range c.Words {
		if i == 0 || i == c.ActionAt || strings.HasPrefix(w.Text, "-") {
			continue
		}
		flag := c.Words[i-1]
		isValue := strings.HasPrefix(flag.Text, "-") && flag.Text != "-m" && !slices.Contains(k.values, flag.Text) // python -m pip
		if isValue && !slices.ContainsFunc(c.Packages, func(a facts.Argument) bool { return a.Span == w.Span }) {
			values = append(values, w)
		}
	}
	return values
}

// assignedWord is what a variable of the script holds that is a whole word and that the
// script sets once; else the word as written.
func assignedWord(c *facts.Command, word string) string {
	name := strings.Trim(word, `"${}`)
	value, times := "", 0
	syntax.Walk(c.Script.File, func(n syntax.Node) bool {
		if a, ok := n.(*syntax.Assign); ok && a.Name != nil && a.Value != nil && a.Name.Value == name {
			text, literal := facts.Literal(a.Value)
			if literal {
				value = text
			}
			times++
		}
		return true
	})
	if times == 1 && value != "" && !strings.ContainsAny(value, " \t") {
		return value
	}
	return strings.Trim(word, `"`)
}

// movesByAddress reports whether a word is the address of an archive or repository that
// names a branch, or the latest release.
func movesByAddress(word string) bool {
	if !strings.Contains(word, "://") {
		return false
	}
	word, _, _ = strings.Cut(word, "#egg=")
	if strings.Contains(word, "/releases/latest/download/") {
		return true
	}
	word = strings.TrimPrefix(strings.TrimPrefix(word, "git+"), "hg+")
	for _, branch := range [...]string{"main", "master", "develop", "dev", "trunk", "HEAD"} {
		for _, end := range [...]string{"/archive/" + branch + ".", "/archive/refs/heads/", "@" + branch, "#" + branch, "/zipball/" + branch, "/tarball/" + branch} {
			if at := strings.LastIndex(word, end); at >= 0 && (end[0] == '/' || at+len(end) == len(word)) {
				return true
			}
		}
	}
	return false
}

// archiveOfCommit is the address of an archive with a commit in place of the branch.
func archiveOfCommit(address string) string {
	for _, folder := range [...]string{"/archive/", "/zipball/", "/tarball/"} {
		if at := strings.LastIndex(address, folder); at >= 0 {
			_, end, _ := strings.Cut(address[at+len(folder):], ".")
			return strings.TrimSuffix(address[:at+len(folder)]+"<commit>."+end, ".")
		}
	}
	return strings.Replace(address, "/latest/download/", "/download/<version>/", 1)
}

// isUnusedDevelopment reports whether a call is in a stage for developers that the final
// image does not use.
func isUnusedDevelopment(d *facts.Dockerfile, c facts.PackageCommand) bool {
	s := d.StageOf(c.Instruction)
	return s != nil && isDevelopment(s) && !s.ReachesFinal()
}

// declaresArg reports whether a variable in the word is an ARG of any stage.
func declaresArg(d *facts.Dockerfile, word string) bool {
	for _, in := range d.Instructions {
		for _, pair := range in.Pairs {
			if in.Keyword == "arg" && strings.Contains(word, pair.Key) {
				return true
			}
		}
	}
	return false
}

// isPath reports whether a word names a file or a folder, not a package.
func isPath(word string) bool {
	return strings.HasPrefix(word, "/") || strings.HasPrefix(word, ".") || strings.HasPrefix(word, "file:")
}

// rpmPinned reports whether a word for yum or dnf names a version: a dash and a
// digit, perhaps with an epoch, or a module's stream.
func rpmPinned(word string) bool {
	if isPath(word) || strings.HasSuffix(word, ".rpm") || strings.HasPrefix(word, "@") || strings.Contains(word, "://") {
		return true
	}
	for i := 0; i+1 < len(word); i++ {
		if (word[i] == '-' || word[i] == ':') && word[i+1] >= '0' && word[i+1] <= '9' {
			return true
		}
	}
	return false
}

// installsGroup reports whether the call is about a module and does not install it.
func installsGroup(c facts.PackageCommand) bool {
	return c.Action == "module" && (len(c.Packages) == 0 || c.Packages[0].Text != "install")
}
