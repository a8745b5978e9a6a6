package review

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/files"
)

// FixupPlan says what to do about the pull request with fixes. The zero value
// says: nothing.
type FixupPlan struct {
	// Files are what is proposed, with what the base has.
	Files []PlannedFile
	// FilesHash names their contents.
	FilesHash string
	// Commit asks for a commit, and for the branch to point to it.
	Commit bool
	// Open asks for a pull request; else pull is the one there is, nil for none.
	Open bool
	Pull *PullRequest
	// Body is what pull gets, or the new one; empty leaves it as it is.
	Body string
	// Close closes pull, comment is said below it, and drop deletes the branch.
	Close, Drop bool
	Comment     string
	Notes       []string
}

// Writes reports whether the plan changes anything on the platform.
func (p *FixupPlan) Writes() bool {
	isPull := p.Open || p.Close || p.Body != ""
	return isPull || p.Commit || p.Drop || p.Comment != ""
}

// PlannedFile is a file of the commit, with its mode as git writes it.
type PlannedFile struct {
	FixupFile
	Mode string
}

func (p *FixupPlan) note(format string, args ...any) {
	p.Notes = append(p.Notes, fmt.Sprintf(format, args...))
}

// unchanged notes why the open one stays as it is.
func (p *FixupPlan) unchanged(f *Fixup, why string) {
	p.note("%s %d was not changed: %s", f.Platform.Request, p.Pull.Number, why)
}

// PlanFixup decides. It is a pure function of what is wanted and what is there.
func PlanFixup(f *Fixup, known *FixupFacts) *FixupPlan {
	p := &FixupPlan{Pull: known.Open()}
	ours := known.Tip != nil && known.Ours(f.Category, known.Tip)
	again := p.Pull != nil && AskedAgain(p.Pull.Body)
	switch {
	case known.Over && known.Tip != nil && !ours:
		if p.Pull != nil {
			p.unchanged(f, "its branch has commits that dockmend did not make")
		}
		return p
	case known.Over:
		p.finish(f, known, ours)
		return p
	case f.Pull > 0 && f.SHA != known.BaseSHA:
		p.note("%s: its head is now %s, but this run checked %s; the run for the new head proposes them", f.None(), Short(known.BaseSHA), Short(f.SHA))
		return p
	}
	p.choose(f, known)
	switch {
	case f.Direct:
		p.Commit = len(p.Files) > 0
	case p.Pull != nil && !f.Complete:
		p.unchanged(f, "this run could not check everything")
	case p.Pull != nil && f.SHA != known.BaseSHA:
		p.unchanged(f, fmt.Sprintf("%s is at %s, but this run checked %s", known.Base, Short(known.BaseSHA), Short(f.SHA)))
	case known.Tip != nil && !ours && p.Pull != nil && !again:
		p.unchanged(f, "its branch has commits that dockmend did not make")
		if !known.Told {
			p.Comment = ToldMarker(f.Category) + f.Platform.paused()
		}
	case len(p.Files) == 0:
		p.finish(f, known, ours)
	case p.Pull == nil && p.declined(f, known):
	case known.Tip != nil && !ours && p.Pull == nil:
		p.note("%s: dockmend did not create the branch %s; delete it, or set another name in pull-request.branch", f.None(), f.BranchName())
	default:
		p.propose(f, known)
	}
	return p
}

// choose takes the files that the base has as the run saw them.
func (p *FixupPlan) choose(f *Fixup, known *FixupFacts) {
	var stale, other, programs, takenBack []string
	for _, file := range f.Files {
		e, ok := known.Entries[file.Path]
		switch {
		case strings.HasPrefix(strings.ToLower(file.Path), f.Platform.Workflows), ok && e.Mode != "100644" && e.Mode != "100755":
			other = append(other, file.Path)
		case !ok || e.SHA != files.BlobHash(file.Before, len(e.SHA)):
			stale = append(stale, file.Path)
		case !slices.ContainsFunc(file.Changes, func(c FixupChange) bool { return !known.Made[c.Key] }):
			takenBack = append(takenBack, file.Path)
		case known.Signed && e.Mode == "100755":
			programs = append(programs, file.Path)
		case len(p.Files) == maxFixupFiles:
			other = append(other, file.Path)
		default:
			p.Files = append(p.Files, PlannedFile{file, e.Mode})
		}
	}
	if len(stale) > 0 {
		p.note("not fixed, because %[2]s and this checkout differ: %[1]s", listed(stale), known.Base)
	}
	if len(other) > 0 {
		p.note("not fixed, because workflows and links are never changed, and one %[3]s has at most %[2]d files: %[1]s", listed(other), maxFixupFiles, f.Platform.Request)
	}
	if len(takenBack) > 0 {
		p.note("not fixed, because an earlier fix in this %s was reverted: %s", f.Platform.Request, listed(takenBack))
	}
	if len(programs) > 0 {
		p.note("not fixed, because the branch requires signed commits, and %[2]s signs none for this token that keeps the executable bit: %[1]s", listed(programs), f.Platform.Name)
	}
	hash := sha256.New()
	for _, file := range p.Files {
		_, _ = fmt.Fprintf(hash, "%s %s\x00%s\n", file.Mode, file.Path, files.BlobHash(file.After, hex.EncodedLen(sha256.Size)))
	}
	p.FilesHash = hex.EncodeToString(hash.Sum(nil))
}

// finish ends the pull request that has nothing left to propose, and takes away
// a branch of ours that never came to have one.
func (p *FixupPlan) finish(f *Fixup, known *FixupFacts, ours bool) {
	request := f.Platform.Request
	why, words := "nothing is left to fix", f.Platform.nothingLeft()
	if known.Over {
		why = fmt.Sprintf("%s %d, which it is for, is no longer open", request, f.Pull)
		words = fmt.Sprintf("%s%s %s%d, which this was for, is no longer open.\n", strings.ToUpper(request[:1]), request[1:], f.Platform.Sign, f.Pull)
	}
	switch {
	case p.Pull != nil:
		if state, ok := readFixupState(p.Pull.Body, f.Category); ok {
			p.Close, p.Drop = true, ours
			p.Body = replaceRegion(f.Platform, p.Pull.Body, fixupState{Category: f.Category, Over: true, Keys: state.Keys}.line()+words)
			p.Comment = words
			p.note("closed %s %d: %s", request, p.Pull.Number, why)
			return
		}
		p.note("%s, but dockmend did not open %s %d, so it stays open", why, request, p.Pull.Number)
	case ours && (len(known.Pulls) == 0 || known.Over):
		p.Drop = true
	case known.Tip != nil && !ours:
		p.note("the branch %s was not changed: dockmend did not create it", f.BranchName())
	}
}

// declined reports whether people closed all of this without a merge.
func (p *FixupPlan) declined(f *Fixup, known *FixupFacts) bool {
	refused := map[string]bool{}
	number, all := 0, false
	for _, old := range known.Pulls { // the newest first
		state, ok := readFixupState(old.Body, f.Category)
		isRefusal := ok && old.State == "closed" && !old.Merged
		if !isRefusal || state.Over || AskedAgain(old.Body) {
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
	fresh := slices.ContainsFunc(f.keysOf(p.Files), func(key string) bool { return !refused[key] })
	if number == 0 || (fresh && !all) {
		return false
	}
	p.note("%s: %d was closed without a merge, and nothing new was found since; tick the box in its description to propose it again", f.None(), number)
	return true
}

// keysOf are the keys of the files that are proposed.
func (f *Fixup) keysOf(files []PlannedFile) []string {
	part := Fixup{}
	for _, file := range files {
		part.Files = append(part.Files, file.FixupFile)
	}
	return part.keys()
}

// propose makes or recomputes the commit, and the pull request.
func (p *FixupPlan) propose(f *Fixup, known *FixupFacts) {
	p.Commit = !p.IsDone(f, known, known.Tip)
	region := fixupBody(f, p.Files)
	if p.Pull == nil {
		p.Open, p.Body = true, newBody(region)
		return
	}
	if _, ok := readFixupState(p.Pull.Body, f.Category); !ok {
		return // a person opened it, and its description is that person's
	}
	if body := replaceRegion(f.Platform, p.Pull.Body, region); body != p.Pull.Body {
		p.Body = body
	}
}

// IsDone reports whether a commit, which may be nil, is the one that the plan asks for.
func (p *FixupPlan) IsDone(f *Fixup, known *FixupFacts, c *Commit) bool {
	return c != nil && IsOurCommit(f.Category, c) && c.Parents[0] == known.BaseSHA && trailer(c.Message, trailerFiles) == p.FilesHash
}
