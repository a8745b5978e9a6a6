package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// UpdateWithoutInstall reports `RUN` instructions that update the package index and
// install nothing, where a later `RUN` installs packages with it.
//
// # Why it matters
//
// Docker caches the layer with the index. Weeks later, an install in another `RUN` still
// uses the old index. It installs old versions, or fails because these are no longer in
// the archive.
//
// # How to fix it
//
// Update and install in the same `RUN`:
//
//	RUN apt-get update && apt-get install -y curl
//
// # Exceptions
//
// It does not report:
//
//   - scripts and programs that may install packages
//   - `dnf update` and `yum update`, which upgrade packages
//   - a `RUN` with a mount
//   - stages in which nothing is installed afterwards, or only with an index of its own,
//     such as `apk add --no-cache`; `apt-lists-kept` reports the size of the lists
var UpdateWithoutInstall = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "update-without-install",
		Title:    "Package index is updated in its own RUN",
		Category: lint.Reproducibility,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("CIS-4.7", "CIS-DI-0007", "CKV_DOCKER_5", "DF028", "DS017", "docs:apt-get", "kics:update_instruction_alone", "kics:upgrade_instruction_alone"),
	},
	Check: checkUpdateWithoutInstall,
}

func checkUpdateWithoutInstall(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("run", true, func(in *dockerfile.Instruction) {
		if (!strings.Contains(in.Body, "update") && !strings.Contains(in.Body, "makecache") && !strings.Contains(in.Body, "refresh")) ||
			hasMount(in) {
			return
		}
		var update *facts.Command
		for _, c := range p.Doc.Commands(in) {
			pkg, ok := facts.Packages(c)
			switch {
			case ok && updatesIndex(pkg):
				update = c
			case ok && (pkg.Action == "install" || pkg.Action == "add" || pkg.Action == "upgrade" || pkg.Action == "dist-upgrade" || pkg.Action == "full-upgrade" || pkg.Action == "build-dep" || pkg.Action == "in"):
				return
			case mayInstall(c):
				return
			}
		}
		if update == nil || !installsBehind(p.Doc, in) {
			return
		}
		p.Report(lint.Finding{
			Fixes:   joinInstall(p.Doc, in, update),
			Span:    update.Span,
			Message: fmt.Sprintf("%s is in a RUN that installs nothing, so a later install can use an old index from the cache; update and install in one RUN", quoteShort(firstLine(p.Doc.Text(update.Span)))),
		})
	})
}

// installsBehind reports whether a RUN after the instruction installs packages of a
// distribution or may do so, in its stage or in one that builds on it; for an instruction
// inside of ONBUILD, the later instructions are not known.
func installsBehind(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	own := d.StageOf(in)
	if own == nil || d.Instructions[in.Index()] != in {
		return true
	}
	if last := lastInstall(d, own); last != nil && last.Index() > in.Index() {
		return true
	}
	return facts.Once(d, "stages under one that installs by an index", nil, func() map[*facts.Stage]bool {
		return stagesUnder(d, func(s *facts.Stage) *dockerfile.Instruction { return lastInstall(d, s) })
	})[own]
}

// lastInstall returns the last RUN of a stage that installs packages with an index that
// another one has fetched, or may do so.
func lastInstall(d *facts.Dockerfile, s *facts.Stage) *dockerfile.Instruction {
	return s.Latest("may install by an index", func(in *dockerfile.Instruction) bool {
		return in.Keyword == "run" && slices.ContainsFunc(d.Commands(in), mayInstallByIndex)
	})
}

func mayInstallByIndex(c *facts.Command) bool {
	pkg, ok := facts.Packages(c)
	switch {
	case !ok:
		return mayInstall(c)
	case pkg.Manager == "apk" && c.HasFlag("--no-cache", "--update", "--update-cache", "-U"):
		return false // it fetches an index of its own
	case !isSystemManager(pkg.Manager):
		return false
	}
	return slices.Contains([]string{"install", "add", "build-dep", "in"}, pkg.Action)
}

// joinInstall joins the RUN with the next one, if that installs with the same
// program.
func joinInstall(d *facts.Dockerfile, in *dockerfile.Instruction, update *facts.Command) []lint.Fix {
	if isInner(in) || in.Index()+1 >= len(d.Instructions) {
		return nil
	}
	next := d.Instructions[in.Index()+1]
	if next.Keyword != "run" || next.JSON {
		return nil
	}
	installs := false
	for _, c := range d.Commands(next) {
		pkg, ok := facts.Packages(c)
		if !ok {
			continue
		}
		if updatesIndex(pkg) {
			return nil
		}
		family := strings.TrimSuffix(c.Name(), "-get") == strings.TrimSuffix(update.Name(), "-get")
		installs = installs || (family && (pkg.Action == "install" || pkg.Action == "add" || pkg.Action == "in"))
	}
	if !installs {
		return nil
	}
	const title = "join the update with the RUN that installs"
	if edit, ok := joinRuns(d, in, next, true); ok {
		return unsafeFix(title, lint.EffectGraph, edit)
	}
	if edits, ok := moveBehindComment(d, in, next); ok {
		return unsafeFix(title, lint.EffectGraph, edits...)
	}
	return nil
}

// moveBehindComment returns the edits that join a RUN of one line with the next one where
// comments separate the two: it becomes the first command of the other, and the comments
// stay with that.
func moveBehindComment(d *facts.Dockerfile, first, second *dockerfile.Instruction) (edits []lint.FileEdit, ok bool) {
	if len(first.Flags) > 0 || len(second.Flags) > 0 || !d.MayJoin(first, second) || strings.Contains(strings.TrimSpace(first.Body), "\n") {
		return nil, false
	}
	comment := -1
	for _, l := range d.Physical[d.Lines.Position(first.Span.End-1).Line : d.Lines.Position(second.Span.Start).Line-1] {
		switch {
		case l.Kind == dockerfile.CommentLine && comment < 0:
			comment = l.Start
		case l.Kind != dockerfile.CommentLine && l.Kind != dockerfile.BlankLine:
			return nil, false
		}
	}
	if comment < 0 {
		return nil, false
	}
	command := d.Text(first.Script().SpanOf(first.Script().File.Stmts[0]))
	return []lint.FileEdit{
		lint.Delete(text.Span{Start: first.Span.Start, End: comment}),
		lint.Insert(second.BodySpan.Start, command+" && "),
	}, true
}
