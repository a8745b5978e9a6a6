package facts

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// Environments lists the folders in which a stage, or one that it builds on,
// keeps what the project depends on: ".venv" and "node_modules" with their whole
// path. What a variable decides is left out.
func (s *Stage) Environments() []string {
	chain := s.Chain()
	var found []string
	folder, venv := "", ".venv"
	add := func(name string) {
		if !path.IsAbs(name) {
			if folder == "" {
				return
			}
			name = path.Join(folder, name)
		}
		if name = path.Clean(name); !slices.Contains(found, name) {
			found = append(found, name)
		}
	}
	for i := len(chain) - 1; i >= 0; i-- {
		for _, in := range chain[i].Instructions {
			switch in.Keyword {
			case "workdir":
				to, known := s.doc.Expand(in, in.Args)
				to = strings.Trim(to, `"'`)
				switch {
				case !known:
					folder = ""
				case path.IsAbs(to):
					folder = path.Clean(to)
				case folder != "":
					folder = path.Join(folder, to)
				}
			case "env":
				for _, p := range in.Pairs {
					if p.Key == "UV_PROJECT_ENVIRONMENT" {
						venv = strings.Trim(p.Value, `"'`)
					}
				}
			case "copy":
				if n := len(in.Words); n > 1 && isEnvironment(in.Words[n-1].Text) {
					add(strings.Trim(in.Words[n-1].Text, `"'`))
				}
			case "run":
				for _, name := range s.installs(in, venv) {
					add(name)
				}
			}
		}
	}
	return slices.DeleteFunc(found, func(name string) bool { return s.moves(path.Base(name)) })
}

// moves reports whether a step moves or removes an environment of that name, or
// the stage keeps one at the root: then nobody knows where it is.
func (s *Stage) moves(name string) bool {
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			for _, before := range []string{" ", ":", "=", "\""} {
				if strings.Contains(" "+in.Args, before+"/"+name) {
					return true
				}
			}
			if in.Keyword != "run" {
				continue
			}
			for _, c := range s.doc.Commands(in) {
				if n := c.Name(); (n == "mv" || n == "rm" || n == "ln") && strings.Contains(s.doc.Text(c.Span), name) {
					return true
				}
			}
		}
	}
	return false
}

func isEnvironment(name string) bool {
	base := path.Base(strings.Trim(name, `"'`))
	return (base == ".venv" || base == "node_modules") && !strings.Contains(name, "$")
}

// installs lists the folders that a RUN fills; none where it changes its folder.
func (s *Stage) installs(in *dockerfile.Instruction, venv string) []string {
	for _, c := range s.doc.Commands(in) {
		if c.Name() == "cd" || c.Name() == "pushd" {
			return nil
		}
	}
	var names []string
	for _, c := range s.doc.packageCommands(in) {
		switch c.Manager {
		case "uv":
			if c.Action == "sync" && !strings.Contains(venv, "$") && !c.HasFlag("--directory", "--project", "--active") {
				names = append(names, venv)
			}
		case "npm", "yarn", "pnpm":
			local := !c.HasFlag("-g", "--global", "--prefix", "-C", "--cwd", "--dir") && len(c.Packages) == 0
			if local && (c.Action == "install" || c.Action == "ci" || c.Action == "i") {
				names = append(names, "node_modules")
			}
		}
	}
	return names
}
