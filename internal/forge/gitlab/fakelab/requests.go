package fakelab

import (
	"crypto/sha1" //nolint:gosec // GitLab names lines by it
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	gitlab "gitlab.com/gitlab-org/api/client-go"
)

// Request is a merge request.
type Request struct {
	IID                          int64
	Source, Target, State, Title string
	Description                  string
	// Author opened it.
	Author string
	// Discussions are its threads and notes, the oldest first.
	Discussions []*Discussion
	// drafts are of the token's owner.
	drafts   []*gitlab.DraftNote
	versions []*gitlab.MergeRequestDiffVersion
	merged   string
}

// Discussion is one, as people see it.
type Discussion struct {
	ID string
	// Note is set for a note that begins no thread.
	Note  bool
	Notes []*Note
	// At is where the first note stands; nil for none.
	At         *gitlab.NotePosition
	Resolved   bool
	ResolvedBy string
}

// Note is one of a discussion.
type Note struct {
	ID           int64
	Author, Body string
}

// Open opens a merge request.
func (l *Lab) Open(source, person string) *Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open(source, "main", person)
}

func (l *Lab) open(source, target, person string) *Request {
	m := &Request{IID: int64(len(l.requests) + 1), Source: source, Target: target, State: "opened", Author: person}
	l.requests = append(l.requests, m)
	return m
}

// Requests are all, the oldest first.
func (l *Lab) Requests() []*Request { return l.requests }

// Merge merges an open merge request.
func (l *Lab) Merge(m *Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	head := l.commits[l.branches[m.Source]]
	merge := l.commit("merge", "somebody", []string{l.branches[m.Target], head.id}, head.files)
	l.branches[m.Target], m.State, m.merged = merge.id, "merged", head.id
	delete(l.branches, m.Source)
}

// Say begins a thread, or continues one.
func (l *Lab) Say(m *Request, in *Discussion, person, body string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if in == nil {
		in = &Discussion{ID: fmt.Sprintf("d%d", l.next())}
		m.Discussions = append(m.Discussions, in)
	}
	in.Notes = append(in.Notes, &Note{l.next(), person, words(body)})
}

// Drafts are the notes that are not published yet.
func (m *Request) Drafts() int { return len(m.drafts) }

// Draft makes one of the token's owner, as a person who uses their own token has it.
func (l *Lab) Draft(m *Request, body string) {
	m.drafts = append(m.drafts, &gitlab.DraftNote{ID: l.next(), Note: body, Position: &gitlab.NotePosition{}})
}

func (l *Lab) request(c *call) *Request {
	i := c.number("iid")
	if i < 1 || i > int64(len(l.requests)) {
		return nil
	}
	return l.requests[i-1]
}

// head is the last commit of a merge request.
func (l *Lab) head(m *Request) string {
	if m.merged != "" {
		return m.merged
	}
	if tip := l.branches[m.Source]; tip != "" {
		return tip
	}
	if n := len(m.versions); n > 0 {
		return m.versions[n-1].HeadCommitSHA
	}
	return ""
}

func (l *Lab) basic(m *Request) gitlab.BasicMergeRequest {
	return gitlab.BasicMergeRequest{
		ID: m.IID + 1000, IID: m.IID, SourceBranch: m.Source, TargetBranch: m.Target, State: m.State, Title: m.Title, Description: m.Description,
		ProjectID: ProjectID, SourceProjectID: ProjectID, TargetProjectID: ProjectID, SHA: l.head(m), Author: user(m.Author),
		WebURL: fmt.Sprintf("https://lab.example/%s/-/merge_requests/%d", Project, m.IID),
	}
}

func listRequests(l *Lab, c *call) answer {
	q := c.URL.Query()
	all := []*gitlab.BasicMergeRequest{}
	for _, m := range slices.Backward(l.requests) {
		if (q.Get("source_branch") == "" || m.Source == q.Get("source_branch")) && (q.Get("target_branch") == "" || m.Target == q.Get("target_branch")) {
			basic := l.basic(m)
			all = append(all, &basic)
		}
	}
	return page(c, all)
}

func getRequest(l *Lab, c *call) answer {
	m := l.request(c)
	if m == nil {
		return missing()
	}
	return ok(&gitlab.MergeRequest{BasicMergeRequest: l.basic(m)})
}

func createRequest(l *Lab, c *call) answer {
	var o gitlab.CreateMergeRequestOptions
	c.into(&o)
	if l.branches[*o.SourceBranch] == "" {
		return refuse(http.StatusBadRequest, "source_branch does not exist")
	}
	for _, m := range l.requests {
		if m.Source == *o.SourceBranch && m.Target == *o.TargetBranch && m.State == "opened" {
			return refuse(http.StatusConflict, "Another open merge request already exists for this source branch: !"+strconv.FormatInt(m.IID, 10))
		}
	}
	m := l.open(*o.SourceBranch, *o.TargetBranch, Viewer)
	m.Title = *o.Title
	if o.Description != nil {
		m.Description = *o.Description
	}
	return made(&gitlab.MergeRequest{BasicMergeRequest: l.basic(m)})
}

func updateRequest(l *Lab, c *call) answer {
	m := l.request(c)
	if m == nil {
		return missing()
	}
	var o gitlab.UpdateMergeRequestOptions
	c.into(&o)
	if o.Description != nil {
		m.Description = *o.Description
	}
	if o.StateEvent != nil && *o.StateEvent == "close" {
		m.State = "closed"
	}
	return ok(&gitlab.MergeRequest{BasicMergeRequest: l.basic(m)})
}

// renew makes the version of the last push, where there is none yet. A target that moved on
// makes no new one, a rebase does.
func (l *Lab) renew(m *Request) {
	head, start := l.head(m), l.branches[m.Target]
	base := l.mergeBase(head, start)
	if n := len(m.versions); n > 0 && m.versions[n-1].HeadCommitSHA == head && m.versions[n-1].BaseCommitSHA == base {
		return
	}
	m.versions = append(m.versions, &gitlab.MergeRequestDiffVersion{
		ID: l.next(), HeadCommitSHA: head, BaseCommitSHA: base, StartCommitSHA: start, State: "collected",
		RealSize: strconv.Itoa(len(l.diff(l.commits[base], l.commits[head]))),
	})
}

func listVersions(l *Lab, c *call) answer {
	m := l.request(c)
	if m == nil {
		return missing()
	}
	if l.Late > 0 {
		l.Late--
	} else {
		l.renew(m)
	}
	all := slices.Clone(m.versions)
	slices.Reverse(all)
	return page(c, all)
}

func getVersion(l *Lab, c *call) answer {
	m := l.request(c)
	if m == nil {
		return missing()
	}
	for _, v := range m.versions {
		if v.ID == c.number("version") {
			whole := *v
			whole.Diffs = l.diff(l.commits[v.BaseCommitSHA], l.commits[v.HeadCommitSHA])
			return ok(&whole)
		}
	}
	return missing()
}

// misplaced is GitLab's answer to a note on a line that its diff does not have.
func misplaced() answer {
	return refuse(http.StatusBadRequest, `400 Bad request - Note {:line_code=>["can't be blank", "must be a valid line code"]}`)
}

// stands holds a position to a version of the merge request. GitLab takes an unchanged line
// by both of its numbers alone, and an added one by the new one alone.
func (l *Lab) stands(m *Request, o *gitlab.PositionOptions) (*gitlab.NotePosition, bool) {
	i := slices.IndexFunc(m.versions, func(v *gitlab.MergeRequestDiffVersion) bool {
		return v.HeadCommitSHA == *o.HeadSHA && v.BaseCommitSHA == *o.BaseSHA && v.StartCommitSHA == *o.StartSHA
	})
	if i < 0 {
		return nil, false
	}
	v := m.versions[i]
	diffs := l.diff(l.commits[v.BaseCommitSHA], l.commits[v.HeadCommitSHA])
	j := slices.IndexFunc(diffs, func(d *gitlab.Diff) bool { return d.NewPath == *o.NewPath && d.OldPath == *o.OldPath })
	if j < 0 {
		return nil, false
	}
	at := &gitlab.NotePosition{
		BaseSHA: v.BaseCommitSHA, StartSHA: v.StartCommitSHA, HeadSHA: v.HeadCommitSHA,
		PositionType: *o.PositionType, NewPath: *o.NewPath, OldPath: *o.OldPath,
	}
	if *o.PositionType == "file" {
		return at, true
	}
	lines := linesOf(diffs[j])
	found := func(now, was *int64) (line, bool) {
		k := slices.IndexFunc(lines, func(x line) bool {
			isLine := now != nil && x.now == *now
			return isLine && x.added == (was == nil) && (was == nil || x.was == *was)
		})
		if k < 0 {
			return line{}, false
		}
		return lines[k], true
	}
	last, ok := found(o.NewLine, o.OldLine)
	if !ok {
		return nil, false
	}
	at.NewLine = last.now
	if !last.added {
		at.OldLine = last.was
	}
	if o.LineRange == nil {
		return at, true
	}
	first, ok := found(o.LineRange.Start.NewLine, o.LineRange.Start.OldLine)
	if !ok || *o.LineRange.Start.LineCode != first.code(*o.NewPath) || *o.LineRange.End.LineCode != last.code(*o.NewPath) {
		return nil, false
	}
	at.LineRange = &gitlab.LineRange{
		StartRange: &gitlab.LinePosition{LineCode: *o.LineRange.Start.LineCode, NewLine: first.now},
		EndRange:   &gitlab.LinePosition{LineCode: *o.LineRange.End.LineCode, NewLine: last.now},
	}
	return at, true
}

// line is one that a diff shows.
type line struct {
	now, was int64
	added    bool
}

func (x line) code(path string) string {
	sum := sha1.Sum([]byte(path)) //nolint:gosec // see the import
	return fmt.Sprintf("%s_%d_%d", hex.EncodeToString(sum[:]), x.was, x.now)
}

// linesOf counts the lines of a diff as it shows them, by the numbers of its hunks.
func linesOf(d *gitlab.Diff) []line {
	var all []line
	var at line
	for text := range strings.Lines(d.Diff) {
		switch text[0] {
		case '@':
			var was, now, wasCount, nowCount int64
			if _, err := fmt.Sscanf(text, "@@ -%d,%d +%d,%d @@", &was, &wasCount, &now, &nowCount); err != nil {
				panic(fmt.Sprintf("hunk %q: %v", text, err))
			}
			if wasCount == 0 {
				was++
			}
			if nowCount == 0 {
				now++
			}
			at = line{now: now, was: was}
		case '-':
			at.was++
		case '+':
			all = append(all, line{at.now, at.was, true})
			at.now++
		case '\\':
		default:
			all = append(all, line{at.now, at.was, false})
			at.now, at.was = at.now+1, at.was+1
		}
	}
	return all
}

func (d *Discussion) plain() *gitlab.Discussion {
	all := &gitlab.Discussion{ID: d.ID, IndividualNote: d.Note, Notes: []*gitlab.Note{}}
	for i, n := range d.Notes {
		note := &gitlab.Note{ID: n.ID, Body: n.Body, CreatedAt: at(n.ID), Resolvable: !d.Note, Resolved: d.Resolved}
		note.Author.ID, note.Author.Username = userID(n.Author), n.Author
		if d.Resolved {
			note.ResolvedBy.ID, note.ResolvedBy.Username = userID(d.ResolvedBy), d.ResolvedBy
		}
		if i == 0 {
			note.Position = d.At
		}
		all.Notes = append(all.Notes, note)
	}
	return all
}

func listDiscussions(l *Lab, c *call) answer {
	m := l.request(c)
	if m == nil {
		return missing()
	}
	all := []*gitlab.Discussion{}
	for _, d := range m.Discussions {
		all = append(all, d.plain())
	}
	return page(c, all)
}

// begin makes a discussion of the token's owner.
func (l *Lab) begin(m *Request, body string, at *gitlab.NotePosition) *Discussion {
	d := &Discussion{ID: fmt.Sprintf("d%d", l.next()), At: at, Notes: []*Note{{l.next(), Viewer, words(body)}}}
	m.Discussions = append(m.Discussions, d)
	return d
}

func createDiscussion(l *Lab, c *call) answer {
	m := l.request(c)
	if m == nil {
		return missing()
	}
	var o gitlab.CreateMergeRequestDiscussionOptions
	c.into(&o)
	at, fits := l.stands(m, o.Position)
	if !fits {
		return misplaced()
	}
	return made(l.begin(m, *o.Body, at).plain())
}

func (m *Request) discussion(c *call) *Discussion {
	i := slices.IndexFunc(m.Discussions, func(d *Discussion) bool { return d.ID == c.PathValue("discussion") })
	if i < 0 {
		return nil
	}
	return m.Discussions[i]
}

func resolveDiscussion(l *Lab, c *call) answer {
	m := l.request(c)
	if m == nil || m.discussion(c) == nil {
		return missing()
	}
	d := m.discussion(c)
	d.Resolved, d.ResolvedBy = true, Viewer
	return ok(d.plain())
}

func addNote(l *Lab, c *call) answer {
	m := l.request(c)
	if m == nil || m.discussion(c) == nil {
		return missing()
	}
	var o gitlab.AddMergeRequestDiscussionNoteOptions
	c.into(&o)
	d := m.discussion(c)
	d.Notes = append(d.Notes, &Note{l.next(), Viewer, words(*o.Body)})
	return made(d.plain().Notes[len(d.Notes)-1])
}

// note finds a note with its discussion.
func (m *Request) note(id int64) (*Discussion, int) {
	for _, d := range m.Discussions {
		if i := slices.IndexFunc(d.Notes, func(n *Note) bool { return n.ID == id }); i >= 0 {
			return d, i
		}
	}
	return nil, 0
}

func deleteNote(l *Lab, c *call) answer {
	m := l.request(c)
	if m == nil {
		return missing()
	}
	d, i := m.note(c.number("note"))
	if d == nil {
		return missing()
	}
	if d.Notes[i].Author != Viewer {
		return refuse(http.StatusForbidden, "403 Forbidden")
	}
	d.Notes = slices.Delete(d.Notes, i, i+1)
	m.Discussions = slices.DeleteFunc(m.Discussions, func(d *Discussion) bool { return len(d.Notes) == 0 })
	return answer{status: http.StatusNoContent}
}

func createNote(l *Lab, c *call) answer {
	m := l.request(c)
	if m == nil {
		return missing()
	}
	var o gitlab.CreateMergeRequestNoteOptions
	c.into(&o)
	d := l.begin(m, *o.Body, nil)
	d.Note = true
	return made(d.plain().Notes[0])
}

func updateNote(l *Lab, c *call) answer {
	m := l.request(c)
	if m == nil {
		return missing()
	}
	var o gitlab.UpdateMergeRequestNoteOptions
	c.into(&o)
	d, i := m.note(c.number("note"))
	if d == nil {
		return missing()
	}
	if d.Notes[i].Author != Viewer {
		return refuse(http.StatusForbidden, "403 Forbidden")
	}
	d.Notes[i].Body = words(*o.Body)
	return ok(d.plain().Notes[i])
}

func listDrafts(l *Lab, c *call) answer {
	m := l.request(c)
	if m == nil || l.NoDrafts {
		return missing()
	}
	return page(c, append([]*gitlab.DraftNote{}, m.drafts...))
}

func createDraft(l *Lab, c *call) answer {
	m := l.request(c)
	if m == nil || l.NoDrafts {
		return missing()
	}
	var o gitlab.CreateDraftNoteOptions
	c.into(&o)
	at, fits := l.stands(m, o.Position)
	if !fits {
		return misplaced()
	}
	d := &gitlab.DraftNote{ID: l.next(), Note: words(*o.Note), Position: at, AuthorID: userID(Viewer), MergeRequestID: m.IID}
	m.drafts = append(m.drafts, d)
	return made(d)
}

func (m *Request) draft(c *call) int {
	return slices.IndexFunc(m.drafts, func(d *gitlab.DraftNote) bool { return d.ID == c.number("note") })
}

func deleteDraft(l *Lab, c *call) answer {
	m := l.request(c)
	if m == nil || m.draft(c) < 0 {
		return missing()
	}
	m.drafts = slices.Delete(m.drafts, m.draft(c), m.draft(c)+1)
	return answer{status: http.StatusNoContent}
}

func publishDraft(l *Lab, c *call) answer {
	m := l.request(c)
	if m == nil || m.draft(c) < 0 {
		return missing()
	}
	d := m.drafts[m.draft(c)]
	l.begin(m, d.Note, d.Position)
	m.drafts = slices.Delete(m.drafts, m.draft(c), m.draft(c)+1)
	return answer{status: http.StatusNoContent}
}

func publishDrafts(l *Lab, c *call) answer {
	m := l.request(c)
	if m == nil || l.NoDrafts {
		return missing()
	}
	for _, d := range m.drafts {
		l.begin(m, d.Note, d.Position)
	}
	m.drafts = nil
	l.published++
	return answer{status: http.StatusNoContent}
}
