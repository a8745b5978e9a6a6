package review

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
)

// Findings with one cause are one comment (internal/lint, Group).

// byCause keeps one draft of those with one cause that would all be comments, the first.
func byCause(drafts []*draft) []*draft {
	findings := lint.Result{Diagnostics: make([]*lint.Diagnostic, len(drafts))}
	of := map[*lint.Diagnostic]*draft{}
	for i, x := range drafts {
		findings.Diagnostics[i] = x.Finding
		of[x.Finding] = x
	}
	joined := map[*draft]bool{}
	for _, g := range findings.Groups() {
		first := of[g[0]]
		for _, d := range g[1:] {
			if x := of[d]; x.Channel == first.Channel && x.isComment() {
				x.keepPatch()
				first.others = append(first.others, x)
				joined[x] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(drafts), func(x *draft) bool { return joined[x] })
}

// reply tells new places of a cause in the thread that is about it already, and returns the
// drafts that are left.
func (p *Plan) reply(drafts []*draft) []*draft {
	findings := lint.Result{}
	for _, x := range p.Placements {
		findings.Diagnostics = append(findings.Diagnostics, x.Finding)
	}
	of, told := map[*lint.Diagnostic]*draft{}, map[*draft]bool{}
	for _, x := range drafts {
		of[x.Finding] = x
	}
	for _, group := range findings.Groups() {
		thread := p.threadOf(group)
		var fresh []*draft
		for _, d := range group {
			if x := of[d]; x != nil && thread != nil && x.isComment() {
				fresh = append(fresh, x)
				told[x] = true
			}
		}
		if len(fresh) > 0 {
			p.replyTo(thread, fresh)
		}
	}
	return slices.DeleteFunc(slices.Clone(drafts), func(x *draft) bool { return told[x] })
}

func (x *draft) isComment() bool { return x.Channel == InComment || x.Channel == InFile }

// threadOf is the first thread that speaks for a finding of a group; nil if none does.
func (p *Plan) threadOf(group lint.Group) *Thread {
	for _, t := range p.Request.Threads {
		about := func(d *lint.Diagnostic) bool { return slices.Contains(t.Marks, mark(d)) }
		if t.Live() && slices.ContainsFunc(group, about) {
			return t
		}
	}
	return nil
}

func (p *Plan) replyTo(thread *Thread, fresh []*draft) {
	c := &Comment{Path: thread.Path, Answers: thread}
	for _, x := range fresh {
		x.keepPatch()
		c.carry(x)
		x.Channel, x.Why = InThread, ""
	}
	var body strings.Builder
	places := p.placesOf(fresh)
	for _, at := range places {
		body.WriteString(marker(p.Request.Category, at.mark))
	}
	c.Body = body.String() + alsoAt(places)
	p.Replies = append(p.Replies, c)
}

// all is a draft with the others of its cause.
func (x *draft) all() []*draft { return append([]*draft{x}, x.others...) }

// placesOf are further findings with their places, in the head where they are there.
func (p *Plan) placesOf(drafts []*draft) []elsewhere {
	var places []elsewhere
	for _, x := range drafts {
		line, _ := lines(x.Finding)
		if own := p.Request.Places[x.Finding.Source.Path]; own != nil && line < len(own.toHead) && own.toHead[line] > 0 {
			line = own.toHead[line]
		}
		places = append(places, elsewhere{mark(x.Finding), fmt.Sprintf("%s, line %d", pathOf(x.Finding), line)})
	}
	return places
}
