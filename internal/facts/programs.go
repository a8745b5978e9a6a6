package facts

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// Lacks reports whether the image is known not to have a program: "curl", "sh", or a
// path.
func (i Image) Lacks(program string) bool {
	if !i.Known || i.IsWindows() {
		return false
	}
	if i.IsScratch() {
		return true
	}
	has, known := i.Table().Has(program)
	return known && !has
}

// Lacks reports whether the image that the stage makes is known not to have a
// program: its base has it not, and nothing in the stage, or in those that it
// builds on, may bring it.
func (s *Stage) Lacks(program string) bool {
	if !s.Base().Lacks(program) {
		return false
	}
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			if s.doc.mayBring(in, program) {
				return false
			}
		}
	}
	return true
}

// mayBring reports whether an instruction may put a program into the image.
func (f *Dockerfile) mayBring(in *dockerfile.Instruction, program string) bool {
	switch in.Keyword {
	case "run":
		text := f.Text(in.Span)
		if strings.Contains(text, program) || (program == "nc" && strings.Contains(text, "netcat")) || strings.Contains(text, "busybox") {
			return true
		}
		commands := f.Commands(in)
		return len(commands) == 0 || slices.ContainsFunc(commands, isOpenEnded)
	case "copy", "add":
		if strings.Contains(in.Args, program) || len(in.Words) == 0 || in.Err != nil {
			return true
		}
		target := strings.TrimRight(strings.Trim(in.Words[len(in.Words)-1].Text, `"'`), "/")
		if strings.Contains(target, "$") {
			return true
		}
		if !strings.HasPrefix(target, "/") {
			target = path.Join(f.workdirBefore(in), target)
		}
		_, fromStage := in.Flag("from")
		switch path.Clean("/" + target) {
		case "/", "/bin", "/usr", "/usr/bin", "/usr/local", "/usr/local/bin", "/sbin", "/usr/sbin", "/opt":
			return fromStage || in.Keyword == "add" || (strings.HasPrefix(target, "/") && target != "")
		}
		return false
	case "env", "arg":
		return strings.Contains(in.Args, program)
	case "onbuild", "shell":
		return true
	}
	return false
}

// workdirBefore is the folder that the WORKDIR before an instruction names; "" where the
// stage has none, or it is not known.
func (f *Dockerfile) workdirBefore(in *dockerfile.Instruction) string {
	s := f.StageOf(in)
	if s == nil {
		return ""
	}
	w := s.LastBefore("workdir", in)
	if w == nil {
		return ""
	}
	folder, known := f.Expand(w, w.Args)
	if !known {
		return ""
	}
	return strings.Trim(folder, `"'`)
}

// isOpenEnded reports whether a command may do more than its words say: it runs a
// script, or installs what a variable or a file names.
func isOpenEnded(c *Command) bool {
	name := c.Name()
	if name == "" || name == "xargs" || name == "eval" || name == "." {
		return true
	}
	if name == "source" || strings.HasSuffix(name, ".sh") {
		return true
	}
	if strings.Contains(c.Words[0].Text, "/") && !strings.HasPrefix(c.Words[0].Text, "/usr/bin/") &&
		!strings.HasPrefix(c.Words[0].Text, "/bin/") {
		return true
	}
	switch name {
	case "sh", "bash", "ash", "python", "python3", "perl", "make", "ansible-playbook", "nix-env", "conda", "mamba", "micromamba":
		return len(c.Words) == 1 || !strings.HasPrefix(c.Words[1].Text, "-") || name == "make" || name == "conda" || name == "mamba" ||
			name == "micromamba"
	}
	pkg, ok := Packages(c)
	if !ok {
		return false
	}
	switch pkg.Manager {
	case "apt-get", "apt", "aptitude", "apk", "yum", "dnf", "microdnf", "tdnf", "zypper":
		return slices.ContainsFunc(pkg.Packages, func(a Argument) bool { return !a.Literal && strings.Contains(a.Text, "$") })
	}
	return false
}
