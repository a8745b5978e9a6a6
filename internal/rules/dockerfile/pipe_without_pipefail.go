package dockerfile

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
	"mvdan.cc/sh/v3/syntax"
)

// PipeWithoutPipefail reports pipes in RUN whose left side can fail without failing
// the build.
//
// # Why it matters
//
// A shell takes the exit status of a pipe from its last command. If the first command
// of "curl ... | sh" fails, the last one reads a part of its input or nothing, and the
// build continues with an incomplete image.
//
// # How to fix it
//
// Where /bin/sh is bash (Fedora, Rocky Linux, UBI) or BusyBox's ash (Alpine), begin the
// command with "set -o pipefail &&". On Debian and Ubuntu, /bin/sh is dash, which does
// not have the option and stops with "Illegal option -o pipefail". Use bash for the
// instructions that follow:
//
//	SHELL ["/bin/bash", "-o", "pipefail", "-c"]
//
// # Fix safety
//
// There is no automatic fix: the shell decides how to ask for it, and a command that may fail today,
// such as the first one before head, would end the build.
//
// # Exceptions
//
// The finding has severity info and the variant `excused` where nothing on the left side
// downloads, compiles or copies out a database, and for a key that the next
// "apt-get update" of the same `RUN` needs.
//
// It does not report:
//
//   - pipes under "set -o pipefail", or under a SHELL that sets it
//   - a left side that cannot fail in a way that matters, such as echo, cat or find
//   - a right side that fails on empty input, such as tar, gpg or "sha256sum -c"
//   - a value that the script checks afterwards, or that is part of an address to download
//   - stages whose image an argument chooses, because the shell is not known
var PipeWithoutPipefail = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "pipe-without-pipefail",
		Title:    "Pipe hides the failure of its first command",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsRegistry,
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases: append(
			[]lint.Alias{{Name: "DL4006", Severity: lint.Warning}},
			lint.Names("DF057", "docs:pipes", "kics:shell_pipe_without_pipefail_flag", "kics:shell_running_a_pipe_without_pipefail_flag", "semgrep:set-pipefail")...,
		),
	},
	Check: checkPipeWithoutPipefail,
}

func checkPipeWithoutPipefail(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("run", p.Hadolint, func(in *dockerfile.Instruction) {
		if in.JSON || !strings.Contains(in.Body, "|") || !p.Doc.RunsPOSIX(in) || setsPipefail(p, in) {
			return
		}
		s := in.Script()
		if s == nil || s.File == nil {
			return
		}
		reported := false
		counted := countedSubstitutions(s.File)
		syntax.Walk(s.File, func(n syntax.Node) bool {
			if !p.Hadolint && statusIsLost(n, in.Body, counted) {
				return false
			}
			pipe, ok := n.(*syntax.BinaryCmd)
			if !ok || reported || (pipe.Op != syntax.Pipe && pipe.Op != syntax.PipeAll) {
				return !reported
			}
			left := stmtName(pipe.X)
			if !p.Hadolint && failsOnNothing(pipe.Y) {
				return false // what the commands before hand on is nothing, where one of them fails
			}
			if !p.Hadolint && (isHarmless(left, pipe) || verifiedLater(p.Doc, in, s.SpanOf(pipe).End)) {
				return true
			}
			reported = true
			if basePipefail(p, in) || (!p.Hadolint && hasVariableBase(p.Doc, in)) {
				return false
			}
			f := lint.Finding{
				Span:    s.SpanOf(pipe),
				Message: fmt.Sprintf("if %s fails, the build continues, because a pipe has the exit status of its last command; %s", quoteShort(left), pipefailAdvice(p.Doc, in)),
			}
			if !p.Hadolint && (!failsSometimes(pipe.X) || isKeyForUpdate(p.Doc, in, s.SpanOf(pipe))) {
				f = facts.Excuse(f)
			}
			p.Report(f)
			return false
		})
	})
}

// isHarmless reports whether the failure of a pipe's left side does not matter, or is the
// subject of another rule: a download that is run.
func isHarmless(left string, pipe *syntax.BinaryCmd) bool {
	return cannotFail(left) || ((left == "curl" || left == "wget") && interprets(pipe.Y))
}

// isKeyForUpdate reports whether a pipe brings a key that the package lists need, which
// are read after it in the same RUN: that fails where the key is empty.
func isKeyForUpdate(d *facts.Dockerfile, in *dockerfile.Instruction, pipe text.Span) bool {
	words := d.Text(pipe)
	isKey := slices.ContainsFunc([]string{"keyring", ".gpg", ".asc", "trusted.gpg"}, func(w string) bool { return strings.Contains(words, w) })
	return isKey && slices.ContainsFunc(d.Commands(in), func(c *facts.Command) bool {
		pkg, ok := facts.Packages(c)
		return ok && c.Span.Start > pipe.End && pkg.Action == "update" && strings.HasPrefix(pkg.Manager, "apt")
	})
}

// hasVariableBase reports whether an argument chooses the image, and so the shell, in which
// an instruction runs: what one shell takes stops another.
func hasVariableBase(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	s := d.StageOf(in)
	return s != nil && slices.ContainsFunc(s.Chain(), func(x *facts.Stage) bool {
		name, _, _ := strings.Cut(strings.ReplaceAll(x.Image.Raw, ":-", ""), ":")
		return strings.Contains(name, "$")
	})
}

// failsSometimes reports whether a command of a pipe's left side downloads, compiles or
// copies out a database, which fails now and then; others fail always or never.
func failsSometimes(left *syntax.Stmt) bool {
	found := false
	syntax.Walk(left, func(n syntax.Node) bool {
		if call, ok := n.(*syntax.CallExpr); ok && len(call.Args) > 0 {
			switch name, _ := facts.Literal(call.Args[0]); name {
			case "curl", "wget", "fetch", "aria2c", "gsutil", "aws", "skopeo", "crane", "oras",
				"make", "cmake", "ninja", "mvn", "gradle", "bazel", "cargo", "npm", "yarn", "pnpm", "pip", "./configure", "pytest", "mysqldump", "pg_dump", "mongodump":
				found = true
			}
		}
		return !found
	})
	return found
}

// countedSubstitutions are the substitutions whose status is that of their command:
// those in an assignment that is a command by itself. In an argument, a test or after
// export the status is lost, whatever pipefail says.
func countedSubstitutions(file *syntax.File) map[*syntax.CmdSubst]bool {
	counted := map[*syntax.CmdSubst]bool{}
	syntax.Walk(file, func(n syntax.Node) bool {
		call, ok := n.(*syntax.CallExpr)
		if !ok || len(call.Args) > 0 {
			return true
		}
		for _, a := range call.Assigns {
			if a.Value == nil {
				continue
			}
			syntax.Walk(a.Value, func(n syntax.Node) bool {
				if sub, ok := n.(*syntax.CmdSubst); ok {
					counted[sub] = true
					return false
				}
				return true
			})
		}
		return true
	})
	return counted
}

// statusIsLost reports whether nobody sees the status of what is in a node: of a
// substitution that does not count, of a command whose failure is ignored, and of the
// value of a variable that the script then looks at.
func statusIsLost(n syntax.Node, script string, counted map[*syntax.CmdSubst]bool) bool {
	switch x := n.(type) {
	case *syntax.Assign:
		return looksAt(script, x) || isDownloadedBy(script, x)
	case *syntax.CmdSubst:
		return !counted[x]
	case *syntax.ProcSubst:
		return true
	case *syntax.BinaryCmd:
		return (x.Op == syntax.OrStmt || x.Op == syntax.Pipe) && isIgnored(stmtName(x.Y))
	}
	return false
}

// isIgnored reports whether a command after "||" says that a failure does not matter.
func isIgnored(name string) bool {
	switch name {
	case "true", ":", "echo", "printf":
		return true
	}
	return false
}

// verifiedLater reports whether a command of the same RUN after a place checks what was
// fetched, by a checksum or a signature.
func verifiedLater(d *facts.Dockerfile, in *dockerfile.Instruction, after int) bool {
	return slices.ContainsFunc(d.Commands(in), func(c *facts.Command) bool {
		if c.Span.Start < after {
			return false
		}
		switch c.Name() {
		case "sha256sum", "sha512sum", "sha384sum", "sha224sum", "sha1sum", "md5sum", "b2sum", "shasum":
			return c.HasFlag("-c", "--check")
		case "gpg", "gpgv", "gpg2", "cosign", "minisign":
			return true
		}
		return false
	})
}

// pipefailAdvice says how to get the option in the shell that runs the instruction.
func pipefailAdvice(d *facts.Dockerfile, in *dockerfile.Instruction) string {
	const option, bash = "begin with set -o pipefail", `SHELL ["/bin/bash", "-o", "pipefail", "-c"]`
	s := d.StageOf(in)
	if s == nil {
		return option + " in a shell that has it, such as bash"
	}
	has, known := s.ShellHasPipefail(in)
	switch {
	case has:
		return option
	case known:
		return "add " + bash + " above it, because its shell, dash, has no pipefail"
	}
	return option + " if the shell is bash or BusyBox's ash; if it is dash, add " + bash + " above it"
}

// looksAt reports whether a script tests the variable of an assignment.
func looksAt(script string, a *syntax.Assign) bool {
	if a.Name == nil {
		return false
	}
	for _, test := range []string{`[ -n "$`, `[ -z "$`, "[ -n $", "[ -z $", `test -n "$`, `test -z "$`, `[ "$`, "[ $", `[[ $`, `[[ -z $`, `[[ -n $`} {
		if strings.Contains(script, test+a.Name.Value) || strings.Contains(script, test+"{"+a.Name.Value) {
			return true
		}
	}
	return false
}

// isDownloadedBy reports whether a script has the variable of an assignment in an address,
// which leads nowhere where the value is empty.
func isDownloadedBy(script string, a *syntax.Assign) bool {
	if a.Name == nil {
		return false
	}
	for _, use := range []string{"$" + a.Name.Value, "${" + a.Name.Value} {
		for rest := script; ; {
			before, after, ok := strings.Cut(rest, use)
			if !ok {
				break
			}
			word := before[strings.LastIndexAny(before, " \t\n")+1:]
			if strings.Contains(word, "://") {
				return true
			}
			rest = after
		}
	}
	return false
}

// setsPipefail reports whether the option is in force, by SHELL or by the script.
func setsPipefail(p *facts.Pass[*facts.Dockerfile], in *dockerfile.Instruction) bool {
	if strings.Contains(in.Body, "pipefail") && !p.Hadolint {
		return true
	}
	s := p.Doc.StageOf(in)
	if s == nil {
		return false
	}
	words := s.Shell(in).Words
	return slices.Contains(words, "pipefail") && (!p.Hadolint || takesPipefail(words[0]))
}

// takesPipefail reports whether hadolint's rule takes the word of a shell that it has the
// option: sh, dash and others have not.
func takesPipefail(shell string) bool {
	return slices.Contains([]string{"bash", "ash", "zsh"}, path.Base(shell))
}

// basePipefail reports whether the base brings a shell with pipefail along.
func basePipefail(p *facts.Pass[*facts.Dockerfile], in *dockerfile.Instruction) bool {
	s := p.Doc.StageOf(in)
	if s == nil || s.Shell(in).Instruction != nil {
		return false
	}
	base, _ := lookUpBase(p, s)
	return slices.Contains(base.Shell, "pipefail")
}

// failsOnNothing reports whether a program that reads nothing fails itself. What only
// copies, packs or sets what it reads does not; psql and mysql are left alone, since what
// they read is most often made by a program that they wait for.
func failsOnNothing(s *syntax.Stmt) bool {
	call, ok := s.Cmd.(*syntax.CallExpr)
	if !ok || len(call.Args) == 0 {
		return false
	}
	words := call.Args
	name, _ := facts.Literal(words[0])
	if name == "sudo" && len(words) > 1 {
		name, _ = facts.Literal(words[1])
	}
	switch name {
	case "tar", "bsdtar", "gunzip", "unxz", "bunzip2", "unzstd", "cpio", "gpg", "apt-key", "shasum", "unzip", "rpm2cpio", "grep", "psql", "mysql":
		return true
	case "gzip", "xz", "bzip2", "zstd":
		return hasWord(call, "d", "decompress", "uncompress")
	case "sha256sum", "sha512sum", "sha1sum", "md5sum":
		return hasWord(call, "c", "check")
	}
	return false
}

// hasWord reports whether a call has a short flag of that letter, or the long one of one of
// the names.
func hasWord(call *syntax.CallExpr, letter string, names ...string) bool {
	for _, w := range call.Args[1:] {
		word, _ := facts.Literal(w)
		long, isLong := strings.CutPrefix(word, "--")
		if isLong && slices.Contains(names, long) {
			return true
		}
		if !isLong && strings.HasPrefix(word, "-") && strings.Contains(word, letter) {
			return true
		}
	}
	return false
}
