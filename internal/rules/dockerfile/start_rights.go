package dockerfile

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// startCommands are the commands of the ENTRYPOINT and CMD that hold at the end of
// a stage.
func startCommands(d *facts.Dockerfile, s *facts.Stage) []*facts.Command {
	return facts.Once(d, "commands that start it", s, func() []*facts.Command { return readStartCommands(d, s) })
}

func readStartCommands(d *facts.Dockerfile, s *facts.Stage) []*facts.Command {
	var list []*facts.Command
	for _, in := range []*dockerfile.Instruction{s.Entrypoint(), s.Command()} {
		if in != nil {
			list = append(list, d.Commands(in)...)
		}
	}
	return list
}

// serverPackages are packages of servers that only root can run, which a script that is
// not here may well start.
var serverPackages = []string{"openssh-server", "openssh", "vsftpd", "proftpd", "proftpd-basic", "cron", "cronie", "dcron", "vixie-cron", "openvpn", "samba", "xinetd"}

// startsRootOnly reports whether what the stage starts is, or as a script that is not here
// may well start, a program that only root can run.
func startsRootOnly(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) bool {
	scripts := p.Project.StartScripts(s)
	if slices.ContainsFunc(startCommands(p.Doc, s), facts.NeedsRoot) || slices.ContainsFunc(scripts.Calls, facts.NeedsRoot) {
		return true
	}
	return startsUnreadScript(p.Doc, s, scripts) &&
		slices.ContainsFunc(serverPackages, func(name string) bool { return installs(p.Doc, s, name) })
}

// startsUnreadScript reports whether the stage starts a script, or a program of its own,
// of which nothing is known.
func startsUnreadScript(d *facts.Dockerfile, s *facts.Stage, scripts *facts.StartScripts) bool {
	return len(scripts.Names) == 0 && slices.ContainsFunc(startCommands(d, s), func(c *facts.Command) bool {
		name := c.Name()
		return strings.HasSuffix(name, ".sh") || strings.Contains(name, "entrypoint") ||
			(len(c.Words) > 0 && strings.Count(c.Words[0].Text, "/") == 1)
	})
}

// installs reports whether a RUN of the stage, or of those that it builds on, installs
// a distribution's package.
func installs(d *facts.Dockerfile, s *facts.Stage, name string) bool {
	return s.Any("installs "+name, func(in *dockerfile.Instruction) bool {
		return in.Keyword == "run" && strings.Contains(in.Body, name) && slices.ContainsFunc(d.Commands(in), func(c *facts.Command) bool {
			p, ok := facts.Packages(c)
			return ok && slices.ContainsFunc(p.Packages, func(a facts.Argument) bool { return a.Text == name })
		})
	})
}

// switchesAtStart reports whether the start command, or a script that it runs, starts the
// program as another user.
func switchesAtStart(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) bool {
	return slices.ContainsFunc(startCommands(p.Doc, s), facts.DropsRights) ||
		slices.ContainsFunc(p.Project.StartScripts(s).Calls, facts.DropsRights)
}

// dropsWorkers reports whether the program is a server whose workers leave root by
// themselves.
func dropsWorkers(d *facts.Dockerfile, s *facts.Stage) bool {
	return facts.Once(d, "its workers drop rights", s, func() bool { return readDropsWorkers(d, s) })
}

func readDropsWorkers(d *facts.Dockerfile, s *facts.Stage) bool {
	return slices.ContainsFunc(startCommands(d, s), func(c *facts.Command) bool {
		switch name := c.Name(); name {
		case "nginx", "httpd", "httpd-foreground", "apache2", "apache2ctl", "apachectl", "apache2-foreground", "haproxy", "postfix", "dnsmasq", "squid", "named":
			return true
		default:
			return strings.HasPrefix(name, "php-fpm") && !c.HasFlag("-R", "--allow-to-run-as-root")
		}
	})
}

// isForTrial reports whether an image is one for tests or for development, by the
// names of its stage, file, folder and program, or by NODE_ENV.
func isForTrial(d *facts.Dockerfile, s *facts.Stage) bool {
	if isDevelopment(s) || speaksOfTrial(path.Base(d.Name)) || speaksOfTrial(path.Base(path.Dir(d.Name))) {
		return true
	}
	if v, ok := s.EndScope().Lookup("NODE_ENV"); ok && (v.Value == "development" || v.Value == "test") {
		return true
	}
	for _, c := range startCommands(d, s) {
		for _, w := range c.Words {
			if speaksOfTrial(path.Base(w.Text)) {
				return true
			}
		}
	}
	return false
}

// speaksOfTrial reports whether one of a name's words says that it is for developers.
func speaksOfTrial(name string) bool {
	words := strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune("-_.:/", r) })
	return slices.ContainsFunc(words, func(word string) bool {
		switch strings.ToLower(word) {
		case "test", "tests", "testing", "e2e", "ci", "devel", "development", "emulator", "seed", "reflex", "nodemon", "maildev", "fresh", "jest", "pytest", "phpunit":
			return true
		}
		return false
	})
}

// isServer reports whether the start command is plainly one of a service, though the
// file exposes no port.
func isServer(d *facts.Dockerfile, s *facts.Stage) bool {
	return facts.Once(d, "is a server", s, func() bool { return readIsServer(d, s) })
}

func readIsServer(d *facts.Dockerfile, s *facts.Stage) bool {
	copied := slices.ContainsFunc(s.Instructions, func(in *dockerfile.Instruction) bool { return in.Keyword == "copy" || in.Keyword == "add" })
	return slices.ContainsFunc(startCommands(d, s), func(c *facts.Command) bool {
		first := firstAction(c)
		switch name := c.Name(); name {
		case "gunicorn", "uvicorn", "hypercorn", "daphne", "waitress-serve", "puma", "unicorn", "thin", "catalina.sh", "nginx", "httpd", "apache2-foreground", "redis-server", "mongod", "mysqld", "postgres":
			return true
		case "npm", "yarn", "pnpm":
			return first == "start" || first == "serve" || strings.HasPrefix(first, "start:") || (first == "run" && runsStart(c))
		case "java":
			return copied && c.HasFlag("-jar")
		case "rails":
			return first == "s" || first == "server"
		case "flask", "fastapi":
			return first == "run"
		case "node", "dotnet":
			return copied && first != ""
		}
		return slices.ContainsFunc(c.Args(), func(a facts.Argument) bool {
			return a.Text == "runserver" || a.Text == "gunicorn" || a.Text == "uvicorn"
		}) || endsInServer(c)
	})
}

// endsInServer reports whether a shell with -c ends in a server for Python.
func endsInServer(c *facts.Command) bool {
	args := c.Args()
	if len(args) != 2 || args[0].Text != "-c" {
		return false
	}
	words, ok := facts.ScriptWords(scriptText(args[1]))
	return ok && slices.ContainsFunc(words, func(w string) bool { return w == "runserver" || w == "gunicorn" || w == "uvicorn" })
}

// runsStart reports whether npm run and the like start the program, by the name of the
// script of package.json.
func runsStart(c *facts.Command) bool {
	words := c.Positional()
	return len(words) > 1 && (words[1].Text == "start" || words[1].Text == "serve" || strings.HasPrefix(words[1].Text, "start:"))
}

// buildsItself reports whether the stage makes the program from the sources around the
// file and CMD starts it: a program that another stage made, or a script beside the
// whole project. What ENTRYPOINT starts is as often a tool for the command line.
func buildsItself(d *facts.Dockerfile, s *facts.Stage) bool {
	cmd := s.Command()
	if cmd == nil || s.Entrypoint() != nil {
		return false
	}
	commands := d.Commands(cmd)
	if len(commands) == 0 || len(commands[0].Words) == 0 || !strings.Contains(commands[0].Words[0].Text, "/") {
		return false
	}
	all := false
	for _, in := range s.Instructions {
		switch in.Keyword {
		case "copy", "add":
			if _, ok := in.Flag("from"); ok && copiesFromStage(d, s, in) {
				return true
			}
			all = all || copiesAll(in)
		case "run":
			if all && slices.ContainsFunc(d.Commands(in), func(c *facts.Command) bool {
				return firstAction(c) == "install" || firstAction(c) == "build" || firstAction(c) == "ci" || firstAction(c) == "run"
			}) {
				return true
			}
		}
	}
	return false
}

// copiesFromStage reports whether a COPY --from names a stage of the file.
func copiesFromStage(d *facts.Dockerfile, s *facts.Stage, in *dockerfile.Instruction) bool {
	return facts.Once(d, "copies from stages", s, func() map[*dockerfile.Instruction]bool {
		from := map[*dockerfile.Instruction]bool{}
		for _, r := range s.References() {
			from[r.Instruction] = from[r.Instruction] || r.Stage != nil
		}
		return from
	})[in]
}

// buildsPrograms reports whether the stage has compilers, as images do in which
// people build.
func buildsPrograms(d *facts.Dockerfile, s *facts.Stage) bool {
	return slices.ContainsFunc([]string{"gcc", "clang", "cmake", "build-essential"}, func(name string) bool { return installs(d, s, name) })
}

// rootSeverity is how bad it is that the start command runs as root; ok is false
// where it has to, or where the image is none of a service.
func rootSeverity(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, r runners) (severity lint.Severity, ok bool) {
	d := p.Doc
	severity = lint.Warning
	if dropsWorkers(d, s) {
		severity = lint.Info
	}
	switch {
	case isDevelopment(s), switchesAtStart(p, s), startsRootOnly(p, s), p.Project.StartScripts(s).Unknown:
		return 0, false
	case s.Last("expose") != nil:
		return severity, true
	case isForTrial(d, s) || buildsPrograms(d, s):
		return 0, false
	case r.serves != nil:
		return severity, true
	}
	return lint.Info, isServer(d, s) || buildsItself(d, s)
}
