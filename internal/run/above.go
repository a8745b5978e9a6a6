package run

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"

	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
)

// PolicyFile is where a policy is in a repository that no path names.
const PolicyFile = "dockmend-policy.yaml"

// AbovePolicy is a policy that stands above the configurations of repositories. It comes
// from a flag or an input, never from a file of what is linted.
type AbovePolicy struct {
	// Name is how it was named.
	Name string
	// Digest stands for its content.
	Digest string

	above *config.Above
}

// remotePolicy is "owner/name@commit", with ":path" for another file than PolicyFile. What
// may move, a branch or a tag, is no commit.
var remotePolicy = regexp.MustCompile(`^([A-Za-z0-9_][\w./-]*/[\w.-]+)@([0-9a-f]{40}|[0-9a-f]{64})(?::([^:]+))?$`)

// ErrPolicyName is wrapped by the error for a policy of a repository without its commit.
var ErrPolicyName = errors.New("want a file, or owner/name@COMMIT with the whole hash of the commit")

// RemotePolicy splits the name of a policy in a repository; ok is false for that of a file.
func RemotePolicy(name string) (repository, commit, path string, ok bool) {
	m := remotePolicy.FindStringSubmatch(name)
	if m == nil {
		return "", "", "", false
	}
	if path = m[3]; path == "" {
		path = PolicyFile
	}
	return m[1], m[2], path, true
}

// LoadPolicy reads the policy of that name. fetch reads a file of another repository.
func LoadPolicy(
	ctx context.Context, name string, local Source, fetch func(ctx context.Context, repository, path, commit string) ([]byte, error),
) (*AbovePolicy, error) {
	read := func() ([]byte, error) { return local(name) }
	if repository, commit, path, ok := RemotePolicy(name); ok {
		read = func() ([]byte, error) { return fetch(ctx, repository, path, commit) }
	}
	src, err := read()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("policy %q: it is not there; %w", name, ErrPolicyName)
	}
	if err != nil {
		return nil, fmt.Errorf("policy %q: %w", name, Plain(err))
	}
	above, err := config.ParsePolicy(name, src, rules.All().Metas())
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	sum := sha256.Sum256(src)
	return &AbovePolicy{Name: name, Digest: hex.EncodeToString(sum[:]), above: above}, nil
}

// config is nil for no policy.
func (p *AbovePolicy) config() *config.Above {
	if p == nil {
		return nil
	}
	return p.above
}

// Refused says, a line each, what of the configuration and of ignore comments the policy does not
// let count. It is whole after a check.
func (w *Workspace) Refused() []string { return slices.Concat(w.refused, w.uncounted) }

// maxRefused is how many lines are said of what the policy refuses.
const maxRefused = 20

// refuse notes what a check found against the policy.
func (w *Workspace) refuse(r *lint.Result) {
	w.uncounted = r.Refused
	all := w.Refused()
	for i, line := range all {
		if i == maxRefused {
			r.Notices = append(r.Notices, fmt.Sprintf("policy: and %d more", len(all)-i))
			break
		}
		r.Notices = append(r.Notices, "policy: "+line)
	}
}

// unmark takes back what a baseline silences against the policy.
func (w *Workspace) unmark(r *lint.Result) {
	above := w.options.Policy.config()
	if above == nil {
		return
	}
	for _, d := range r.Diagnostics {
		if d.Baseline && above.Silences(d.Rule.ID) != "" {
			d.Baseline = false
		}
	}
}
