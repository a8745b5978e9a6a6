package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// WorkdirInSystemDirectory finds WORKDIR in a folder that belongs to the
// system: what is copied there can overwrite the distribution's programs.
//
// Silent for /opt, /srv, /var, /home, /usr/src, /usr/local and the like, for
// folders below /etc and /usr/lib that belong to one program, and where no COPY or
// ADD brings a folder to a path that is relative to it.
//
// There is no fix: scripts and other files may name the folder.
var WorkdirInSystemDirectory = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "workdir-in-system-directory",
		Title:    "WORKDIR is a folder of the system",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Aliases:  lint.Names("DS030"),
	},
	Check: checkWorkdirInSystemDirectory,
}

func checkWorkdirInSystemDirectory(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("workdir", true, func(in *dockerfile.Instruction) {
		if path := bare(in.Args); isSystemDirectory(path) && (p.Hadolint || fillsWorkdir(p, in)) {
			p.Report(lint.Finding{Span: in.ArgsSpan, Message: fmt.Sprintf("%s belongs to the system, and what lands there can overwrite it; use a folder of your own, as /app", quoteShort(path))})
		}
	})
}

// fillsWorkdir tells whether a COPY or ADD brings a folder to a path relative to a
// WORKDIR, before the next one.
func fillsWorkdir(p *facts.Pass[*facts.Dockerfile], in *dockerfile.Instruction) bool {
	s := p.Doc.StageOf(in)
	if s == nil {
		return false
	}
	for _, c := range s.After(in) {
		switch c.Keyword {
		case "workdir":
			return false
		case "copy", "add":
			if _, to, ok := copyWords(c); ok && !isAbsoluteDestination(bare(to.Text)) && !strings.HasPrefix(to.Text, "$") && copiesFolder(p, c) {
				return true
			}
		}
	}
	return false
}

// isSystemDirectory tells whether a path is one of the system's folders, or lies
// in one that no program has to itself.
func isSystemDirectory(path string) bool {
	path = strings.TrimRight(path, "/")
	for _, dir := range []string{"/proc", "/sys", "/dev", "/boot", "/lib", "/lib64", "/bin", "/sbin", "/etc", "/usr/bin", "/usr/sbin", "/usr/lib", "/run"} {
		if path == dir || strings.HasPrefix(path, dir+"/") && dir != "/etc" && dir != "/usr/lib" && dir != "/run" && dir != "/lib" {
			return true
		}
	}
	return false
}
