package cli

import (
	"context"
	"slices"

	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/gitdiff"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/review"
	"github.com/dockmend/dockmend/internal/text"
)

// fixesOfPull mends what this run reports of a pull request, and nothing that
// stood there before; nil where that may not be.
func (a *action) fixesOfPull(ctx context.Context, s *session, r *lint.Result) *fixing {
	none := func(why string) *fixing {
		a.notices = append(a.notices, "no fixes for this pull request: "+why)
		return nil
	}
	switch {
	case a.event.Fork:
		a.say("no fixes for this pull request: it comes from a fork")
		return nil
	case a.in.token == "":
		return none("there is no token; see the input github-token")
	case a.unjudged != "":
		return none("what is new cannot be told")
	case a.event.Head == "":
		return none("the event names no head commit")
	}
	diff, err := a.changes(ctx)
	if err != nil {
		return none(err.Error())
	}
	fresh := &novelty{before: map[string][]byte{}, reported: gitdiff.Changes{}, stood: map[string][]*lint.Diagnostic{}, baseline: map[string]bool{}}
	paths := diff.Paths()
	for _, d := range r.Diagnostics {
		path := d.Source.Path
		if d.Baseline {
			fresh.baseline[d.Fingerprint] = true
		}
		if d.Unchanged {
			fresh.stood[path] = append(fresh.stood[path], d)
		}
		if d.Counts() && slices.Contains(paths, path) {
			fresh.before[path] = d.Source.Bytes
			fresh.reported[path] = append(fresh.reported[path], gitdiff.Range{First: d.Start().Line, Last: d.End().Line})
		}
	}
	some := *s
	some.files = slices.DeleteFunc(slices.Clone(s.files), func(f engine.File) bool { return fresh.before[f.Path] == nil })
	want := a.newFixup(s)
	want.Pull, want.SHA, want.Direct = a.event.Number, a.event.Head, a.in.fixInPull == "commit"
	return a.fix(ctx, &some, r, want, fresh.mark)
}

// novelty tells which findings a run reports as new, in files that it is fixing too:
// there what its own fixes bring is new.
type novelty struct {
	// before are the files as they were looked at, reported the lines of what is new.
	before   map[string][]byte
	reported gitdiff.Changes
	// stood are the findings that the base has too, by path.
	stood map[string][]*lint.Diagnostic
	// baseline are the fingerprints that the baseline knows.
	baseline map[string]bool
}

func (n *novelty) mark(findings []*lint.Diagnostic) {
	if len(findings) == 0 {
		return
	}
	source := findings[0].Source // all are of one file
	was := text.LineMap(source.Bytes, n.before[source.Path])
	markKnown(findings, n.stood[source.Path], nil, func(d *lint.Diagnostic) bool {
		for line := d.Start().Line; line <= d.End().Line && line < len(was); line++ {
			if was[line] == 0 || n.reported.Touches(source.Path, was[line], was[line]) {
				return true
			}
		}
		return false
	})
	for _, d := range findings {
		d.Baseline = n.baseline[d.Fingerprint]
	}
}

// afterwards closes the pull request with the fixes of one that was closed; more
// is not done for one.
func (a *action) afterwards(ctx context.Context, s *session) {
	a.say("dockmend: the pull request is closed, so nothing is looked at")
	if a.in.fixInPull != "pull-request" || a.event.Fork || a.in.token == "" {
		return
	}
	want := a.newFixup(s) // of no commit: where it was opened again meanwhile, its own run counts
	want.Pull, want.Complete = a.event.Number, true
	for _, note := range a.client.Propose(ctx, want).Notes {
		a.say("note: %s", note)
	}
}

// mending are findings that a commit of this run mends: all of those by
// fingerprint, but for the paths that it left out.
type mending struct {
	commit   string
	findings map[string]string
	paths    []string
}

func (m mending) has(d *lint.Diagnostic) bool {
	path, ok := m.findings[d.Fingerprint]
	return ok && (m.paths == nil || slices.Contains(m.paths, path))
}

// commits are the findings that the run will mend by a commit, if GitHub takes
// it.
func (f *fixing) commits() mending {
	if f == nil || !f.Direct {
		return mending{}
	}
	return mending{findings: f.mended}
}

// committed are those that it did.
func (f *fixing) committed(p *review.Proposed) mending {
	if f == nil || p == nil || p.Commit == "" {
		return mending{}
	}
	return mending{commit: p.Commit, findings: f.mended, paths: p.Committed}
}

// leaves tells whether the commit left out findings that it was to mend.
func (f *fixing) leaves(r *lint.Result, p *review.Proposed) bool {
	all, done := f.commits(), f.committed(p)
	return slices.ContainsFunc(r.Diagnostics, func(d *lint.Diagnostic) bool { return d.Counts() && all.has(d) && !done.has(d) })
}
