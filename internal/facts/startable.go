package facts

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// KernelStarts reports whether the file that a command of the stage's containers
// names is one that the kernel starts by itself. A shell also runs a text without
// "#!", which nothing else does. It is false where the files do not show it.
func (p *Project) KernelStarts(s *Stage, name string) bool {
	if strings.Contains(name, "/") {
		name, ok := s.inContainer(name)
		if !ok {
			return false
		}
		switch p.OriginOf(s, name) {
		case KernelStarts:
			return true
		case NotWritten:
			return slices.Contains(defaultPath, path.Dir(name)) && p.brings(s, path.Base(name))
		default:
			return false
		}
	}
	folders, ok := s.searchPath()
	if !ok {
		return false
	}
	found := false
	for _, folder := range folders {
		switch p.OriginOf(s, path.Join(folder, name)) {
		case NotWritten:
		case KernelStarts:
			found = true
		default:
			return false
		}
	}
	return found || p.brings(s, name)
}

// NeedsShell reports whether the file that a command of the stage's containers names is a
// text without "#!", which a shell runs and the kernel refuses. It is false where the
// files do not show it.
func (p *Project) NeedsShell(s *Stage, name string) bool {
	if strings.Contains(name, "/") {
		at, ok := s.inContainer(name)
		return ok && p.OriginOf(s, at) == ShellStarts
	}
	folders, ok := s.searchPath()
	if !ok || p.brings(s, name) {
		return false
	}
	found := false
	for _, folder := range folders {
		switch p.OriginOf(s, path.Join(folder, name)) {
		case NotWritten:
		case ShellStarts:
			found = true
		default:
			return false
		}
	}
	return found
}

// inContainer is where a path leads in containers of the stage, absolute and clean; ok is
// false where the folder in which they work is not known.
func (s *Stage) inContainer(name string) (at string, ok bool) {
	if path.IsAbs(name) {
		return path.Clean(name), true
	}
	folder, ok := s.Folder(nil)
	return path.Join(folder, name), ok
}

// defaultPath is where programs are looked for in an image that says nothing else.
var defaultPath = []string{"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"}

// searchPath lists the folders in which containers of the stage look for programs.
func (s *Stage) searchPath() (folders []string, ok bool) {
	folders = slices.Clone(defaultPath)
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			if in.Keyword != "env" {
				continue
			}
			for _, p := range in.Pairs {
				if p.Key != "PATH" {
					continue
				}
				for part := range strings.SplitSeq(unquoted(p.Value), ":") {
					if part == "$PATH" || part == "${PATH}" || part == "" {
						continue
					}
					value, known := s.doc.Expand(in, part)
					if !known || !path.IsAbs(value) {
						return nil, false
					}
					folders = append(folders, path.Clean(value))
				}
			}
		}
	}
	return folders, true
}

// brings reports whether the base of the stage is known to have a program, or a
// package that is installed in the stage, or in one that it copies from, brings it.
// What package managers put in place names its interpreter.
func (p *Project) brings(s *Stage, name string) bool {
	if s.Base().Has(name) {
		return true
	}
	stages := s.Chain()
	for _, x := range s.Chain() {
		for _, r := range x.References() {
			if r.Stage != nil && r.Instruction.Keyword == "copy" {
				stages = append(stages, r.Stage.Chain()...)
			}
		}
	}
	for _, x := range stages {
		for _, in := range x.Instructions {
			if in.Keyword != "run" {
				continue
			}
			for _, c := range s.doc.Commands(in) {
				if pkg, ok := Packages(c); ok && p.installs(s.doc, pkg, name) {
					return true
				}
			}
		}
	}
	return false
}

// installs reports whether a package manager's call installs a package that brings
// a program of that name.
func (p *Project) installs(f *Dockerfile, c PackageCommand, name string) bool {
	switch c.Action {
	case "install", "add", "in", "i", "sync":
	default:
		return false
	}
	if slices.ContainsFunc(c.Packages, func(a Argument) bool { return bringsProgram(packageName(a.Text), name) }) {
		return true
	}
	list, ok := c.FlagValue("-r", "--requirement")
	if !ok || (c.Manager != "pip" && c.Manager != "uv") {
		return false
	}
	return p.requires(f, c.Instruction, list.Text, name)
}

// requires reports whether a list of Python packages, which the build context has
// under the name that a RUN gives, names one.
func (p *Project) requires(f *Dockerfile, in *dockerfile.Instruction, list, name string) bool {
	src, ok := p.Requirements(f, in, list)
	if !ok {
		return false
	}
	for line := range strings.Lines(src) {
		if bringsProgram(packageName(strings.TrimSpace(line)), name) {
			return true
		}
	}
	return false
}

// Requirements is the text of a list of Python packages, which the build context has
// under the name that a RUN gives; ok is false where it is not known.
func (p *Project) Requirements(f *Dockerfile, in *dockerfile.Instruction, list string) (src string, ok bool) {
	context, ok := p.LikelyContext(f)
	if !ok || strings.Contains(list, "$") {
		return "", false
	}
	for _, c := range f.ContextCopies() {
		at := path.Join(c.Path, path.Base(list))
		if c.Instruction.Index() > in.Index() {
			break
		}
		if named, err := path.Match(path.Base(c.Path), path.Base(list)); err == nil && named && !c.Whole() {
			at = path.Join(path.Dir(c.Path), path.Base(list))
		}
		if src, err := context.Files.ReadFile(at); err == nil {
			return string(src), true
		}
	}
	return "", false
}

// packageName is a package as it is asked for, without its version, extras and
// architecture.
func packageName(word string) string {
	word = strings.TrimPrefix(word, "@")
	if i := strings.IndexAny(word, "=<>~![;@: "); i >= 0 {
		word = word[:i]
	}
	return strings.ToLower(word)
}

// bringsProgram reports whether a package has a program of that name: most often
// its own.
func bringsProgram(pkg, name string) bool {
	if pkg == "" {
		return false
	}
	if pkg == name {
		return true
	}
	switch name {
	case "node", "npm", "npx":
		return pkg == "nodejs"
	case "java":
		return strings.Contains(pkg, "jre") || strings.Contains(pkg, "jdk")
	case "sshd":
		return pkg == "openssh-server"
	case "supervisord":
		return pkg == "supervisor"
	case "pip", "pip3":
		return pkg == "python3-pip"
	case "httpd", "apache2ctl", "apachectl":
		return pkg == "apache2" || pkg == "httpd"
	case "redis-server":
		return pkg == "redis"
	case "mysqld":
		return pkg == "mysql-server" || pkg == "mariadb-server"
	}
	return false
}

// Has reports whether an image is known to have a program, by its name.
func (i Image) Has(program string) bool {
	if !i.Known || i.IsWindows() {
		return false
	}
	table := i.Table()
	if has, known := table.Has(program); known {
		return has
	}
	shell, _ := table.Shell()
	return shell != "" && slices.Contains(everywhere, program)
}

// everywhere are programs of every image that has a shell and comes from a
// distribution, BusyBox's among them.
var everywhere = []string{"sh", "cat", "date", "env", "ls", "sleep", "tail", "uname", "id"}
