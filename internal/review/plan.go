package review

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// Limits of one run: so many comments people still read.
const (
	maxComments     = 30
	maxFileComments = 10
	maxResolved     = 50
)

// Channel is where a finding is shown. A finding has one.
type Channel uint8

// The channels, in the order in which they are tried (docs/contract.md section 4).
const (
	// InThread is a comment of an earlier run that still stands.
	InThread Channel = iota
	// InComment is a comment of this run's review.
	InComment
	// InFile is a comment on a file as a whole.
	InFile
	// InAlert is an alert of code scanning.
	InAlert
	InAnnotation
	InSummary
)

var channelNames = [...]string{"in earlier review comments", "as review comments", "as comments on their file", "as code scanning alerts", "as annotations", "here"}

func (c Channel) String() string { return channelNames[c] }

// Prover proves edits to a file together. It may be nil: nothing is merged then.
type Prover func(source *lint.Source, edits []text.Edit) lint.Proof

// Request is all that a plan is made from.
type Request struct {
	// Platform is where it is shown.
	Platform Platform
	// Findings are those to show.
	Findings []*lint.Diagnostic
	// Standing are the fingerprints of all findings that are not silenced by a
	// comment, shown or not: their threads are not resolved.
	Standing map[string]bool
	// Complete is set if the run saw everything; otherwise no thread is resolved.
	Complete bool
	// Places has, for each path, where comments can be.
	Places map[string]*Place
	// Threads are our earlier ones.
	Threads []*Thread
	// Category and Paths are the run's identity: it touches nothing else. No path
	// means the whole repository.
	Category string
	Paths    []string
	// Threshold is the least severity that is worth a comment by itself.
	Threshold lint.Severity
	// Fails is the least severity that fails the job; SeverityUnset where none does.
	Fails lint.Severity
	// Review, Annotate and Alerts tell which channels are open. NoReview says why
	// there is no review, where one was wanted.
	Review, Annotate, Alerts bool
	NoReview                 string
	// Problems is how many annotations are taken by other things.
	Problems int
	Prove    Prover
}

// Placement is where one finding is shown.
type Placement struct {
	Finding *lint.Diagnostic
	Channel Channel
	// Why says why it is in none of the channels before this one.
	Why string
	// Patch is a proved fix that could not be offered as a suggestion.
	Patch *lint.Fix

	comment *Comment
}

// Comment is one to be posted.
type Comment struct {
	Path string
	// First and Last are lines of the head's file, last included; 0 for a comment
	// on the file as a whole.
	First, Last int
	Body        string
	// Suggests is set for one with a suggestion block.
	Suggests bool
	Marks    []string
	// Answers is the thread in which it is a reply; nil for a thread of its own.
	Answers  *Thread
	severity lint.Severity
}

// Plan says what goes where. It makes no request: Apply does, and moves what was
// refused to the next channel by Degrade.
type Plan struct {
	Placements []*Placement
	// Comments are the review's, Files those on whole files, Replies those in threads.
	Comments, Files, Replies []*Comment
	// Resolve are threads whose findings are gone.
	Resolve []*Thread
	Request Request
}

// NewPlan decides. It is a pure function of the request.
func NewPlan(r Request) *Plan {
	p := &Plan{Request: r}
	live, dismissed := map[string]bool{}, map[string]bool{}
	for _, t := range r.Threads {
		for _, m := range t.Marks {
			live[m] = live[m] || t.Live()
			dismissed[m] = dismissed[m] || t.ByPerson
		}
	}
	findings := slices.Clone(r.Findings)
	slices.SortStableFunc(findings, func(a, b *lint.Diagnostic) int { return cmp.Compare(b.Severity, a.Severity) })
	var drafts []*draft
	for _, d := range findings {
		x := &draft{Placement: &Placement{Finding: d}, path: d.Source.Path}
		p.Placements = append(p.Placements, x.Placement)
		switch {
		case live[mark(d)]:
			x.Channel = InThread
		case dismissed[mark(d)]:
			x.Channel, x.Why = InSummary, "a person resolved or hid its comment"
		default:
			p.draft(x)
			drafts = append(drafts, x)
		}
	}
	p.write(byCause(p.reply(drafts)))
	p.settle()
	p.Resolve = p.gone()
	return p
}

// draft is a placement that may become a comment.
type draft struct {
	*Placement
	offer *suggestion
	// path and the lines are the head's.
	path        string
	first, last int
	// others are drafts with the same cause: they are places of this one's comment.
	others []*draft
}

// draft chooses the first channel for one finding.
func (p *Plan) draft(x *draft) {
	r, d := &p.Request, x.Finding
	place := r.Places[d.Source.Path]
	worthy := d.Severity >= r.Threshold
	if r.Review && place != nil {
		x.offer, x.Why = p.offer(d, place, worthy)
	}
	if fix, ok := provedFix(d); ok && x.offer == nil {
		x.Patch = &fix
	}
	commented := r.Review && worthy && offDiff(d, place) // next to its alert
	switch {
	case r.Review && x.offer != nil:
		x.Channel = InComment
		x.first, x.last, _ = place.anchor(x.offer.first, x.offer.last)
	case r.Alerts && !commented:
		x.Channel, x.Why = InAlert, ""
	case !r.Review:
		x.Channel, x.Why = InAnnotation, r.NoReview
	case !worthy:
		x.Channel, x.Why = InSummary, fmt.Sprintf("below %s, and without a suggestion", r.Threshold)
	default:
		p.seat(x, place)
	}
}

// offDiff reports whether a change elsewhere causes a finding whose own lines the diff does
// not have, so that no platform shows its alert in the pull request.
func offDiff(d *lint.Diagnostic, place *Place) bool {
	first, last := lines(d)
	_, _, inDiff := place.anchorSome(first, last)
	_, caused := d.Cause()
	return caused && !inDiff
}

// seat finds the lines of the diff that a comment can stand on: the finding's own, else
// those of the change that caused it, else none of the one or the other file.
func (p *Plan) seat(x *draft, own *Place) {
	first, last := lines(x.Finding)
	cause, path, line := p.cause(x.Finding)
	switch {
	case x.on(own, x.path, first, last), x.on(cause, path, line, line):
		x.Channel, x.Why = InComment, ""
	case own != nil && own.InDiff:
		x.Channel, x.Why = InFile, cmp.Or(own.Why, "its lines are not in the diff")
	case cause != nil && cause.InDiff:
		x.path = path
		x.Channel, x.Why = InFile, cmp.Or(cause.Why, "the lines that cause it are not in the diff")
	default:
		x.Channel, x.Why = InAnnotation, "the "+p.Request.Platform.Request+" does not change the file"
	}
}

// on reports whether lines of the checkout's file can carry the comment, which it puts
// there then.
func (x *draft) on(place *Place, path string, first, last int) bool {
	from, to, ok := place.anchorSome(first, last)
	if ok {
		x.path, x.first, x.last = path, from, to
	}
	return ok
}

// cause is where the change that caused a finding stands, if that is below the run's
// paths: its file in the head, and the line in the checkout, 0 for the file as a whole.
func (p *Plan) cause(d *lint.Diagnostic) (place *Place, path string, line int) {
	path, line = causeOf(d)
	if place = p.Request.Places[path]; place == nil {
		return nil, "", 0
	}
	if path = cmp.Or(place.Path, path); !Below(path, p.Request.Paths) {
		return nil, "", 0
	}
	return place, path, line
}

// causeOf is the file of the checkout in which the change stands that caused a finding,
// and its line, 0 for the file as a whole; the path is empty where no change is known.
func causeOf(d *lint.Diagnostic) (path string, line int) {
	r, ok := d.Cause()
	switch {
	case !ok:
		return "", 0
	case r.File != "":
		return r.File, 0
	case r.Source != nil:
		return r.Source.Path, r.Source.Lines.Position(r.Span.Start).Line
	}
	return d.Source.Path, d.Source.Lines.Position(r.Span.Start).Line
}

// offer is the suggestion for a finding, if there is one that its lines can
// carry. An unsafe one is offered only where there is a comment anyway.
func (p *Plan) offer(d *lint.Diagnostic, place *Place, worthy bool) (*suggestion, string) {
	s, why := suggest(d)
	switch {
	case s == nil:
		return nil, why
	case !s.safe() && !worthy:
		return nil, "its fix is not safe"
	case !place.InDiff || place.Why != "":
		return nil, place.Why
	}
	if _, _, ok := place.anchor(s.first, s.last); !ok {
		return nil, "its fix changes lines that are not in the diff"
	}
	return s, ""
}

// lines are the finding's, in the checkout, last included.
func lines(d *lint.Diagnostic) (first, last int) { return touched(d.Source, d.Span) }

// write makes the comments. Suggestions that meet are merged into one comment;
// where they exclude each other the first, and so the most severe, is offered.
func (p *Plan) write(drafts []*draft) {
	type group struct {
		path        string
		offer       *suggestion
		first, last int
		drafts      []*draft
	}
	var groups []*group
	for _, x := range drafts {
		switch x.Channel {
		case InFile:
			p.addFile(x)
			continue
		case InComment:
		default:
			continue
		}
		path := x.path
		var home *group
		for _, g := range groups {
			if x.offer == nil || g.offer == nil || g.path != path || !g.offer.overlaps(x.offer) {
				continue
			}
			home = g
			break
		}
		if home == nil {
			groups = append(groups, &group{path, x.offer, x.first, x.last, []*draft{x}})
			continue
		}
		joined := home.offer.join(x.offer, x.Finding.Source, p.Request.Prove)
		clash := joined != nil && slices.ContainsFunc(groups, func(g *group) bool {
			return g != home && g.offer != nil && g.path == path && g.offer.overlaps(joined)
		})
		if joined != nil && !clash {
			if first, last, ok := p.Request.Places[path].anchor(joined.first, joined.last); ok {
				home.offer, home.first, home.last = joined, first, last
				home.drafts = append(home.drafts, x)
				continue
			}
		}
		p.withoutOffer(x)
		if x.Channel == InComment {
			groups = append(groups, &group{path, nil, x.first, x.last, []*draft{x}})
		}
	}
	for _, g := range groups {
		c := &Comment{Path: g.path, First: g.first, Last: g.last, Suggests: g.offer != nil}
		var remarks []remark
		for _, x := range g.drafts {
			remarks = append(remarks, p.remark(x, p.aside(x, g.offer)))
			c.severity = max(c.severity, x.Finding.Severity)
			c.carry(x)
		}
		if c.Body = body(p.Request.Platform, p.Request.Category, remarks, g.offer); len(c.Body) > p.Request.Platform.Body {
			for _, x := range g.drafts {
				p.pass(x, "its comment would be too long")
			}
			continue
		}
		p.Comments = append(p.Comments, c)
	}
	slices.SortStableFunc(p.Comments, func(a, b *Comment) int { return cmp.Compare(b.severity, a.severity) })
	if len(p.Comments) > maxComments {
		p.move(p.Comments[maxComments:], InSummary, tooMany())
		p.Comments = p.Comments[:maxComments]
	}
}

// carry makes a comment that of a finding and of the others with its cause.
func (c *Comment) carry(x *draft) {
	for _, each := range x.all() {
		c.Marks = append(c.Marks, mark(each.Finding))
		each.comment = c
	}
}

// pass moves a finding and the others with its cause behind the comments.
func (p *Plan) pass(x *draft, why string) {
	for _, each := range x.all() {
		p.next(each.Placement, why)
	}
}

// keepPatch gives up the suggestion of a draft, whose fix becomes a patch.
func (x *draft) keepPatch() {
	if fix, ok := provedFix(x.Finding); ok {
		x.Patch = &fix
	}
	x.offer = nil
}

// aside is the line of a finding whose comment stands elsewhere; 0 where it is among the
// comment's lines, or not in the head.
func (p *Plan) aside(x *draft, offer *suggestion) int {
	first, last := lines(x.Finding)
	own := p.Request.Places[x.Finding.Source.Path]
	switch {
	case x.path != x.Finding.Source.Path || own == nil:
		return first
	case offer == nil:
		if _, _, ok := own.anchorSome(first, last); ok {
			return 0
		}
	case offer.first <= first && first <= offer.last:
		return 0
	}
	if first < len(own.toHead) {
		return own.toHead[first]
	}
	return 0
}

// withoutOffer places a finding whose suggestion another one excludes.
func (p *Plan) withoutOffer(x *draft) {
	x.keepPatch()
	first, last := lines(x.Finding)
	ok := x.on(p.Request.Places[x.path], x.path, first, last)
	switch {
	case p.Request.Alerts:
		x.Channel = InAlert
	case x.Finding.Severity < p.Request.Threshold:
		x.Channel, x.Why = InSummary, "another suggestion is on its lines"
	case !ok:
		p.next(x.Placement, "another suggestion is on its lines")
	}
	for _, each := range x.others {
		each.Channel, each.Why = x.Channel, x.Why
	}
}

// addFile makes a comment on a whole file.
func (p *Plan) addFile(x *draft) {
	d := x.Finding
	c := &Comment{
		Path: x.path, Body: body(p.Request.Platform, p.Request.Category, []remark{p.remark(x, d.Start().Line)}, nil), severity: d.Severity,
	}
	switch {
	case len(p.Files) >= maxFileComments:
		p.pass(x, fmt.Sprintf("a run writes at most %d comments on whole files", maxFileComments))
	case len(c.Body) > p.Request.Platform.Body:
		p.pass(x, "its comment would be too long")
	default:
		c.carry(x)
		p.Files = append(p.Files, c)
	}
}

// next moves a finding behind the comments.
func (p *Plan) next(x *Placement, why string) {
	x.comment, x.Why, x.Channel = nil, why, InSummary
	if p.Request.Annotate {
		x.Channel = InAnnotation
	}
}

// Degrade moves the findings of comments that could not be posted to the next
// channel, with the reason. What the channel cannot hold goes to the summary.
func (p *Plan) Degrade(comments []*Comment, why string) {
	channel := InSummary
	if p.Request.Annotate {
		channel = InAnnotation
	}
	p.move(comments, channel, why)
	gone := func(c *Comment) bool { return slices.Contains(comments, c) }
	p.Comments = slices.DeleteFunc(slices.Clone(p.Comments), gone)
	p.Files = slices.DeleteFunc(slices.Clone(p.Files), gone)
	p.Replies = slices.DeleteFunc(slices.Clone(p.Replies), gone)
	p.settle()
}

func (p *Plan) move(comments []*Comment, to Channel, why string) {
	for _, x := range p.Placements {
		if x.comment == nil || !slices.Contains(comments, x.comment) {
			continue
		}
		if x.comment.Suggests {
			if fix, ok := provedFix(x.Finding); ok {
				x.Patch = &fix
			}
		}
		x.Channel, x.Why, x.comment = to, why, nil
	}
}

// settle keeps the annotations to what the platform shows of them.
func (p *Plan) settle() {
	most := p.Request.Platform.Annotations
	room := map[string]int{"error": most - p.Request.Problems, "warning": most, "notice": most}
	for _, x := range p.Placements {
		if x.Channel != InAnnotation {
			continue
		}
		kind := annotationKind(x.Finding.Severity)
		switch {
		case !p.Request.Annotate:
			x.Channel = InSummary
		case room[kind] <= 0:
			x.Channel, x.Why = InSummary, fmt.Sprintf("%s shows at most %d annotations of each kind", p.Request.Platform.Name, most)
		default:
			room[kind]--
		}
	}
}

func annotationKind(s lint.Severity) string {
	if s == lint.Error || s == lint.Warning {
		return s.String()
	}
	return "notice"
}

// gone are the threads of this run's category and paths none of whose findings
// is there any more. Where a person answered, or the run is not complete, they
// stay as they are.
func (p *Plan) gone() []*Thread {
	r := &p.Request
	if !r.Complete || !r.Review {
		return nil
	}
	var all []*Thread
	for _, t := range r.Threads {
		stands := slices.ContainsFunc(t.Marks, func(m string) bool { return r.Standing[m] })
		if t.Live() && !t.Replied && !stands && Below(t.Path, r.Paths) {
			all = append(all, t)
		}
	}
	return all[:min(len(all), maxResolved)]
}

// Below reports whether a path is one of the paths or lies below one; no path
// stands for all.
func Below(name string, paths []string) bool {
	return len(paths) == 0 || slices.ContainsFunc(paths, func(p string) bool {
		return p == "." || name == p || strings.HasPrefix(name, p+"/")
	})
}

// Marks are the fingerprints of findings that still stand, as threads have them.
func Marks(findings []*lint.Diagnostic) map[string]bool {
	all := map[string]bool{}
	for _, d := range findings {
		if d.Suppressed == nil {
			all[mark(d)] = true
		}
	}
	return all
}

// Shown are the findings of one channel, in the order of the plan.
func (p *Plan) Shown(channel Channel) []*Placement {
	var all []*Placement
	for _, x := range p.Placements {
		if x.Channel == channel {
			all = append(all, x)
		}
	}
	return all
}

// tooMany is why a finding that could be a comment is none.
func tooMany() string { return fmt.Sprintf("a review has at most %d comments", maxComments) }

// ReviewBody is the text above a review's comments.
func (p *Plan) ReviewBody() string {
	suggestions := 0
	for _, c := range p.Comments {
		if c.Suggests {
			suggestions++
		}
	}
	words := fmt.Sprintf("dockmend: %s, %d with a proved suggestion.", text.Counted(len(p.Comments), "comment"), suggestions)
	var rest []string
	for _, x := range p.Placements {
		if x.Why == tooMany() {
			rest = append(rest, fmt.Sprintf("%s, line %d of %s", ruleOf(x.Finding), x.Finding.Start().Line, pathOf(x.Finding)))
		}
	}
	if len(rest) == 0 {
		return words
	}
	const named = 50
	more := ""
	if left := len(rest) - named; left > 0 {
		rest, more = rest[:named], fmt.Sprintf("\n- and %d more", left)
	}
	return words + fmt.Sprintf("\n\n<details><summary>%d more, in the job summary</summary>\n\n- ", len(rest)) +
		strings.Join(rest, "\n- ") + more + "\n\n</details>"
}

// Join takes in the placements of a plan for further findings of the same run.
func (p *Plan) Join(more *Plan) {
	p.Placements = append(p.Placements, more.Placements...)
	p.settle()
}

// remark is what a comment says of a draft; line is 0 where it stands at the comment's own.
func (p *Plan) remark(x *draft, line int) remark {
	fails := p.Request.Fails != lint.SeverityUnset && x.Finding.Severity >= p.Request.Fails
	return remark{Diagnostic: x.Finding, line: line, also: p.placesOf(x.others), fails: fails}
}
