package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// RunChownDoublesLayer finds RUN chown -R or chmod -R on what a COPY of the
// stage just brought: every file is stored twice.
//
// COPY --chown and --chmod do it on the way.
//
// Silent in stages whose layers are no part of the image.
var RunChownDoublesLayer = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "run-chown-doubles-layer",
		Title:    "chown copies the files once more",
		Category: lint.Size,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("docs:copy-chown"),
	},
	Check: checkRunChownDoublesLayer,
}

func checkRunChownDoublesLayer(p *lint.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if !s.InFinalImage() {
			continue
		}
		var copies []*dockerfile.Instruction
		for _, in := range s.Instructions {
			switch in.Keyword {
			case "copy", "add":
				copies = append(copies, in)
			case "run":
				reportRecursiveChown(p, in, copies)
			}
		}
	}
}

func reportRecursiveChown(p *lint.Pass[*facts.Dockerfile], in *dockerfile.Instruction, copies []*dockerfile.Instruction) {
	if len(copies) == 0 || !strings.Contains(in.Body, "chown") && !strings.Contains(in.Body, "chmod") {
		return
	}
	for _, c := range p.Doc.Commands(in) {
		if c.Name() != "chown" && c.Name() != "chmod" || !c.HasFlag("-R", "--recursive") {
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
				p.Report(lint.Finding{
					Fixes:   copyOwned(p.Doc, in, c, from),
					Span:    c.Span,
					Message: fmt.Sprintf("%s stores every file of %s a second time; let %s --%s do it", quoteShort(p.Doc.Text(c.Span)), quoteShort(target), strings.ToUpper(from.Keyword), strings.Replace(c.Name(), "ch", "ch", 1)),
					Related: []lint.Related{{Span: from.Head, Message: "the files are copied here"}},
				})
				return
			}
		}
	}
}

// copyOwned gives the COPY the flag and deletes the RUN. It is for a folder that
// this COPY alone makes and fills, and a RUN right below with nothing else: what
// other instructions put there would keep its owner.
func copyOwned(d *facts.Dockerfile, run *dockerfile.Instruction, c *facts.Command, from *dockerfile.Instruction) []lint.Fix {
	args := c.Positional()
	_, to, _ := copyWords(from)
	target := cleanFolder(bare(to.Text))
	flag := strings.ToLower(c.Name())
	if len(args) != 2 || !args[0].Literal || cleanFolder(args[1].Text) != target || run.Index() != from.Index()+1 || len(d.Commands(run)) != 1 || len(run.Flags) > 0 || isInner(run) || isInner(from) || !isPlainChain(run) ||
		!isWholeOwner(flag, args[0].Text) || mayBeOfBase(target) {
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
	return unsafeFix("let "+strings.ToUpper(from.Keyword)+" do it", lint.EffectGraph, lint.Insert(from.KeywordSpan.End, " --"+flag+"="+args[0].Text), cut)
}

// isWholeOwner tells whether COPY's flag means the same: an owner with a group,
// since it would take the user's number for a group that is not named, or a mode
// in digits.
func isWholeOwner(flag, value string) bool {
	if flag == "chmod" {
		return len(value) >= 3 && len(value) <= 4 && strings.Trim(value, "01234567") == ""
	}
	user, group, _ := strings.Cut(value, ":")
	return user != "" && group != ""
}

// mayBeOfBase tells whether a folder is most likely in the base image already, with
// files of its own, whose owner the RUN changes too.
func mayBeOfBase(folder string) bool {
	top, _, _ := strings.Cut(strings.TrimPrefix(folder, "/"), "/")
	switch top {
	case "app", "srv", "code", "src", "data", "workspace", "project", "opt":
		return strings.Count(folder, "/") < 2 && top == "opt"
	}
	return true
}
