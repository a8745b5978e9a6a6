package github

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/report"
)

// fixupPlan says what to do about the pull request with fixes. The zero value
// says: nothing.
type fixupPlan struct {
	// files are what is proposed, with what the base has.
	files []plannedFile
	// filesHash names their contents.
	filesHash string
	// commit asks for a commit, and for the branch to point to it.
	commit bool
	// open asks for a pull request; else pull is the one there is, nil for none.
	open bool
	pull *pullRequest
	// body is what pull gets, or the new one; empty leaves it as it is.
	body string
	// close closes pull, comment is said below it, and drop deletes the branch.
	close, drop bool
	comment     string
	notes       []string
}

type plannedFile struct {
	FixupFile
	mode string
}

func (p *fixupPlan) note(format string, args ...any) {
	p.notes = append(p.notes, fmt.Sprintf(format, args...))
}

// planFixup decides. It is a pure function of what is wanted and what is there.
func planFixup(f *Fixup, known *fixupFacts) *fixupPlan {
	p := &fixupPlan{pull: known.open()}
	ours := known.tip != nil && known.ours(f.Category, known.tip)
	again := p.pull != nil && askedAgain(p.pull.Body)
	switch {
	case known.over && known.tip != nil && !ours:
		if p.pull != nil {
			p.note("the pull request %d is left as it is: its branch has commits that are not dockmend's", p.pull.Number)
		}
		return p
	case known.over:
		p.finish(f, known, ours)
		return p
	case f.Pull > 0 && f.SHA != known.baseSHA:
		p.note("%s: its head is at %s, and this run looked at %s; the run of the new head does it", f.none(), short(known.baseSHA), short(f.SHA))
		return p
	}
	p.choose(f, known)
	switch {
	case f.Direct:
		p.commit = len(p.files) > 0
	case p.pull != nil && !f.Complete:
		p.note("the pull request %d is left as it is: this run could not look at everything", p.pull.Number)
	case p.pull != nil && f.SHA != known.baseSHA:
		p.note("the pull request %d is left as it is: %s is at %s, and this run looked at %s", p.pull.Number, known.base, short(known.baseSHA), short(f.SHA))
	case known.tip != nil && !ours && p.pull != nil && !again:
		p.note("the pull request %d is left as it is: its branch has commits that are not dockmend's", p.pull.Number)
		if !known.told {
			p.comment = toldMarker(f.Category) + paused
		}
	case len(p.files) == 0:
		p.finish(f, known, ours)
	case p.pull == nil && p.declined(f, known):
	case known.tip != nil && !ours && p.pull == nil:
		p.note("%s: the branch %s is not dockmend's; delete it, or set another name in pull-request.branch", f.none(), f.branch())
	default:
		p.propose(f, known)
	}
	return p
}

// choose takes the files that the base has as the run saw them.
func (p *fixupPlan) choose(f *Fixup, known *fixupFacts) {
	var stale, other, programs, takenBack []string
	for _, file := range f.Files {
		e, ok := known.entries[file.Path]
		switch {
		case strings.HasPrefix(strings.ToLower(file.Path), ".github/workflows/"), ok && e.Mode != "100644" && e.Mode != "100755":
			other = append(other, file.Path)
		case !ok || e.SHA != files.BlobHash(file.Before, len(e.SHA)):
			stale = append(stale, file.Path)
		case !slices.ContainsFunc(file.Changes, func(c FixupChange) bool { return !known.made[c.Key] }):
			takenBack = append(takenBack, file.Path)
		case known.signed && e.Mode == "100755":
			programs = append(programs, file.Path)
		case len(p.files) == maxFixupFiles:
			other = append(other, file.Path)
		default:
			p.files = append(p.files, plannedFile{file, e.Mode})
		}
	}
	if len(stale) > 0 {
		p.note("not mended: %s, which %s has otherwise than this checkout", listed(stale), known.base)
	}
	if len(other) > 0 {
		p.note("not mended: %s, since workflows and links are never touched, and %d files at a time are enough", listed(other), maxFixupFiles)
	}
	if len(takenBack) > 0 {
		p.note("not mended: %s, since a commit of this pull request did it before, and it was taken back", listed(takenBack))
	}
	if len(programs) > 0 {
		p.note("not mended: %s, executable: the branch's rules ask for signed commits, and the only way in which GitHub signs one for this token loses that bit", listed(programs))
	}
	hash := sha256.New()
	for _, file := range p.files {
		_, _ = fmt.Fprintf(hash, "%s %s\x00%s\n", file.mode, file.Path, files.BlobHash(file.After, hex.EncodedLen(sha256.Size)))
	}
	p.filesHash = hex.EncodeToString(hash.Sum(nil))
}

// listed names the first few paths.
func listed(paths []string) string {
	const shown = 3
	words := report.Terminal(strings.Join(paths[:min(len(paths), shown)], ", "))
	if left := len(paths) - shown; left > 0 {
		words += fmt.Sprintf(" and %d more", left)
	}
	return words
}

// finish ends the pull request that has nothing left to propose, and takes away
// a branch of ours that never came to have one.
func (p *fixupPlan) finish(f *Fixup, known *fixupFacts, ours bool) {
	why, words := "nothing is left to mend", nothingLeft
	if known.over {
		why, words = fmt.Sprintf("pull request %d, which it is for, is not open any more", f.Pull), fmt.Sprintf("Pull request #%d, which this was for, is not open any more.\n", f.Pull)
	}
	switch {
	case p.pull != nil:
		if state, ok := readFixupState(p.pull.Body, f.Category); ok {
			p.close, p.drop = true, ours
			p.body = replaceRegion(p.pull.Body, fixupState{Category: f.Category, Over: true, Keys: state.Keys}.line()+words)
			p.comment = words
			p.note("the pull request %d is closed: %s", p.pull.Number, why)
			return
		}
		p.note("%s, and the pull request %d is not dockmend's to close", why, p.pull.Number)
	case ours && (len(known.pulls) == 0 || known.over):
		p.drop = true
	case known.tip != nil && !ours:
		p.note("the branch %s is left as it is: it is not dockmend's", f.branch())
	}
}

// declined tells whether people closed all of this without a merge.
func (p *fixupPlan) declined(f *Fixup, known *fixupFacts) bool {
	refused := map[string]bool{}
	number, all := 0, false
	for _, old := range known.pulls { // the newest first
		state, ok := readFixupState(old.Body, f.Category)
		if !ok || old.State != "closed" || old.MergedAt != nil || state.Over || askedAgain(old.Body) {
			continue
		}
		if number == 0 {
			number = old.Number
		}
		all = all || state.Cut
		for _, key := range state.Keys {
			refused[key] = true
		}
	}
	fresh := slices.ContainsFunc(f.keysOf(p.files), func(key string) bool { return !refused[key] })
	if number == 0 || fresh && !all {
		return false
	}
	p.note("%s: %d was closed without a merge, and nothing new was found since; the box in its description asks again", f.none(), number)
	return true
}

// keysOf are the keys of the files that are proposed.
func (f *Fixup) keysOf(files []plannedFile) []string {
	part := Fixup{}
	for _, file := range files {
		part.Files = append(part.Files, file.FixupFile)
	}
	return part.keys()
}

// propose makes or recomputes the commit, and the pull request.
func (p *fixupPlan) propose(f *Fixup, known *fixupFacts) {
	current := known.tip != nil && isOurCommit(f.Category, known.tip) &&
		known.tip.Parents[0].SHA == known.baseSHA && trailer(known.tip.Message, trailerFiles) == p.filesHash
	p.commit = !current
	region := fixupBody(f, p.files)
	if p.pull == nil {
		p.open, p.body = true, newBody(region)
		return
	}
	if _, ok := readFixupState(p.pull.Body, f.Category); !ok {
		return // a person opened it, and its description is that person's
	}
	if body := replaceRegion(p.pull.Body, region); body != p.pull.Body {
		p.body = body
	}
}
