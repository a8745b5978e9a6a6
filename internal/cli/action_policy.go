package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
)

// silencedShown is how many findings that a change of the configuration would
// silence are named.
const silencedShown = 20

// basePolicy reads the policy of what is to be changed; nil on events that
// change nothing: there the work tree's counts.
func (a *action) basePolicy(ctx context.Context) policySource {
	if !a.event.Gate() || a.event.Base == "" {
		return nil
	}
	return func(path string) ([]byte, error) { return a.client.ReadFile(ctx, path, a.event.Base) }
}

// sessions makes the session that decides and, on a pull request that changes
// the configuration, the one of its head. A pull request may not decide what is
// said about it (docs/contract.md section 6).
func (a *action) sessions(ctx context.Context) (s, head *session, err error) {
	policy := a.basePolicy(ctx)
	if a.event.Remote() {
		s, err = a.remoteSession(ctx, policy)
		return s, nil, err
	}
	if policy == nil {
		s, err = soleSession(ctx, a.env, &a.in.lintFlags, a.in.paths, nil)
		return s, nil, err
	}
	head, headErr := soleSession(ctx, a.env, &a.in.lintFlags, a.in.paths, nil)
	base, err := a.readPolicy(policy)
	if err == nil && base.name == "" {
		err = a.client.Exists(ctx, a.event.Base) // a token that may not look gets 404 as well
	}
	if err != nil {
		a.unjudged = "the base's configuration cannot be read: " + err.Error()
		return head, nil, headErr
	}
	if headErr == nil {
		own, err := a.readPolicy(head.place.readPolicy)
		if err == nil && own.name == base.name && bytes.Equal(own.src, base.src) {
			return head, nil, nil
		}
	}
	s, err = soleSession(ctx, a.env, &a.in.lintFlags, a.in.paths, base.read)
	switch {
	case err == nil && headErr != nil:
		s.close()
		return nil, nil, fmt.Errorf("the configuration of this change: %w", headErr)
	case err != nil && headErr == nil:
		a.notices = append(a.notices, "the base's configuration is not valid, so this change's counts: "+firstLine(err))
		return head, nil, nil
	}
	return s, head, err
}

// policyFile is the configuration that counts; name is empty if there is none.
type policyFile struct {
	name string
	src  []byte
}

func (p policyFile) read(path string) ([]byte, error) {
	if path != p.name {
		return nil, fs.ErrNotExist
	}
	return p.src, nil
}

func (a *action) readPolicy(read policySource) (policyFile, error) {
	if a.in.config != "" {
		name := strings.TrimPrefix(a.in.config, "./")
		src, err := read(name)
		if errors.Is(err, fs.ErrNotExist) {
			return policyFile{}, nil
		}
		return policyFile{name, src}, err
	}
	name, src, err := findConfig(read)
	return policyFile{name, src}, err
}

// compare tells what the configuration of this change would do.
func (a *action) compare(base, head *lint.Result) {
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
	words := "the configuration of this change differs from its base's, which decides"
	if len(gone) == 0 {
		a.notices = append(a.notices, words+"; the change would silence nothing that is reported here")
		return
	}
	more := ""
	if left := len(gone) - silencedShown; left > 0 {
		gone = gone[:silencedShown]
		more = fmt.Sprintf(" and %d more", left)
	}
	a.notices = append(a.notices, words+"; the change would silence "+strings.Join(gone, "; ")+more)
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
