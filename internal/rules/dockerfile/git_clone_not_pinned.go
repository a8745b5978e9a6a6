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

// GitCloneNotPinned reports `git clone` of the default branch, or of a branch with a name
// such as `main`, `master` or `develop`, and downloads of the archive of such a branch
// (`https://github.com/example/tool/archive/master.tar.gz`).
//
// # Why it matters
//
// Each build gets the newest commit, so two builds of the same file can give different
// images, and an untested commit can break the build or the program.
//
// # How to fix it
//
// Clone a tag, or check out a commit after the clone:
//
//	RUN git clone --branch v1.2.3 --depth 1 https://github.com/example/tool.git
//
// `ADD` with the address of the repository and a commit does both.
//
// # Fix safety
//
// There is no automatic fix: the file does not say which commit was tested.
//
// # Exceptions
//
// It does not report:
//
//   - a stage that runs `git checkout`, `switch`, `reset`, `fetch` or `rev-parse` later
//   - a repository or a branch in a variable
//   - bare clones
//   - stages and files for development, and images for tests
var GitCloneNotPinned = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "git-clone-not-pinned",
		Title:    "A clone takes whatever the branch has today",
		Category: lint.Reproducibility,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native"},
		Variants: []string{"archive"},
	},
	Check: checkGitCloneNotPinned,
}

func checkGitCloneNotPinned(p *facts.Pass[*facts.Dockerfile]) {
	if _, excused := p.Doc.Purposes(p.Project).Excuse(facts.ClaimReference); excused || facts.IsDevelopmentName(p.Doc.Name) {
		return
	}
	for _, s := range p.Doc.Stages() {
		if s.ReachesFinal() && !isDevelopment(s) {
			checkClones(p, s)
			checkArchives(p, s)
		}
	}
}

// checkClones reports the first moving clone of each RUN that no later command of the
// stage moves to another commit.
func checkClones(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) {
	for i, in := range s.Instructions {
		if in.Keyword != "run" || !strings.Contains(in.Body, "clone") || choosesCommit(p.Doc, s.Instructions[i:]) {
			continue
		}
		for _, c := range p.Doc.Commands(in) {
			clone, ok := readClone(c)
			if !ok || !clone.moves() {
				continue
			}
			from := "its default branch"
			if clone.branch != "" {
				from = quoteShort(clone.branch)
			}
			p.Report(lint.Finding{
				Span:    c.Span,
				Message: fmt.Sprintf("%s clones the tip of %s, so two builds can get different code; pin a tag with --branch, or check out a commit", quoteShort("git clone "+clone.address), from),
			})
			break
		}
	}
}

// checkArchives reports the first archive of a branch that each RUN or ADD downloads.
func checkArchives(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) {
	report := func(at text.Span, address string) {
		p.Report(lint.Finding{
			Variant: "archive", Span: at,
			Message: fmt.Sprintf("%s is the tip of a branch, so each build may have other code; take the archive of a tag or of a commit", quoteShort(address)),
		})
	}
	for _, in := range s.Instructions {
		switch in.Keyword {
		case "add":
			if i := slices.IndexFunc(in.Words, func(w dockerfile.Word) bool { return isBranchArchive(bare(w.Text)) }); i >= 0 {
				report(in.Words[i].Span, bare(in.Words[i].Text))
			}
		case "run":
			for _, c := range p.Doc.Commands(in) {
				isDownload := c.Name() == "curl" || c.Name() == "wget"
				i := slices.IndexFunc(c.Words, func(a facts.Argument) bool { return isBranchArchive(a.Text) })
				if isDownload && i >= 0 {
					report(c.Words[i].Span, c.Words[i].Text)
					break
				}
			}
		}
	}
}

// isBranchArchive reports whether an address is that of the archive which GitHub, GitLab or
// Gitea makes of a branch with one of the usual names.
func isBranchArchive(address string) bool {
	before, name, ok := strings.Cut(address, "/archive/")
	if !ok || !strings.Contains(before, "://") {
		return false
	}
	name = strings.TrimPrefix(name, "refs/heads/")
	for _, ending := range []string{".tar.gz", ".zip", ".tgz", ".tar.bz2"} {
		if branch, is := strings.CutSuffix(name, ending); is {
			branch, _, _ = strings.Cut(branch, "/") // GitLab has the name of the file after it
			return gitClone{branch: branch}.moves() && branch != ""
		}
	}
	return false
}

// choosesCommit reports whether one of the instructions moves a clone to a commit of its
// choice, or may, or notes which one it has.
func choosesCommit(d *facts.Dockerfile, list []*dockerfile.Instruction) bool {
	return slices.ContainsFunc(list, func(in *dockerfile.Instruction) bool {
		if in.Keyword != "run" || !strings.Contains(in.Body, "git") {
			return false
		}
		return slices.ContainsFunc(d.Commands(in), func(c *facts.Command) bool {
			return c.Name() == "git" && slices.ContainsFunc(c.Args(), func(a facts.Argument) bool {
				return slices.Contains([]string{"checkout", "switch", "reset", "fetch", "worktree", "rev-parse"}, a.Text)
			})
		})
	})
}

// gitClone is what git clone is asked for.
type gitClone struct {
	address, branch string
}

// readClone reads a command as git clone of an address that is known.
func readClone(c *facts.Command) (g gitClone, ok bool) {
	if c.Name() != "git" {
		return g, false
	}
	args := c.Args()
	at := slices.IndexFunc(args, func(a facts.Argument) bool { return a.Text == "clone" })
	if at < 0 || c.HasFlag("--bare", "--mirror") {
		return g, false
	}
	args = args[at+1:]
	for i := 0; i < len(args); i++ {
		name, value, joined := strings.Cut(args[i].Text, "=")
		switch {
		case !strings.HasPrefix(name, "-"):
			if g.address == "" {
				g.address = args[i].Text
			}
			continue
		case !cloneFlagTakesValue(name):
			continue
		case !joined && i+1 < len(args):
			i++
			value = args[i].Text
		}
		if name == "-b" || name == "--branch" || name == "--revision" {
			g.branch = value
		}
	}
	known := !strings.Contains(g.address, "$") && !strings.Contains(g.branch, "$")
	return g, known && (strings.Contains(g.address, "://") || strings.HasPrefix(g.address, "git@"))
}

func cloneFlagTakesValue(name string) bool {
	switch name {
	case "-b", "--branch", "--revision", "--depth", "-o", "--origin", "-c", "--config", "--reference", "--filter", "-j", "--jobs", "--shallow-since",
		"--shallow-exclude", "--template", "-u", "--upload-pack", "--separate-git-dir", "--server-option", "--bundle-uri", "--reference-if-able":
		return true
	}
	return false
}

// moves reports whether a clone takes the tip of a branch, as far as its name shows.
func (g gitClone) moves() bool {
	switch strings.ToLower(g.branch) {
	case "", "main", "master", "develop", "development", "devel", "dev", "trunk", "head", "next", "nightly", "latest", "edge":
		return true
	}
	return false
}
