package dockerfile

import (
	"slices"
	"sort"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// ShellcheckFinding passes on what ShellCheck says about the script of a RUN.
//
// ShellCheck knows the shell better than any linter of Dockerfiles: words that
// split, a cd that may fail, a test that is always true. Each of its codes is a
// variant of this rule, so SC2164 can be ignored or switched off by its own
// name; its pages are at shellcheck.net/wiki.
//
// The program has to be installed, or named by --shellcheck; the container image
// has it. It is told the stage's shell and the names of ENV and ARG. Only its
// errors and warnings are said, and not the codes about words that split or a
// return value that is lost, which in a build are nearly always as they were
// meant. Its errors are warnings here, since it does not run the shell. In hadolint's
// mode all is said, with ShellCheck's severities.
//
// Silent also for what POSIX leaves open and the image's /bin/sh knows, as that
// of Alpine and of the distributions with rpm, where it is bash; for echo -n,
// which every sh knows; for a cd that ends its RUN or goes to a folder that every
// image has; and for comments between backticks.
var ShellcheckFinding = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:         "shellcheck-finding",
		Title:      "ShellCheck finds fault with the script",
		Category:   lint.Correctness,
		Severity:   lint.Warning,
		Confidence: lint.Medium,
		Default:    true,
		Since:      "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: lint.AnyShellCheck, Severity: lint.Warning}},
			lint.Names("DF066", "tally/shellcheck")...,
		),
	},
	Check: checkShellcheckFinding,
}

func checkShellcheckFinding(p *facts.Pass[*facts.Dockerfile]) {
	for _, n := range p.Notes {
		if !p.Hadolint && (n.Severity < lint.Warning || isPedantic(n.Code) || isIdle(p.Doc, n)) {
			continue
		}
		severity := n.Severity
		if severity == lint.Error && !p.Hadolint {
			severity = lint.Warning // ShellCheck's reading of a script proves no failure of the shell
		}
		f := lint.Finding{
			Span: n.Span, Variant: n.Code, Severity: severity,
			Message: "shellcheck: " + strings.TrimRight(n.Message, ". "),
		}
		if len(n.Edits) > 0 {
			edits := make([]lint.FileEdit, len(n.Edits))
			for i, e := range n.Edits {
				edits[i] = lint.FileEdit{Edit: e}
			}
			f.Fixes = []lint.Fix{{Title: "apply ShellCheck's repair", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph, Edits: slices.Clip(edits)}}
		}
		p.Report(f)
	}
}

// isPedantic tells whether a code is about a habit that rarely hurts a build.
func isPedantic(code string) bool {
	switch code {
	case "SC1083", "SC2034", "SC2038", "SC2046", "SC2097", "SC2098", "SC2140", "SC2155", "SC2211", "SC3043":
		return true
	}
	return false
}

// isIdle tells whether what a note is about does no harm where it stands.
func isIdle(d *facts.Dockerfile, n lint.ScriptNote) bool {
	switch words := d.Text(n.Span); {
	case n.Code == "SC3037" && words == "-n":
		return true
	case n.Code == "SC2092":
		return strings.HasPrefix(words, "`#")
	case strings.HasPrefix(n.Code, "SC30"):
		return shellKnows(d, n)
	case n.Code == "SC2164":
		return cannotGetLost(d, n)
	case n.Code == "SC2174":
		return makesOneFolder(d, n)
	}
	return false
}

// runAround is the RUN around an offset, with its stage; nil if there is none.
func runAround(d *facts.Dockerfile, offset int) (*facts.Stage, *dockerfile.Instruction) {
	after := sort.Search(len(d.Instructions), func(i int) bool { return d.Instructions[i].Span.Start > offset })
	if after == 0 {
		return nil, nil
	}
	in := d.Instructions[after-1]
	s := d.StageOf(in)
	if s == nil || in.Keyword != "run" || offset >= in.Span.End {
		return nil, nil
	}
	return s, in
}

// shellKnows reports whether the image's /bin/sh has what POSIX leaves open, or may
// have it since nothing says which shell it is: BusyBox's has most of it, bash all but
// process substitution.
func shellKnows(d *facts.Dockerfile, n lint.ScriptNote) bool {
	s, in := runAround(d, n.Span.Start)
	if in == nil {
		return false
	}
	if onBusyBox(s) || s.IsAlpine() || n.Code != "SC3001" && s.ShIsBash(in) {
		return true
	}
	if n.Code != "SC3040" {
		return false
	}
	hasPipefail, known := s.ShellHasPipefail(in)
	_, said := illegalPipefail(d, in) // by a rule of its own
	return hasPipefail || !known || said
}

// onBusyBox tells whether the stage has BusyBox's programs.
func onBusyBox(s *facts.Stage) bool {
	base := s.Base().Text
	return strings.Contains(base, "alpine") || strings.Contains(base, "busybox")
}

// commandAround is the command of a RUN's script that a note is about.
func commandAround(d *facts.Dockerfile, n lint.ScriptNote) (c *facts.Command, isLast bool) {
	_, in := runAround(d, n.Span.Start)
	if in == nil {
		return nil, false
	}
	commands := d.Commands(in)
	for i, x := range commands {
		if x.Span.Start <= n.Span.Start && n.Span.Start < x.Span.End {
			c, isLast = x, i == len(commands)-1
		}
	}
	return c, isLast
}

// cannotGetLost tells whether a cd cannot fail, or its failure is that of the RUN.
func cannotGetLost(d *facts.Dockerfile, n lint.ScriptNote) bool {
	c, isLast := commandAround(d, n)
	if c == nil {
		return false
	}
	to := c.Positional()
	return isLast || len(to) == 1 && (isEverywhere(to[0].Text) || to[0].Text == "-" || to[0].Text == "~") || len(c.Args()) == 0
}

// makesOneFolder tells whether all folders but the deepest of a mkdir -p exist in
// every image, so that its mode reaches what is made.
func makesOneFolder(d *facts.Dockerfile, n lint.ScriptNote) bool {
	c, _ := commandAround(d, n)
	if c == nil || c.Name() != "mkdir" {
		return false
	}
	folders := c.Positional("-m", "--mode")
	for _, f := range folders {
		path := strings.TrimRight(f.Text, "/")
		parent := path[:max(strings.LastIndexByte(path, '/'), 0)]
		if !strings.HasPrefix(path, "/") || parent != "" && !isEverywhere(parent) {
			return false
		}
	}
	return len(folders) > 0
}

// isEverywhere tells whether a folder is one that the images of all
// distributions have.
func isEverywhere(path string) bool {
	if len(path) > 1 {
		path = strings.TrimRight(path, "/")
	}
	switch path {
	case "/", "/bin", "/etc", "/home", "/lib", "/media", "/mnt", "/opt", "/root", "/run", "/sbin", "/srv", "/tmp", "/usr", "/usr/bin", "/usr/lib",
		"/usr/local", "/usr/local/bin", "/usr/local/lib", "/usr/local/share", "/usr/sbin", "/usr/share", "/usr/src", "/var", "/var/cache", "/var/lib",
		"/var/log", "/var/tmp":
		return true
	}
	return false
}
