package facts

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// System is the family of the distribution that an image holds.
type System uint8

// What can be known about an image's system. UnknownSystem is also the answer
// for images without a distribution, as scratch.
const (
	UnknownSystem System = iota
	// Alpine is that of musl and apk.
	Alpine
	// Debian is that of glibc and apt: Debian, Ubuntu and what builds on them.
	Debian
	// RedHat is that of glibc and rpm.
	RedHat
)

// System is the family of the image's system, by its name and tag.
func (i Image) System() System {
	if !i.Known || i.IsWindows() {
		return UnknownSystem
	}
	_, isAlpine := images.Says(i.Repository, images.Alpine)
	variant := strings.ToLower(i.Tag)
	switch {
	case isAlpine, strings.Contains(variant, "alpine"):
		return Alpine
	case strings.Contains(variant, "ubi"), strings.Contains(variant, "oracle"), strings.Contains(variant, "al20"),
		strings.Contains(variant, "chiseled"), strings.Contains(variant, "nanoserver"):
		// official images with another system than usual
		return UnknownSystem
	}
	switch i.Table().System() {
	case "alpine":
		return Alpine
	case "debian":
		return Debian
	case "redhat":
		return RedHat
	}
	return UnknownSystem
}

// ShIsBash reports whether /bin/sh is bash where the instruction runs: on the
// distributions whose packages come with rpm or pacman, and behind a RUN that
// made it so. Bash called as sh knows all but process substitution.
func (s *Stage) ShIsBash(in *dockerfile.Instruction) bool {
	base := s.Base()
	if kind, _ := base.Table().Shell(); kind == "bash" || base.System() == RedHat {
		return true
	}
	if _, keeps := images.Says(base.Repository, images.Bash); base.Known && keeps {
		return true
	}
	for _, x := range s.Chain() {
		for _, c := range x.Instructions {
			if c.Keyword != "run" || (x == s && c.Index() > in.Index()) {
				continue
			}
			for _, command := range s.doc.Commands(c) {
				switch command.Name() {
				case "yum", "dnf", "microdnf", "tdnf", "zypper", "pacman", "rpm":
					return true
				case "ln", "mv", "dpkg-reconfigure":
					if c != in && putsBash(command) {
						return true
					}
				}
			}
		}
	}
	return false
}

// IsAlpine reports whether the stage is on Alpine, by its base, or since it calls apk,
// which no other system has, whatever the base is called.
func (s *Stage) IsAlpine() bool {
	base := s.Base()
	if base.System() != UnknownSystem {
		return base.System() == Alpine
	}
	return s.Any("calls apk", func(in *dockerfile.Instruction) bool {
		return in.Keyword == "run" && slices.ContainsFunc(s.doc.Commands(in), func(c *Command) bool { return c.Name() == "apk" })
	})
}

// ShStepsAside reports whether /bin/sh is known to be a shell that the last command
// of "sh -c" replaces, so that this gets the stop signal: bash, and BusyBox's ash.
// dash stays in front of it. Measured with bash 5.2, BusyBox 1.35 and dash 0.5.12.
func (s *Stage) ShStepsAside(in *dockerfile.Instruction) bool {
	return s.IsAlpine() || s.ShIsBash(in)
}

// ShellHasPipefail reports whether the shell that runs an instruction knows the
// option pipefail; known is false where nothing says which shell it is. bash, zsh,
// the ksh family and BusyBox's ash know it. dash does not: 0.5.12 of Debian 12 ends
// with "Illegal option -o pipefail".
func (s *Stage) ShellHasPipefail(in *dockerfile.Instruction) (has, known bool) {
	shell := s.Shell(in)
	if len(shell.Words) == 0 {
		return false, false
	}
	switch path.Base(shell.Words[0]) {
	case "bash", "zsh", "ksh", "mksh", "ash", "busybox":
		return true, true
	case "dash":
		return false, true
	case "sh":
		if s.ShStepsAside(in) {
			return true, true
		}
		kind, _ := s.Base().Table().Shell()
		return kind == "busybox", s.Base().System() == Debian || kind == "dash" || kind == "busybox"
	}
	return false, false
}

// putsBash reports whether a command makes bash the program /bin/sh.
func putsBash(c *Command) bool {
	bash, sh := false, c.Name() == "dpkg-reconfigure"
	for _, a := range c.Args() {
		switch a.Text {
		case "bash", "/bin/bash", "/usr/bin/bash", "dash":
			bash = true
		case "/bin/sh", "/usr/bin/sh":
			sh = true
		}
	}
	return bash && sh
}
