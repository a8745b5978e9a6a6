package facts

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"mvdan.cc/sh/v3/syntax"
)

// StartScripts are the scripts with which a container of a stage starts: those that
// ENTRYPOINT and CMD name, and those that they call.
type StartScripts struct {
	// Names are the paths of the scripts' files, as reports have them.
	Names []string
	// Calls are the commands of all of them in the order of their text, those in
	// functions and conditions too, without wrappers such as exec.
	Calls []*Command
	// Unknown is set where a script is started that a step of the build makes, that is
	// empty, as in a part of a repository, or that cannot be parsed: it may do anything.
	Unknown bool
}

// Limits on what is read of them.
const (
	maxStartScripts     = 8
	maxStartScriptDepth = 3
)

// StartScripts reads the scripts that a container of the stage starts with.
func (p *Project) StartScripts(s *Stage) *StartScripts {
	return Once(s.doc, "scripts that start it", s, func() *StartScripts {
		found := &StartScripts{}
		for _, in := range []*dockerfile.Instruction{s.Entrypoint(), s.Command()} {
			if in == nil {
				continue
			}
			for _, c := range s.doc.Commands(in) {
				p.follow(s, c, found, 0)
			}
		}
		return found
	})
}

// follow reads the script that a command starts, if it starts one.
func (p *Project) follow(s *Stage, c *Command, found *StartScripts, depth int) {
	name := s.startedFile(c, nil)
	if name == "" || depth == maxStartScriptDepth || len(found.Names) == maxStartScripts {
		return
	}
	file := p.textOf(s, nil, name)
	switch {
	case file == nil: // the base's own, or made by a step that does not name it
		found.Unknown = found.Unknown || strings.HasPrefix(path.Base(name), "init")
	case file.absent: // not in this checkout
	case !isScriptText(file.text):
		found.Unknown = found.Unknown || looksLikeScript(name)
	case !slices.Contains(found.Names, file.name):
		found.Names = append(found.Names, file.name)
		calls, readable := callsOf(file.text)
		found.Unknown = found.Unknown || !readable
		found.Calls = append(found.Calls, calls...)
		for _, call := range calls {
			p.follow(s, call, found, depth+1)
		}
	}
}

// startedFile is the file that a command runs: the program itself, or the script that it
// gives to a shell or sources; empty where that is not known. in is the instruction that
// runs it, nil for a container's start.
func (s *Stage) startedFile(c *Command, in *dockerfile.Instruction) string {
	var words []string
	for _, w := range c.Words {
		text := w.Text
		if !w.Literal {
			scope := s.EndScope()
			if in != nil {
				scope = s.doc.ScopeAt(in)
			}
			value, known := s.doc.expand(text, scope)
			if !known {
				return ""
			}
			text = value
		}
		words = append(words, text)
	}
	if len(words) == 0 {
		return ""
	}
	return ScriptNamed(words)
}

// ScriptNamed is the file that words start: the program itself, or the script that they
// give to a shell; empty where there is none.
func ScriptNamed(words []string) string {
	at, _ := ProgramAt(words)
	words = words[at:]
	if readsScript(words[0]) {
		return scriptArgument(words[1:])
	}
	return words[0]
}

// readsScript reports whether a program runs a script that it is given.
func readsScript(program string) bool {
	return isShellProgram(program) || program == "." || program == "source"
}

// scriptArgument is the file among the arguments of such a program; empty for none.
func scriptArgument(args []string) string {
	for _, w := range args {
		if strings.HasPrefix(w, "-") && strings.Contains(w, "c") && isCluster(w) {
			return ""
		}
		if !strings.HasPrefix(w, "-") {
			return w
		}
	}
	return ""
}

// looksLikeScript reports whether a file of that name is a script, as far as names show
// it.
func looksLikeScript(name string) bool {
	base := strings.ToLower(path.Base(name))
	return strings.HasSuffix(base, ".sh") || strings.HasSuffix(base, ".bash") || strings.HasPrefix(base, "init") ||
		strings.Contains(base, "entrypoint") ||
		strings.Contains(base, "entry-point")
}

// textOf follows a file in the image of a stage back to its text, as an instruction finds
// it, or a container for nil; nil where no instruction writes it.
func (p *Project) textOf(s *Stage, in *dockerfile.Instruction, name string) *origins {
	candidates := []string{name}
	switch {
	case path.IsAbs(name):
	case strings.Contains(name, "/"):
		candidates = []string{path.Join(s.folderOfCopies(in), name)}
	default:
		folders, _ := s.searchPath()
		folders = append(folders, s.folderOfCopies(in)) // a shell's argument
		candidates = candidates[:0]
		for _, folder := range folders {
			candidates = append(candidates, path.Join(folder, name))
		}
	}
	o := p.readsOf(s)
	for _, candidate := range candidates {
		if o.of(s, path.Clean(candidate)) != NotWritten {
			return o
		}
	}
	return nil
}

// folderOfCopies is where an instruction runs, or the container starts where in is nil.
// What is copied to a relative path lies in the same folder, so that any name does for
// one that the base alone knows.
func (s *Stage) folderOfCopies(in *dockerfile.Instruction) string {
	if folder, known := s.Folder(in); known {
		return folder
	}
	return "/"
}

// isScriptText reports whether a file is one that a shell of the POSIX family runs.
func isScriptText(src []byte) bool {
	if len(src) == 0 || len(src) > limits.ScriptBytes || bytes.IndexByte(src, 0) >= 0 {
		return false
	}
	line, _, _ := strings.Cut(string(src), "\n")
	return !strings.HasPrefix(line, "#!") || dialectOf(shebang(line)) != ""
}

// callsOf lists the simple commands of a script; ok is false where it cannot be parsed.
func callsOf(src []byte) (calls []*Command, ok bool) {
	file, err := parseBash(src)
	if err != nil {
		return nil, false
	}
	return callsIn(file, src), true
}

func parseBash(src []byte) (*syntax.File, error) {
	return dockerfile.ParseShell(syntax.LangBash, string(src))
}

// callsIn lists the simple commands of a script that was parsed.
func callsIn(file *syntax.File, src []byte) (calls []*Command) {
	syntax.Walk(file, func(n syntax.Node) bool {
		call, isCall := n.(*syntax.CallExpr)
		if !isCall || len(call.Args) == 0 {
			return n != nil
		}
		c := &Command{Call: call}
		for _, w := range call.Args {
			value, literal := Literal(w)
			if !literal {
				value = string(src[w.Pos().Offset():min(int(w.End().Offset()), len(src))])
			}
			c.Words = append(c.Words, Argument{Text: value, Literal: literal, Word: w})
		}
		c.unwrap()
		if len(c.Words) > 0 {
			calls = append(calls, c)
		}
		return true
	})
	return calls
}

// DropsRights reports whether a command starts a program as another user.
func DropsRights(c *Command) bool {
	switch c.Name() {
	case "su", "runuser", "gosu", "su-exec", "setpriv", "chpst", "setuidgid", "s6-setuidgid", "start-stop-daemon", "capsh":
		return true
	case "chroot":
		return c.HasFlag("--userspec")
	}
	for i, w := range c.Wrappers {
		if path.Base(w.Text) == "sudo" && i+1 < len(c.Wrappers) && strings.HasPrefix(c.Wrappers[i+1].Text, "-") {
			return true
		}
	}
	return false
}

// rootPrograms are the programs of NeedsRoot, each between blanks, by what they need root
// for, as their manuals say.
const rootPrograms = " sshd dropbear vsftpd proftpd pure-ftpd smbd nmbd winbindd xinetd xrdp xrdp-sesman cupsd in.telnetd cron crond atd " +
	"init systemd s6-svscan runsvdir my_init udevd dbus-daemon avahi-daemon watchdog dockerd containerd crio podman " +
	"buildkitd kubelet k3s k0s rke2 libvirtd litefs cadvisor falco dhcpd dhclient dhcrelay udhcpd kea-dhcp4 kea-dhcp6 " +
	"dnsmasq radvd in.tftpd atftpd tftpd ntpd chronyd named unbound rpcbind rpc.nfsd rpc.mountd ganesha.nfsd exportfs " +
	"swapon mkswap mount umount losetup openvpn openconnect ocserv wg-quick wireguard-go boringtun tailscaled zerotier-one " +
	"nebula tincd ipsec charon charon-systemd swanctl xl2tpd pppd pptpd hostapd wpa_supplicant keepalived bird bird6 zebra " +
	"bgpd ospfd watchfrr modprobe insmod iptables iptables-restore ip6tables nft ipset tc fail2ban-server suricata snort " +
	"tcpdump conntrackd postfix dovecot exim exim4 opendkim rsyslogd auditd acpid pcscd bluetoothd usbmuxd useradd usermod " +
	"userdel groupadd groupmod adduser addgroup "

// NeedsRoot reports whether a command is one that only root can run: a server that logs
// people in or starts jobs for all users, the program that starts all others, a container
// engine, one that opens raw sockets, tunnels or devices or mounts file systems, or a
// change of the kernel's settings, of users or of mounts. Programs that begin as root and
// change to a user of their own, such as named, are among them.
func NeedsRoot(c *Command) bool {
	if name := c.Name(); name != "" && strings.Contains(rootPrograms, " "+name+" ") {
		return true
	}
	switch c.Name() {
	case "sysctl":
		return c.HasFlag("-w", "-p") || slices.ContainsFunc(c.Args(), func(a Argument) bool { return strings.Contains(a.Text, "=") })
	}
	return slices.ContainsFunc(c.Args(), func(a Argument) bool {
		return path.Base(a.Text) == "sshd" || a.Text == "/sbin/init" || a.Text == "/usr/sbin/init"
	})
}
