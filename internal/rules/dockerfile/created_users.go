package dockerfile

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// account is a user or group that a command makes.
type account struct {
	// name is empty where it is not written out.
	name string
	// id is the number that the command gives; empty for none.
	id      string
	isGroup bool
	command *facts.Command
}

// accountOf reads useradd, adduser, groupadd and addgroup; ok is false for every
// other command, and for "adduser user group", which makes nothing.
func accountOf(c *facts.Command) (a account, ok bool) {
	var valued []string
	a.command = c
	switch c.Name() {
	case "useradd":
		valued = []string{"-b", "--base-dir", "-c", "--comment", "-d", "--home-dir", "--home", "-e", "--expiredate", "-f", "--inactive", "-g", "--gid", "-G", "--groups", "-k", "--skel", "-K", "--key", "-p", "--password", "-R", "--root", "-P", "--prefix", "-s", "--shell", "-u", "--uid", "-Z", "--selinux-user"}
	case "adduser":
		valued = []string{"-h", "--home", "-g", "--gecos", "-s", "--shell", "-G", "--ingroup", "-u", "--uid", "-k", "--gid", "--conf", "--firstuid", "--lastuid", "--comment"}
	case "groupadd":
		a.isGroup = true
		valued = []string{"-g", "--gid", "-K", "--key", "-p", "--password", "-R", "--root", "-P", "--prefix", "-U", "--users"}
	case "addgroup":
		a.isGroup = true
		valued = []string{"-g", "--gid", "--conf", "--firstgid", "--lastgid"}
	default:
		return a, false
	}
	names := withoutClustered(c, c.Positional(valued...), valued)
	if len(names) != 1 || !isAccountName(names[0]) {
		return account{}, false
	}
	a.name = names[0].Text
	_, a.id = accountNumber(c)
	return a, true
}

// withoutClustered takes out the words that are values of flags written together,
// as the number of "-ru 10001".
func withoutClustered(c *facts.Command, words []facts.Argument, valued []string) []facts.Argument {
	args := c.Args()
	return slices.DeleteFunc(slices.Clone(words), func(w facts.Argument) bool {
		at := slices.IndexFunc(args, func(a facts.Argument) bool { return a.Span == w.Span })
		if at < 1 {
			return false
		}
		before := args[at-1].Text
		return len(before) > 2 && before[0] == '-' && before[1] != '-' && slices.Contains(valued, "-"+before[len(before)-1:])
	})
}

func isAccountName(w facts.Argument) bool {
	return w.Literal && strings.Trim(strings.ToLower(w.Text), "abcdefghijklmnopqrstuvwxyz0123456789-_") == "" && strings.Trim(w.Text, "0123456789") != ""
}

// accounts lists what the RUN instructions of a stage and of those that it builds
// on make; ok is false where they may be changed or removed again.
func accounts(d *facts.Dockerfile, s *facts.Stage) (list []account, ok bool) {
	made := facts.Once(d, "accounts", s, func() madeAccounts { return readAccounts(d, s) })
	return made.list, !made.unclear
}

// madeAccounts are the accounts that a stage makes; unclear is set where it
// changes or removes some.
type madeAccounts struct {
	list    []account
	unclear bool
}

func readAccounts(d *facts.Dockerfile, s *facts.Stage) (made madeAccounts) {
	for _, x := range s.Chain() {
		for _, in := range x.Own("run") {
			for _, c := range d.Commands(in) {
				switch c.Name() {
				case "usermod", "groupmod", "userdel", "groupdel", "deluser", "delgroup":
					return madeAccounts{unclear: true}
				}
				if a, ok := accountOf(c); ok {
					made.list = append(made.list, a)
				}
			}
		}
	}
	return made
}

// switchToOnlyUser adds a USER with the one user that onlyUser finds, above what starts
// the program. The user of a base image, to which nothing of the stage belongs, is none
// for a program that writes beside itself.
func switchToOnlyUser(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) []lint.Fix {
	d := p.Doc
	name, made := onlyUser(d, s)
	if name == "" || (!made && (writesBesideItself(p, s) || getsMounts(p, s))) {
		return nil
	}
	first := userPlace(d, s)
	if first == nil {
		return nil
	}
	edit, ok := insertLine(first, "USER", name)
	if !ok {
		return nil
	}
	return unsafeFix("switch to "+name, lint.EffectConfig, edit)
}

// userPlace is the instruction of a stage above which a USER may be put: the first one
// of those that start the program. It is nil where build steps follow, which would run as
// that user, where users may not open a port of it, and where a script or a tool may
// switch by itself.
func userPlace(d *facts.Dockerfile, s *facts.Stage) *dockerfile.Instruction {
	if isDevelopment(s) || startsScript(s) || opensLowPort(s) {
		return nil
	}
	if facts.Once(d, "switches the user", nil, func() bool { return switchesUser(string(d.Src)) }) {
		return nil
	}
	var first *dockerfile.Instruction
	for _, in := range s.Instructions {
		switch in.Keyword {
		case "cmd", "entrypoint":
			if first == nil {
				first = in
			}
		case "run", "copy", "add", "workdir", "volume", "onbuild":
			if first != nil {
				return nil
			}
		}
	}
	return first
}

// onlyUser is the one user that a stage makes, or the one that its base image has for
// programs if the stage makes none; empty where there is not one such user. made is set
// for one that the stage makes.
func onlyUser(d *facts.Dockerfile, s *facts.Stage) (name string, made bool) {
	list, ok := accounts(d, s)
	list = slices.DeleteFunc(slices.Clone(list), func(a account) bool { return a.isGroup })
	switch {
	case !ok || len(list) > 1:
		return "", false
	case len(list) == 1 && list[0].command.Conditional():
		return "", false
	case len(list) == 1:
		return list[0].name, true
	case isOfficialNode(s.Base()) && s.Last("volume") == nil:
		return "node", false // a volume would have to be that user's
	}
	return "", false
}

// isOfficialNode reports whether an image is the official one of Node.js, which has a
// user for programs (nodejs/docker-node, "Best Practices").
func isOfficialNode(i facts.Image) bool {
	return i.Known && !strings.Contains(i.Name(), "/") && i.Table().Program() == "node"
}

// startsScript reports whether the program is a script, which may need root and
// switch by itself.
func startsScript(s *facts.Stage) bool {
	for _, in := range []*dockerfile.Instruction{s.Entrypoint(), s.Command()} {
		if in != nil && strings.Contains(in.Args, ".sh") {
			return true
		}
	}
	return false
}

func opensLowPort(s *facts.Stage) bool {
	ports, _, known := s.ExposedPorts()
	return !known || slices.ContainsFunc(ports, func(port int) bool { return port < 1024 })
}

// freeNumber is the number for a new account: 10001 for the first of its kind
// that has none, and one more for each further, without those that are taken.
func freeNumber(d *facts.Dockerfile, c *facts.Command) string {
	return facts.Once(d, "free numbers", isGroupCommand(c), func() map[*facts.Command]string {
		numbers := map[*facts.Command]string{}
		number := 10001
		d.AllCommands(func(other *facts.Command) {
			if _, id := accountNumber(other); id != "" || !makesAccount(other) || isGroupCommand(other) != isGroupCommand(c) {
				return
			}
			for isMentioned(d, strconv.Itoa(number)) {
				number++
			}
			numbers[other] = strconv.Itoa(number)
			number++
		}, "useradd", "adduser", "groupadd", "addgroup")
		return numbers
	})[c]
}

func isGroupCommand(c *facts.Command) bool { return c.Name() == "groupadd" || c.Name() == "addgroup" }

func makesAccount(c *facts.Command) bool {
	return isGroupCommand(c) || c.Name() == "useradd" || c.Name() == "adduser"
}

// isMentioned reports whether a text stands anywhere in the file. It is for many
// texts: the file is indexed once.
func isMentioned(d *facts.Dockerfile, word string) bool {
	places, _ := d.Occurrences(word)
	return len(places) > 0
}

// accountNumber is the number that a command gives to a new user or group.
func accountNumber(c *facts.Command) (kind, id string) {
	switch c.Name() {
	case "useradd", "adduser":
		if a, ok := c.FlagValue("-u", "--uid"); ok {
			return "user", a.Text
		}
	case "groupadd", "addgroup":
		if a, ok := c.FlagValue("-g", "--gid"); ok {
			return "group", a.Text
		}
	}
	return "", ""
}

// switchesUser reports whether a file names a program that starts another one as some
// user, a start script that may, or a server that does it itself.
func switchesUser(file string) bool {
	for _, word := range []string{
		"gosu", "su-exec", "setpriv", "runuser", "s6-", "sudo", "chroot", "entrypoint", "init.sh", "start.sh", "run.sh", "supervisor", "su - ", "su -c", "--user",
		"nginx", "httpd", "apache", "postgres", "mysql", "sshd", "haproxy",
	} {
		if strings.Contains(file, word) {
			return true
		}
	}
	return false
}
