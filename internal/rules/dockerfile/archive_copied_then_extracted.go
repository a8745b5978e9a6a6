package dockerfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// ArchiveCopiedThenExtracted reports `COPY` of a tar archive that a later `RUN` of the
// same stage extracts.
//
// # Why it matters
//
// The archive stays in the layer that `COPY` made, even if the `RUN` deletes it. The
// image is larger by the size of the archive.
//
// The rule is off by default, because the saving is small and an explicit `tar` is
// easier to read.
//
// # How to fix it
//
// Let `ADD` extract the archive, which it does for local tar archives:
//
//	ADD app.tar.gz /opt/app/
//
// # Exceptions
//
// It does not report:
//
//   - archives that come from another stage or image (`--from`)
//   - names with a variable or a pattern
var ArchiveCopiedThenExtracted = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "archive-copied-then-extracted",
		Title:    "Archive is copied into the image and then extracted",
		Category: lint.Size,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3010", Severity: lint.Info}},
			lint.Names("DF067")...,
		),
	},
	Check: checkArchiveCopiedThenExtracted,
}

func checkArchiveCopiedThenExtracted(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("copy", true, func(in *dockerfile.Instruction) {
		if _, ok := flagOf(in, "from"); ok {
			return
		}
		sources, to, ok := copyWords(in)
		if !ok {
			return
		}
		for _, w := range sources {
			name := baseName(bare(w.Text))
			if !facts.IsArchive(name) || strings.ContainsAny(name, "$*?") {
				continue
			}
			if c := unpacks(p.Doc, in, name, baseName(bare(to.Text))); c != nil {
				p.Report(lint.Finding{
					Fixes:   unpackByADD(p.Doc, in, c),
					Span:    in.KeywordSpan,
					Message: fmt.Sprintf("%s is copied here and extracted later, so the archive stays in a layer; use ADD to extract it", quoteShort(name)),
					Related: []lint.Related{{Span: c.Span, Message: "the archive is extracted here"}},
				})
				return
			}
		}
	})
}

// unpacks finds the command of a later RUN of the stage that unpacks a file of
// one of the names.
func unpacks(d *facts.Dockerfile, in *dockerfile.Instruction, names ...string) (found *facts.Command) {
	unpacked := facts.Once(d, "unpacked files", d.StageOf(in), func() map[string][]*facts.Command { return readUnpacked(d, d.StageOf(in)) })
	for _, name := range names {
		commands := unpacked[name]
		first, _ := slices.BinarySearchFunc(
			commands,
			in.Index(),
			func(c *facts.Command, index int) int { return cmp.Compare(c.Instruction.Index(), index) },
		)
		if first == len(commands) || name == "" || name == "." {
			continue
		}
		c := commands[first]
		if found == nil || c.Instruction.Index() < found.Instruction.Index() ||
			(c.Instruction == found.Instruction && c.Span.Start > found.Span.Start) {
			found = c
		}
	}
	return found
}

// readUnpacked has for each name of a file the commands of a stage that unpack
// it: of each RUN the last.
func readUnpacked(d *facts.Dockerfile, s *facts.Stage) map[string][]*facts.Command {
	unpacked := map[string][]*facts.Command{}
	d.Each("run", true, func(run *dockerfile.Instruction) {
		if d.StageOf(run) != s {
			return
		}
		for _, c := range d.Commands(run) {
			if !slices.Contains([]string{"tar", "gunzip", "unxz", "bunzip2", "unzstd"}, c.Name()) {
				continue
			}
			for i, a := range c.Args() {
				if c.Name() == "tar" && i == 0 && !strings.Contains(a.Text, "x") {
					break // it makes an archive
				}
				name := baseName(bare(a.Text))
				list := unpacked[name]
				if n := len(list); n > 0 && list[n-1].Instruction == run {
					list[n-1] = c
				} else {
					unpacked[name] = append(list, c)
				}
			}
		}
	})
	return unpacked
}

// unpackByADD turns the COPY of one archive into an ADD and deletes the commands
// that unpack and remove it, if nothing else in the file names it.
func unpackByADD(d *facts.Dockerfile, in *dockerfile.Instruction, c *facts.Command) []lint.Fix {
	sources, to, ok := copyWords(in)
	folder, unpacked := unpackedTo(d, c, sources[0], to)
	run := c.Instruction
	if !ok || !unpacked || len(sources) != 1 || len(in.Flags) > 0 {
		return nil
	}
	if len(run.Flags) > 0 || in.JSON || isInner(in) || isInner(run) {
		return nil
	}
	if d.Text(to.Span) != to.Text {
		return nil
	}
	own := []*facts.Command{c}
	uses := strings.Count(d.Text(in.Span), baseName(sources[0].Text)) + 1
	for _, other := range d.Commands(run) {
		if other.Name() == "rm" && len(other.Positional()) == 1 && other.Positional()[0].Text == c.Words[2].Text {
			own = append(own, other)
			uses++
		}
	}
	if places, _ := d.Occurrences(baseName(sources[0].Text)); len(places) != uses {
		return nil
	}
	edits := []lint.FileEdit{lint.Replace(in.KeywordSpan, sameCase("ADD", d.Text(in.KeywordSpan))), lint.Replace(to.Span, folder)}
	if len(own) == len(d.Commands(run)) && d.IsChain(run) {
		edit, plain := deleteInstruction(run)
		if !plain {
			return nil
		}
		return unsafeFix("use ADD to extract it", lint.EffectGraph, append(edits, edit)...)
	}
	for _, command := range own {
		edit, plain := deleteCommand(command)
		if !plain || edit.Span.Overlaps(edits[len(edits)-1].Span) {
			return nil
		}
		edits = append(edits, edit)
	}
	return unsafeFix("use ADD to extract it", lint.EffectGraph, edits...)
}

// unpackedTo is the folder, with a slash at its end, into which "tar xf" unpacks a
// copied archive as a whole; ok is false for everything else.
func unpackedTo(d *facts.Dockerfile, c *facts.Command, source, to dockerfile.Word) (folder string, ok bool) {
	name := baseName(source.Text)
	isTar := slices.ContainsFunc(
		[]string{".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"},
		func(suffix string) bool { return strings.HasSuffix(name, suffix) },
	)
	if !isTar || c.Name() != "tar" || c.Script == nil || len(c.Wrappers) > 0 {
		return "", false
	}
	if c.Conditional() || (len(c.Words) != 3 && len(c.Words) != 5) {
		return "", false
	}
	path := to.Text
	if strings.HasSuffix(path, "/") {
		path += name
	}
	letters := strings.TrimPrefix(c.Words[1].Text, "-")
	if c.Words[2].Text != path || !strings.HasPrefix(path, "/") || strings.Trim(letters, "xvzjJpf") != "" || !strings.Contains(letters, "x") {
		return "", false
	}
	if !strings.HasSuffix(letters, "f") {
		return "", false
	}
	if len(c.Words) == 5 {
		folder = c.Words[4].Text
		return cleanFolder(folder) + "/", c.Words[3].Text == "-C" && c.Words[4].Literal && strings.HasPrefix(folder, "/") && len(folder) > 1
	}
	all := d.Commands(c.Instruction)
	folder, ok = workdirAt(d, c.Instruction)
	return cleanFolder(
			folder,
		) + "/", ok && len(folder) > 1 &&
			!slices.ContainsFunc(all, func(x *facts.Command) bool { return x.Name() == "cd" })
}
