package dockerfile

import (
	"slices"
	"sort"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// ShellcheckFinding reports what ShellCheck finds in the script of a `RUN`. Each of its
// codes is a variant of this rule, so SC2164 can be ignored or turned off by its own name.
//
// # Why it matters
//
// ShellCheck finds faults of shell scripts that are easy to overlook: a cd that may fail,
// a test that is always true, a variable that splits into words. The pages at
// shellcheck.net/wiki explain each code.
//
// ShellCheck must be installed or named by `--shellcheck`; dockmend's container image has
// it. It receives the stage's shell and the names of `ENV` and `ARG`.
//
// # How to fix it
//
// Follow the message. For SC2164, for example:
//
//	RUN cd /src && make
//
// # Exceptions
//
// It does not report:
//
//   - ShellCheck's levels info and style, and codes that rarely matter in a build, such as
//     unquoted words (SC2046) or a lost return value (SC2155)
//   - features that POSIX leaves open and the image's `/bin/sh` has, as on Alpine and on
//     distributions with rpm, where it is bash
//   - `echo -n`, which every sh supports
//   - a cd that ends its `RUN`, or that changes to a directory that every image has
//   - comments between backticks
//
// ShellCheck's errors are warnings here, because a static check does not prove that the
// shell fails. With the preset `hadolint`, all codes are reported with ShellCheck's
// severities.
var ShellcheckFinding = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:         "shellcheck-finding",
		Title:      "ShellCheck reports a problem in the script",
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
			f.Fixes = []lint.Fix{
				{Title: "apply the fix of ShellCheck", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph, Edits: slices.Clip(edits)},
			}
		}
		p.Report(f)
	}
}

// isPedantic reports whether a code is about a habit that rarely hurts a build.
func isPedantic(code string) bool {
	switch code {
	case "SC1083", "SC2034", "SC2038", "SC2046", "SC2097", "SC2098", "SC2140", "SC2155", "SC2211", "SC2226", "SC3043":
		return true
	}
	return false
}

// isIdle reports whether the problem of a note does no harm in its place.
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

// shellKnows reports whether the image's /bin/sh has a feature that POSIX leaves open, or
// may have it because the shell is not known: BusyBox's has most of them, bash all but
// process substitution.
func shellKnows(d *facts.Dockerfile, n lint.ScriptNote) bool {
	s, in := runAround(d, n.Span.Start)
	if in == nil {
		return false
	}
	if onBusyBox(s) || s.IsAlpine() || (n.Code != "SC3001" && s.ShIsBash(in)) {
		return true
	}
	if n.Code != "SC3040" {
		return false
	}
	hasPipefail, known := s.ShellHasPipefail(in)
	_, said := illegalPipefail(d, in) // another rule reports it
	return hasPipefail || !known || said
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

// cannotGetLost reports whether a cd cannot fail, or its failure is that of the RUN.
func cannotGetLost(d *facts.Dockerfile, n lint.ScriptNote) bool {
	c, isLast := commandAround(d, n)
	if c == nil {
		return false
	}
	to := c.Positional()
	return isLast || (len(to) == 1 && (isEverywhere(to[0].Text) || to[0].Text == "-" || to[0].Text == "~")) || len(c.Args()) == 0
}

// makesOneFolder reports whether all folders but the deepest of a mkdir -p exist in
// every image, so that its mode applies to all that it creates.
func makesOneFolder(d *facts.Dockerfile, n lint.ScriptNote) bool {
	c, _ := commandAround(d, n)
	if c == nil || c.Name() != "mkdir" {
		return false
	}
	folders := c.Positional("-m", "--mode")
	for _, f := range folders {
		path := strings.TrimRight(f.Text, "/")
		parent := path[:max(strings.LastIndexByte(path, '/'), 0)]
		if !strings.HasPrefix(path, "/") || (parent != "" && !isEverywhere(parent)) {
			return false
		}
	}
	return len(folders) > 0
}

// isEverywhere reports whether the images of all distributions have a folder.
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
