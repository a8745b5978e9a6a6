package action

import (
	"context"
	"slices"

	"github.com/dockmend/dockmend/internal/gitdiff"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/review"
	"github.com/dockmend/dockmend/internal/run"
	"github.com/dockmend/dockmend/internal/text"
)

// fixesOfPull fixes what this run reports of a pull request, and nothing that
// stood there before; nil where that may not be.
func (s *step) fixesOfPull(ctx context.Context, f *found) (want *fixing, notes []string) {
	none := func(why string) (*fixing, []string) {
		return nil, []string{"no fixes for this pull request: " + why}
	}
	switch {
	case s.event.Fork:
		s.say("no fixes for this pull request: it comes from a fork")
		return nil, nil
	case s.in.token == "":
		return none("there is no token; set the input github-token")
	case f.unjudged != "":
		return none("it is not known which findings are new")
	case s.event.Head == "":
		return none("the event names no head commit")
	}
	diff, err := s.changes(ctx)
	if err != nil {
		return none(err.Error())
	}
	fresh := &novelty{
		before: map[string][]byte{}, reported: gitdiff.Changes{}, stood: map[string][]*lint.Diagnostic{},
		baseline: map[string]bool{},
	}
	paths, only := diff.Paths(), map[string]bool{}
	for _, d := range f.Diagnostics {
		path := d.Source.Path
		if d.Baseline {
			fresh.baseline[d.Fingerprint] = true
		}
		if d.Unchanged {
			fresh.stood[path] = append(fresh.stood[path], d)
		}
		if d.Counts() && slices.Contains(paths, path) {
			only[path], fresh.before[path] = true, d.Source.Bytes
			fresh.reported[path] = append(fresh.reported[path], gitdiff.Range{First: d.Start().Line, Last: d.End().Line})
		}
	}
	fixup := s.newFixup(f.in)
	fixup.Pull, fixup.SHA, fixup.Direct = s.event.Number, s.event.Head, s.in.fixInPull == "commit"
	return s.fix(ctx, f, fixup, run.Fixing{Mark: fresh.mark, Only: only})
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
	run.MarkKnown(findings, n.stood[source.Path], nil, func(d *lint.Diagnostic) bool {
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
func (s *step) afterwards(ctx context.Context, w *run.Workspace) {
	s.say("dockmend: the pull request is closed, so nothing was checked")
	if s.in.fixInPull != "pull-request" || s.event.Fork || s.in.token == "" {
		return
	}
	want := s.newFixup(w) // of no commit: where it was opened again meanwhile, its own run counts
	want.Pull, want.Complete = s.event.Number, true
	for _, note := range s.forge.Propose(ctx, want).Notes {
		s.say("note: %s", note)
	}
}

// commitOf says which findings a commit of this run fixes: all of those by fingerprint,
// but for the paths that it left out.
type commitOf struct {
	commit   string
	findings map[string]string
	paths    []string
}

func (c commitOf) has(d *lint.Diagnostic) bool {
	path, ok := c.findings[d.Fingerprint]
	return ok && (c.paths == nil || slices.Contains(c.paths, path))
}

// words say it of a finding; empty for one that no commit fixes.
func (c commitOf) words(d *lint.Diagnostic) string {
	if !c.has(d) {
		return ""
	}
	return "fixed by commit " + c.commit[:12]
}

// intended are the findings that the run will fix by a commit, if the platform takes it.
func (f *fixing) intended() commitOf {
	if f == nil || !f.Direct {
		return commitOf{}
	}
	return commitOf{findings: f.fixed}
}

// done are those that it did.
func (f *fixing) done(p *review.Proposed) commitOf {
	if f == nil || p == nil || p.Commit == "" {
		return commitOf{}
	}
	return commitOf{commit: p.Commit, findings: f.fixed, paths: p.Committed}
}
