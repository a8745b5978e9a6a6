package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// RunChownDoublesLayer reports `chown -R` and `chmod -R` in a `RUN` on a folder that a
// `COPY` of the same stage copied. It also reports two such commands on the same folder
// in consecutive `RUN` instructions.
//
// # Why it matters
//
// A layer stores each file that a step changes, even if only its owner or mode changes.
// The files are then in the image twice, and every pull transfers both copies.
//
// # How to fix it
//
// Set the owner or the mode in the `COPY`:
//
//	COPY --chown=app:app . /app
//
// Join two such commands in one `RUN`.
//
// # Fix safety
//
// There is no fix where other steps write to the folder, where the owner has no group,
// or where the base image can have files in the folder.
//
// # Exceptions
//
// It does not report:
//
//   - stages whose layers are not part of the final image
//   - single files
//   - folders to which an earlier `RUN` writes its own files
//   - an owner that the stage creates only after the `COPY`
var RunChownDoublesLayer = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "run-chown-doubles-layer",
		Title:    "Recursive chown or chmod stores copied files twice",
		Category: lint.Size,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("docs:copy-chown"),
	},
	Check: checkRunChownDoublesLayer,
}

func checkRunChownDoublesLayer(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if !s.InFinalImage() {
			continue
		}
		reportTwoPasses(p, s)
		var copies []*dockerfile.Instruction
		for _, in := range s.Instructions {
			switch in.Keyword {
			case "copy", "add":
				if copiesFolder(p, in) {
					copies = append(copies, in)
				}
			case "run":
				reportRecursiveChown(p, s, in, copies)
			}
		}
	}
}

// fillsFolder reports whether a RUN of the stage, up to the command, writes to a path or
// a folder in it.
func fillsFolder(d *facts.Dockerfile, s *facts.Stage, until *facts.Command, path string) bool {
	here := ""
	for _, in := range s.Instructions {
		if in.Index() > until.Instruction.Index() {
			return false
		}
		if in.Keyword == "workdir" {
			here = bare(in.Args)
		}
		if in.Keyword != "run" {
			continue
		}
		for _, c := range d.Commands(in) {
			if in == until.Instruction && c.Span.Start >= until.Span.Start {
				return false
			}
			switch c.Name() {
			case "tar", "unzip", "git", "mv", "cp", "mkdir", "curl", "wget", "ln", "touch", "npm", "yarn", "pnpm", "composer", "bundle", "rsync", "install", "svn":
			default:
				continue
			}
			if covers(path, here) ||
				slices.ContainsFunc(c.Args(), func(a facts.Argument) bool { return covers(path, strings.TrimRight(a.Text, "/")) }) ||
				strings.Contains(in.Body, "cd "+path) {
				return true
			}
		}
	}
	return false
}

// userMadeAfter reports whether the owner that chown names is created after the COPY.
func userMadeAfter(d *facts.Dockerfile, s *facts.Stage, from *dockerfile.Instruction, owner string) bool {
	name, _, _ := strings.Cut(owner, ":")
	if name == "" || strings.Trim(name, "0123456789") == "" {
		return false
	}
	for _, in := range s.Instructions {
		if in.Keyword != "run" || in.Index() < from.Index() || !strings.Contains(in.Body, name) {
			continue
		}
		for _, c := range d.Commands(in) {
			if (c.Name() == "useradd" || c.Name() == "adduser" || c.Name() == "groupadd" || c.Name() == "addgroup") &&
				slices.ContainsFunc(c.Args(), func(a facts.Argument) bool { return a.Text == name }) {
				return true
			}
		}
	}
	return false
}

func reportRecursiveChown(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, in *dockerfile.Instruction, copies []*dockerfile.Instruction) {
	if len(copies) == 0 || (!strings.Contains(in.Body, "chown") && !strings.Contains(in.Body, "chmod")) {
		return
	}
	for _, c := range p.Doc.Commands(in) {
		if (c.Name() != "chown" && c.Name() != "chmod") || !c.HasFlag("-R", "--recursive") {
			continue
		}
		args := c.Positional()
		if len(args) < 2 {
			continue
		}
		for _, path := range args[1:] {
			for _, from := range copies {
				_, to, ok := copyWords(from)
				target := strings.TrimRight(bare(to.Text), "/")
				if !ok || target == "" || !strings.HasPrefix(target, "/") || !covers(strings.TrimRight(path.Text, "/"), target) {
					continue
				}
				if fillsFolder(p.Doc, s, c, strings.TrimRight(path.Text, "/")) || (c.Name() == "chown" && userMadeAfter(p.Doc, s, from, args[0].Text)) {
					continue
				}
				p.Report(lint.Finding{
					Fixes: copyOwned(p.Doc, in, c, from),
					Span:  c.Span,
					Message: fmt.Sprintf(
						"%s stores each file of %s a second time; use %s --%s instead",
						quoteShort(p.Doc.Text(c.Span)),
						quoteShort(target),
						strings.ToUpper(from.Keyword),
						c.Name(),
					),
					Related: []lint.Related{{Span: from.Head, Message: "the files are copied here"}},
				})
				return
			}
		}
	}
}

// copyOwned adds the flag to the COPY and deletes the RUN. It is for a folder that only
// this COPY creates and fills, and for a RUN directly below with no other command: files
// of other instructions would keep their owner.
func copyOwned(d *facts.Dockerfile, run *dockerfile.Instruction, c *facts.Command, from *dockerfile.Instruction) []lint.Fix {
	args := c.Positional()
	_, to, _ := copyWords(from)
	target := cleanFolder(bare(to.Text))
	flag := strings.ToLower(c.Name())
	if len(args) != 2 || !args[0].Literal || cleanFolder(args[1].Text) != target || run.Index() != from.Index()+1 {
		return nil
	}
	if len(d.Commands(run)) != 1 || len(run.Flags) > 0 || isInner(run) || isInner(from) {
		return nil
	}
	if !d.IsChain(run) || !isWholeOwner(flag, args[0].Text) || mayBeOfBase(target) {
		return nil
	}
	if _, has := flagOf(from, flag); has {
		return nil
	}
	for _, x := range d.StageOf(run).Chain() {
		for _, in := range x.Instructions {
			if in.Index() < from.Index() && strings.Contains(in.Args, target) {
				return nil
			}
		}
	}
	cut, ok := deleteInstruction(run)
	if !ok {
		return nil
	}
	return unsafeFix(
		"use "+strings.ToUpper(from.Keyword)+" --"+flag+" instead",
		lint.EffectGraph,
		lint.Insert(from.KeywordSpan.End, " --"+flag+"="+args[0].Text),
		cut,
	)
}

// isWholeOwner reports whether the flag of COPY means the same: an owner with a group,
// because COPY uses the number of the user for a missing group, or a mode in digits.
func isWholeOwner(flag, value string) bool {
	if flag == "chmod" {
		return len(value) >= 3 && len(value) <= 4 && strings.Trim(value, "01234567") == ""
	}
	user, group, _ := strings.Cut(value, ":")
	return user != "" && group != ""
}

// mayBeOfBase reports whether a folder is most likely in the base image already, with
// files of its own, whose owner the RUN also changes.
func mayBeOfBase(folder string) bool {
	top, _, _ := strings.Cut(strings.TrimPrefix(folder, "/"), "/")
	switch top {
	case "app", "srv", "code", "src", "data", "workspace", "project", "opt":
		return strings.Count(folder, "/") < 2 && top == "opt"
	}
	return true
}

// reportTwoPasses reports two recursive commands on a folder in consecutive RUN
// instructions that do nothing else.
func reportTwoPasses(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) {
	runs, reported := s.Own("run"), map[*facts.Command]bool{}
	for i := 1; i < len(runs); i++ {
		first, second := soleRecursivePass(p.Doc, runs[i-1]), soleRecursivePass(p.Doc, runs[i])
		if first == nil || second == nil || runs[i].Index() != runs[i-1].Index()+1 {
			continue
		}
		folder, other := passedFolder(first), passedFolder(second)
		if folder == "" || (folder != other && !covers(folder, other) && !covers(other, folder)) {
			continue
		}
		if !isFilled(p, s, first, folder) {
			continue
		}
		for _, pass := range [][2]*facts.Command{{first, second}, {second, first}} {
			if reported[pass[0]] {
				continue
			}
			reported[pass[0]] = true
			p.Report(lint.Finding{
				Span:    pass[0].Span,
				Message: fmt.Sprintf("%s and the RUN next to it change the same files, and each stores them again; join the two in one RUN", quoteShort(p.Doc.Text(pass[0].Span))),
				Related: []lint.Related{{Span: pass[1].Span, Message: "the other command"}},
			})
		}
	}
}

// isFilled reports whether the stage copies a folder of files below a path before a command,
// and a RUN adds others, for which a flag of COPY would not do.
func isFilled(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, until *facts.Command, folder string) bool {
	return fillsFolder(p.Doc, s, until, folder) && slices.ContainsFunc(s.Instructions, func(in *dockerfile.Instruction) bool {
		if (in.Keyword != "copy" && in.Keyword != "add") || in.Index() > until.Instruction.Index() || !copiesFolder(p, in) {
			return false
		}
		_, to, ok := copyWords(in)
		return ok && covers(folder, cleanFolder(bare(to.Text)))
	})
}

// soleRecursivePass is the chown -R or chmod -R that is all that a RUN does; nil for
// another RUN.
func soleRecursivePass(d *facts.Dockerfile, in *dockerfile.Instruction) *facts.Command {
	commands := d.Commands(in)
	if len(commands) != 1 {
		return nil
	}
	c := commands[0]
	if (c.Name() != "chown" && c.Name() != "chmod") || !c.HasFlag("-R", "--recursive") {
		return nil
	}
	return c
}

// passedFolder is the one folder of such a pass, as an absolute path; empty for none.
func passedFolder(c *facts.Command) string {
	args := c.Positional()
	if len(args) != 2 || !args[1].Literal || !strings.HasPrefix(args[1].Text, "/") {
		return ""
	}
	return strings.TrimRight(args[1].Text, "/")
}
