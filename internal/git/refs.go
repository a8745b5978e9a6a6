package git

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// Errors of names.
var (
	// ErrUnknown is wrapped where nothing has a name.
	ErrUnknown = errors.New("no commit has this name")
	// ErrAmbiguous is wrapped where a short hash could be several objects.
	ErrAmbiguous = errors.New("several objects have hashes that begin with it")
)

const (
	// maxSymbolic is how many references may lead to each other.
	maxSymbolic = 5
	// minShort is the length of the shortest hash that is looked for.
	minShort = 4
	// maxBack bounds the numbers behind ~ and ^, and how many of these there are.
	maxBack = 1 << 20
)

// Commit reads the commit of a name: a hash, which may be shortened, a branch, tag or
// other reference, or one of these with ~N, ^N and ^{commit} behind it. The error
// wraps ErrUnknown where nothing has the name. What a clone remembers of references
// (@{...}) is not read.
func (r *Repository) Commit(name string) (*Commit, error) {
	base, steps := name, ""
	if i := strings.IndexAny(name, "~^"); i >= 0 {
		base, steps = name[:i], name[i:]
	}
	if base == "@" {
		base = "HEAD"
	}
	if strings.Contains(base, "@{") || strings.Contains(base, ":") {
		return nil, fmt.Errorf("%w: %q names a commit in a way that is not supported", ErrUnknown, name)
	}
	h, err := r.resolve(base)
	if err != nil {
		return nil, err
	}
	c, err := r.peel(h)
	for err == nil && steps != "" {
		c, steps, err = r.step(c, steps)
	}
	return c, err
}

// step follows the first of the steps behind a name.
func (r *Repository) step(c *Commit, steps string) (next *Commit, rest string, err error) {
	for _, same := range []string{"^{commit}", "^{}", "^0"} {
		if rest, ok := strings.CutPrefix(steps, same); ok && (rest == "" || rest[0] == '~' || rest[0] == '^') {
			return c, rest, nil
		}
	}
	end := 1
	for end < len(steps) && steps[end] >= '0' && steps[end] <= '9' {
		end++
	}
	n := 1
	if end > 1 {
		if n, err = strconv.Atoi(steps[1:end]); err != nil || n > maxBack {
			return nil, "", fmt.Errorf("%w: %q", ErrUnknown, steps)
		}
	}
	if end < len(steps) && steps[end] != '~' && steps[end] != '^' {
		return nil, "", fmt.Errorf("%w: %q is not supported", ErrUnknown, steps)
	}
	parent := n
	if steps[0] == '~' {
		parent = 1
	} else {
		n = 1
	}
	for range n {
		if len(c.Parents) < parent {
			return nil, "", fmt.Errorf("%w: %s has no parent %d in this clone", ErrUnknown, c.Hash, parent)
		}
		if c, err = r.ReadCommit(c.Parents[parent-1]); err != nil {
			return nil, "", err
		}
	}
	return c, steps[end:], nil
}

// resolve finds the object of a name without steps.
func (r *Repository) resolve(name string) (Hash, error) {
	if h, ok := parseHash(name); ok {
		return h, nil
	}
	for _, pattern := range []string{"%s", "refs/%s", "refs/tags/%s", "refs/heads/%s", "refs/remotes/%s", "refs/remotes/%s/HEAD"} {
		ref := fmt.Sprintf(pattern, name)
		if !isRef(ref) {
			continue
		}
		h, err := r.reference(ref, 0)
		if !errors.Is(err, fs.ErrNotExist) {
			return h, err
		}
	}
	if len(name) >= minShort && len(name) < 2*len(Hash{}) && strings.Trim(name, "0123456789abcdef") == "" {
		return r.short(name)
	}
	return Hash{}, ErrUnknown
}

// isRef reports whether a name is one of a reference: below refs, or one of those in
// capitals such as HEAD.
func isRef(name string) bool {
	if name != path.Clean(name) || strings.ContainsAny(name, "\\ \x7f*?[:~^") || strings.HasSuffix(name, ".lock") {
		return false
	}
	return strings.HasPrefix(name, "refs/") || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
}

// reference reads a reference; the error wraps fs.ErrNotExist if there is none.
func (r *Repository) reference(name string, depth int) (Hash, error) {
	if depth > maxSymbolic {
		return Hash{}, fmt.Errorf("%w: references lead to each other", ErrDamaged)
	}
	root := r.common
	if !strings.HasPrefix(name, "refs/") || strings.HasPrefix(name, "refs/bisect/") || strings.HasPrefix(name, "refs/worktree/") {
		root = r.dir
	}
	src, err := root.Read(name, maxSmall)
	if err != nil {
		// A folder may have the name of a packed reference.
		return r.packedReference(name)
	}
	line := strings.TrimRight(string(src), "\r\n\t ")
	if target, ok := strings.CutPrefix(line, "ref:"); ok {
		if target = strings.TrimSpace(target); !isRef(target) {
			return Hash{}, fmt.Errorf("%w: %s leads to %q", ErrDamaged, name, target)
		}
		return r.reference(target, depth+1)
	}
	hash, _, _ := strings.Cut(line, "\t") // FETCH_HEAD says more
	h, ok := parseHash(hash)
	if !ok {
		return Hash{}, fmt.Errorf("%w: %s has no hash", ErrDamaged, name)
	}
	return h, nil
}

func (r *Repository) packedReference(name string) (Hash, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.packed == nil {
		src, err := r.common.Read("packed-refs", maxList)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return Hash{}, err
		}
		r.packed = map[string]Hash{}
		for line := range strings.Lines(string(src)) {
			hash, ref, ok := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
			if h, isHash := parseHash(hash); ok && isHash {
				r.packed[ref] = h
			}
		}
	}
	if h, ok := r.packed[name]; ok {
		return h, nil
	}
	return Hash{}, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
}

// short finds the one commit or tag whose hash begins with some digits.
func (r *Repository) short(digits string) (Hash, error) {
	found := map[Hash]bool{}
	for _, s := range r.stores {
		if err := s.short(digits, found); err != nil {
			return Hash{}, err
		}
	}
	var commits []Hash
	for h := range found {
		if kind, _, err := r.object(h, maxCommit); err == nil && (kind == kindCommit || kind == kindTag) {
			commits = append(commits, h)
		}
	}
	switch len(commits) {
	case 0:
		return Hash{}, ErrUnknown
	case 1:
		return commits[0], nil
	}
	return Hash{}, ErrAmbiguous
}

// hexRange are the first and the last hash that begin with some digits.
func hexRange(digits string) (first, last Hash) {
	fill := func(digit string) (h Hash) {
		_, _ = hex.Decode(h[:], []byte(digits+strings.Repeat(digit, 2*len(h)-len(digits)))) // they are digits
		return h
	}
	return fill("0"), fill("f")
}
