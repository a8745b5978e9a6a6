package dockerfile

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// provesRoot reports whether a RUN of the stage, or of those that it builds on, shows that
// its base runs as root: no USER is in the file, and the step does what only root can.
func provesRoot(d *facts.Dockerfile, s *facts.Stage) bool {
	return s.Last("user") == nil && s.Any("does what only root can", func(in *dockerfile.Instruction) bool {
		return in.Keyword == "run" && slices.ContainsFunc(d.Commands(in), failsWithoutRoot)
	})
}

// failsWithoutRoot reports whether a command fails for all users but root, and its step
// with it.
func failsWithoutRoot(c *facts.Command) bool {
	return needsRoot(c) && len(c.Wrappers) == 0 && !c.Conditional() && !hasFallback(c)
}

// mayStartBehindBase reports whether the base of a stage may have an entrypoint of its own
// that starts the stage's command, and may drop rights first: its name is not that of a
// distribution, and the command is none that the stage brings.
func mayStartBehindBase(d *facts.Dockerfile, p *facts.Project, s *facts.Stage) bool {
	if s.Entrypoint() != nil {
		return false
	}
	if _, is := images.Says(s.Base().Repository, images.Copy); is && s.Base().Known {
		return false
	}
	commands := startCommands(d, s)
	if len(commands) == 0 || len(commands[0].Words) == 0 {
		return true
	}
	program := commands[0].Words[0].Text
	return !p.KernelStarts(s, program) && !installsProgram(d, s, path.Base(program))
}

// installsProgram reports whether a stage installs a package with which the name of a
// program begins, as valkey-server does with valkey.
func installsProgram(d *facts.Dockerfile, s *facts.Stage, program string) bool {
	return s.Any("installs for "+program, func(in *dockerfile.Instruction) bool {
		return in.Keyword == "run" && slices.ContainsFunc(d.Commands(in), func(c *facts.Command) bool {
			pkg, ok := facts.Packages(c)
			return ok && slices.ContainsFunc(pkg.Packages, func(a facts.Argument) bool {
				name, _, _ := strings.Cut(a.Text, "=")
				return program == name || (name != "" && strings.HasPrefix(program, name+"-"))
			})
		})
	})
}
