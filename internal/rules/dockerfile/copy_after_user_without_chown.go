package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// CopyAfterUserWithoutChown reports `COPY` and `ADD` without `--chown` after a `USER`,
// where the names suggest that the program writes the files: for example `data`, `logs`,
// `uploads` or `*.db`. With the option `strict`, it reports every such `COPY` and `ADD`.
//
// # Why it matters
//
// `USER` applies to `RUN` and to the container, but not to `COPY`. The files belong to
// root, and a program that must write them fails with "permission denied".
//
// The rule is off by default, because the file does not show which files the program
// writes.
//
// # How to fix it
//
// Add `--chown` for files that the program writes. Let root own the code, so that a
// compromised program cannot change it.
//
// # Exceptions
//
// It does not report:
//
//   - files that a later `chown` gives to another user
//   - stages whose layers are not part of the final image
//   - Windows images
var CopyAfterUserWithoutChown = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "copy-after-user-without-chown",
		Title:    "Copied files belong to root although USER sets another user",
		Category: lint.Correctness,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("tally/copy-after-user-without-chown"),
		Options:  []lint.Option{{Name: "strict", Doc: "also report files that look like read-only code", Kind: lint.BoolOption}},
	},
	Check: checkCopyAfterUserWithoutChown,
}

func checkCopyAfterUserWithoutChown(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if !s.InFinalImage() || s.Base().IsWindows() {
			continue
		}
		for _, in := range s.Instructions {
			if (in.Keyword != "copy" && in.Keyword != "add") || in.Err != nil {
				continue
			}
			user := s.UserAt(in)
			_, owned := flagOf(in, "chown")
			_, to, ok := copyWords(in)
			if owned || !ok || user == nil || !isOrdinaryUser(p.Doc, user) {
				continue
			}
			if (!p.Options.Bool("strict") && !isWritten(in)) || isChownedLater(p.Doc, s, in, bare(to.Text)) {
				continue
			}
			f := lint.Finding{
				Span:    in.Head,
				Message: fmt.Sprintf("this %s creates files that belong to root, although the user is %s; add --chown=%s if the program writes them", strings.ToUpper(in.Keyword), quoteShort(user.Args), user.Args),
				Related: []lint.Related{{Span: user.Head, Message: "the user is set here"}},
			}
			if !strings.ContainsAny(user.Args, " \t\"'\\") {
				f.Fixes = []lint.Fix{{
					Title: "add --chown=" + user.Args, Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph,
					Edits: []lint.FileEdit{lint.Insert(in.KeywordSpan.End, " --chown="+user.Args)},
				}}
			}
			p.Report(f)
		}
	}
}

// isWritten reports whether programs write the files of a COPY, by their names.
func isWritten(in *dockerfile.Instruction) bool {
	for _, w := range in.Words {
		name := strings.ToLower(lastPart(w))
		switch name {
		case "data", "db", "database", "uploads", "upload", "media", "storage", "logs", "log", "cache", "tmp", "var", "state", "sessions":
			return true
		}
		for _, suffix := range []string{".db", ".sqlite", ".sqlite3", ".log"} {
			if strings.HasSuffix(name, suffix) {
				return true
			}
		}
	}
	return false
}

// isChownedLater reports whether a later RUN of the stage gives the path, or a
// folder above it, to another user.
func isChownedLater(d *facts.Dockerfile, s *facts.Stage, in *dockerfile.Instruction, path string) bool {
	chowned := facts.Once(d, "chowned paths", s, func() *chownedPaths { return readChowned(d, s) })
	last := chowned.unclear
	if !strings.HasPrefix(path, "/") {
		last = chowned.any
	}
	return max(last, chowned.paths.lastAbove(strings.TrimRight(path, "/"))) > in.Index()
}

// chownedPaths has the index of the last RUN of a stage that gives a path to
// another user; any is that of the last for any path, unclear of the last for a
// path with a variable. They are -1 where there is none.
type chownedPaths struct {
	paths        lastFor
	any, unclear int
}

func readChowned(d *facts.Dockerfile, s *facts.Stage) *chownedPaths {
	found := &chownedPaths{lastFor{}, -1, -1}
	for _, x := range s.Own("run") {
		if !strings.Contains(x.Body, "chown") {
			continue
		}
		for _, c := range d.Commands(x) {
			if c.Name() != "chown" {
				continue
			}
			for _, a := range c.Positional() {
				found.any = x.Index()
				if strings.Contains(a.Text, "$") {
					found.unclear = x.Index()
				}
				found.paths[strings.TrimRight(a.Text, "/")] = x.Index()
			}
		}
	}
	return found
}
