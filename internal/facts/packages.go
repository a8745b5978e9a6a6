package facts

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// PackageCommand is a call of a package manager.
type PackageCommand struct {
	*Command
	// Manager is the program: "apt-get", "apt", "apk", "yum", "dnf", "microdnf",
	// "zypper", "pip", "npm", "yarn", "pnpm", "gem", "go", "cargo", "uv",
	// "poetry", "pipenv", "conda", "composer", "bundle".
	Manager string
	// Action is the sub-command: "install", "update", "add", ...
	Action string
	// ActionAt is the index of the action in Words.
	ActionAt int
	// Packages are the words after the action that are no flags.
	Packages []Argument
}

// Packages reads a command as a call of a package manager; ok is false when it
// is none, or has no action.
func Packages(c *Command) (p PackageCommand, ok bool) {
	manager, first := managerOf(c)
	if manager == "" {
		return p, false
	}
	p = PackageCommand{Command: c, Manager: manager}
	skip := false
	for i := first; i < len(c.Words); i++ {
		w := c.Words[i]
		switch {
		case skip:
			skip = false
		case len(w.Text) > 1 && w.Text[0] == '-':
			skip = takesValue(manager, w.Text)
		case p.Action == "":
			p.Action, p.ActionAt = w.Text, i
		default:
			p.Packages = append(p.Packages, w)
		}
	}
	return p, p.Action != ""
}

// UvPip reads a command as a call of uv's interface of pip: of "uv pip install x" the
// action is "install".
func UvPip(c *Command) (p PackageCommand, ok bool) {
	p, ok = Packages(c)
	if !ok || p.Manager != "uv" || p.Action != "pip" || len(p.Packages) == 0 {
		return p, false
	}
	p.Action, p.ActionAt = p.Packages[0].Text, slices.IndexFunc(p.Words, func(a Argument) bool { return a.Span == p.Packages[0].Span })
	p.Packages = p.Packages[1:]
	return p, true
}

// RemovesLists reports whether the command removes apt's lists: apt-get dist-clean does
// since apt 2.7.8, distclean is its other spelling.
func (p PackageCommand) RemovesLists() bool {
	isApt := p.Manager == "apt-get" || p.Manager == "apt"
	return isApt && (p.Action == "dist-clean" || p.Action == "distclean")
}

// managerOf names the package manager of a command and the index of the word
// after it: "pip" for pip3, pip3.12 and "python -m pip" too.
func managerOf(c *Command) (manager string, next int) {
	name := c.Name()
	switch name {
	case "apt-get", "apt", "aptitude", "apk", "yum", "dnf", "dnf5", "microdnf", "tdnf", "zypper", "pip", "npm", "yarn", "pnpm", "gem",
		"go", "cargo", "uv", "poetry", "pipenv", "pdm", "conda", "mamba", "micromamba", "composer", "bundle", "pacman", "pipx":
		return name, 1
	}
	switch {
	case name == "fluent-gem" || name == "td-agent-gem":
		return "gem", 1 // the gem of the Ruby that Fluentd brings
	case isVersioned(name, "pip"):
		return "pip", 1
	case name == "python" || isVersioned(name, "python"):
		for i := 1; i+1 < len(c.Words); i++ {
			if c.Words[i].Text == "-m" &&
				(c.Words[i+1].Text == "pip" || c.Words[i+1].Text == "poetry" || c.Words[i+1].Text == "uv" || c.Words[i+1].Text == "pipenv") {
				return c.Words[i+1].Text, i + 2
			}
			if !strings.HasPrefix(c.Words[i].Text, "-") {
				break
			}
		}
	}
	return "", 0
}

// isVersioned reports whether name is a program's name with a version: "pip3.12".
func isVersioned(name, program string) bool {
	version, ok := strings.CutPrefix(name, program)
	return ok && version != "" && strings.Trim(version, "0123456789.") == ""
}

// EachPackageCommand calls visit for every call of one of the managers.
func (f *Dockerfile) EachPackageCommand(visit func(PackageCommand), managers ...string) {
	f.eachRun(func(in *dockerfile.Instruction) {
		for _, p := range f.packageCommands(in) {
			if slices.Contains(managers, p.Manager) {
				visit(p)
			}
		}
	}, managers)
}

// packageCommands lists the calls of package managers in a RUN.
func (f *Dockerfile) packageCommands(in *dockerfile.Instruction) []PackageCommand {
	list, known := f.packages[in]
	if !known {
		for _, c := range f.Commands(in) {
			if p, ok := Packages(c); ok {
				list = append(list, p)
			}
		}
		if f.packages == nil {
			f.packages = map[*dockerfile.Instruction][]PackageCommand{}
		}
		f.packages[in] = list
	}
	return list
}
