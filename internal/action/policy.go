package action

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/run"
)

// silencedShown is how many findings that a change of the configuration would
// silence are named.
const silencedShown = 20

// basePolicy reads the policy of what is to be changed; nil on events that
// change nothing: there the work tree's counts.
func (s *step) basePolicy(ctx context.Context) run.Source {
	if !s.event.Gate() || s.event.Base == "" {
		return nil
	}
	return func(path string) ([]byte, error) { return s.forge.ReadFile(ctx, path, s.event.Base) }
}

// policy is what decides: the workspace by the base's configuration and, on a pull request
// that changes the configuration, the one of its head.
type policy struct {
	base, head *run.Workspace
	notes      []string
	// unjudged says why the base's configuration could not decide; empty if it does.
	unjudged string
}

func (p *policy) close() {
	p.base.Close()
	if p.head != nil {
		p.head.Close()
	}
}

// policy finds out what decides. A pull request may not decide what is said about it
// (docs/contract.md section 6).
func (s *step) policy(ctx context.Context, at *scope) (*policy, error) {
	source := s.basePolicy(ctx)
	if s.event.Remote() {
		return s.remotePolicy(ctx, at, source)
	}
	if source == nil {
		w, err := at.open(ctx, nil)
		return &policy{base: w}, err
	}
	head, headErr := at.open(ctx, nil)
	if head != nil {
		source = s.sparing(ctx, source, head.ReadPolicy)
	}
	base, err := s.readPolicy(ctx, source)
	if err != nil {
		return &policy{base: head, unjudged: "could not read the configuration of the base: " + err.Error()}, headErr
	}
	if headErr == nil {
		own, err := s.ownPolicy(head.ReadPolicy)
		if err == nil && own.Equal(base) {
			return &policy{base: head}, nil
		}
	}
	w, err := at.open(ctx, base.Read)
	switch {
	case err == nil && headErr != nil:
		w.Close()
		return nil, fmt.Errorf("the configuration of this change: %w", headErr)
	case err != nil && headErr == nil:
		note := "the configuration of the base is not valid, so the one of this change applies: " + run.FirstLine(err)
		return &policy{base: head, notes: []string{note}}, nil
	}
	return &policy{base: w, head: head}, err
}

// sparing asks the platform for the rarer places of hadolint's configuration only where
// the checkout has a file there, or the change takes one away: each costs a request.
func (s *step) sparing(ctx context.Context, base, head run.Source) run.Source {
	return func(name string) ([]byte, error) {
		if slices.Contains(config.RareNames(), name) {
			_, err := head(name)
			if errors.Is(err, fs.ErrNotExist) && !s.lost(ctx, name) {
				return nil, fs.ErrNotExist
			}
		}
		return base(name)
	}
}

// lost reports whether the change takes a file away, or may do so. What a merge group
// takes away was judged in its pull requests.
func (s *step) lost(ctx context.Context, name string) bool {
	if !s.event.PullRequest() {
		return false
	}
	diff, err := s.changes(ctx)
	return err != nil || diff.Lost(name)
}

// readPolicy reads the base's configuration. A token that may not look gets the same
// answer as for a file that is not there, so that the commit is asked for then.
func (s *step) readPolicy(ctx context.Context, read run.Source) (run.Policy, error) {
	base, err := s.ownPolicy(read)
	if err == nil && base.Name == "" {
		err = s.forge.Exists(ctx, s.event.Base)
	}
	return base, err
}

// ownPolicy is the configuration that the inputs name, or the usual one.
func (s *step) ownPolicy(read run.Source) (run.Policy, error) {
	if named := s.in.options.Config; named != "" {
		name := strings.TrimPrefix(named, "./")
		src, err := read(name)
		if errors.Is(err, fs.ErrNotExist) {
			return run.Policy{}, nil
		}
		if err != nil {
			return run.Policy{}, err
		}
		return run.NewPolicy(name, src, read)
	}
	name, src, err := run.FindConfig(read)
	if err != nil {
		return run.Policy{}, err
	}
	return run.NewPolicy(name, src, read)
}

// wouldSilence says what the configuration of this change would silence.
func wouldSilence(base, head *lint.Result) string {
	stays := map[string]bool{}
	for _, d := range head.Diagnostics {
		stays[d.Fingerprint] = stays[d.Fingerprint] || d.Counts()
	}
	var gone []string
	for _, d := range base.Diagnostics {
		if d.Counts() && !stays[d.Fingerprint] {
			gone = append(gone, fmt.Sprintf("%s in %s, line %d", d.Rule.ID, d.Source.Path, d.Start().Line))
		}
	}
	words := "the configuration of this change differs from that of the base, which applies"
	if len(gone) == 0 {
		return words + "; the change would hide none of the findings"
	}
	more := ""
	if left := len(gone) - silencedShown; left > 0 {
		gone = gone[:silencedShown]
		more = fmt.Sprintf(" and %d more", left)
	}
	return words + "; the change would hide " + strings.Join(gone, "; ") + more
}
