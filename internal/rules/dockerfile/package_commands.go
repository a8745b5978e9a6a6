package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
)

func isSystemManager(name string) bool {
	switch name {
	case "apt-get", "apt", "aptitude", "apk", "zypper", "yum", "dnf", "microdnf":
		return true
	}
	return false
}

func updatesIndex(c facts.PackageCommand) bool {
	switch c.Manager {
	case "apt-get", "apt", "apk":
		return c.Action == "update"
	case "zypper":
		return c.Action == "refresh" || c.Action == "ref"
	case "yum", "dnf", "microdnf":
		return c.Action == "makecache" || c.Action == "check-update"
	}
	return false
}

// mayInstall reports whether a command may run anything: a script, an interpreter, or a
// program whose name is a variable.
func mayInstall(c *facts.Command) bool {
	switch name := c.Name(); name {
	case "", "sh", "bash", "source", ".", "xargs", "eval", "python", "python3", "perl", "make", "ansible-playbook", "apt-mark", "dpkg", "gdebi", "rosdep", "mk-build-deps", "tasksel", "playwright", "npx":
		return true
	default:
		return strings.HasSuffix(name, ".sh") || strings.Contains(name, "install") || strings.HasPrefix(c.Words[0].Text, "./") ||
			strings.HasPrefix(c.Words[0].Text, "/tmp")
	}
}
