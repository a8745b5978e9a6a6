package git

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"crypto/sha1" //nolint:gosec // the hash that git has
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/limits"
)

// kind is the type of an object, by its number in packs.
type kind uint8

const (
	kindCommit      kind = 1
	kindTree        kind = 2
	kindBlob        kind = 3
	kindTag         kind = 4
	kindOffsetDelta kind = 6
	kindHashDelta   kind = 7
)

// name is that of the type in the bytes that are hashed.
func (k kind) name() string {
	switch k {
	case kindCommit:
		return "commit"
	case kindTree:
		return "tree"
	case kindBlob:
		return "blob"
	case kindTag:
		return "tag"
	case kindOffsetDelta, kindHashDelta:
	}
	return ""
}

const (
	// maxObject bounds what an object is made of, in bytes.
	maxObject = 64 << 20
	// maxEntries is how many names a folder of objects may have.
	maxEntries = 100_000
	// maxShort is how many objects a short hash is held against.
	maxShort = 64
)

// Blob reads a file of at most limit bytes. The errors wrap ErrMissing, ErrTooLarge
// or ErrDamaged.
func (r *Repository) Blob(h Hash, limit int64) ([]byte, error) {
	k, content, err := r.object(h, limit)
	if err == nil && k != kindBlob {
		err = fmt.Errorf("%w: %s is a %s instead of a file", ErrDamaged, h, k.name())
	}
	if err != nil {
		return nil, err
	}
	return content, nil
}

// object reads an object of at most limit bytes and holds it against its hash.
func (r *Repository) object(h Hash, limit int64) (kind, []byte, error) {
	for _, s := range r.stores {
		k, content, err := s.object(r, h, limit)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, nil, fmt.Errorf("%s: %w", h, err)
		}
		if hashOf(k, content) != h {
			return 0, nil, fmt.Errorf("%w: object %s has another content", ErrDamaged, h)
		}
		return k, content, nil
	}
	why := ErrMissing
	if slices.ContainsFunc(r.stores, func(s *store) bool { return s.partial }) {
		why = fmt.Errorf("%w, which is a partial one; dockmend fetches nothing", ErrMissing)
	}
	return 0, nil, fmt.Errorf("%s: %w", h, why)
}

func hashOf(k kind, content []byte) (h Hash) {
	sum := sha1.New() //nolint:gosec // the hash that git has
	_, _ = fmt.Fprintf(sum, "%s %d\x00", k.name(), len(content))
	_, _ = sum.Write(content)
	copy(h[:], sum.Sum(nil))
	return h
}

// store is a folder of objects.
type store struct {
	root  *files.Root
	once  sync.Once
	packs []*pack
	err   error
	// partial is set where a pack came without what it refers to.
	partial bool
}

func (s *store) close() error {
	failed := []error{s.root.Close()}
	for _, p := range s.packs {
		failed = append(failed, p.close())
	}
	return errors.Join(failed...)
}

// open opens the packs, once.
func (s *store) open() ([]*pack, error) {
	s.once.Do(func() {
		entries, more, err := s.root.List("pack", maxEntries)
		if (err != nil && !errors.Is(err, fs.ErrNotExist)) || more {
			s.err = errors.Join(err, fmt.Errorf("%w: its packs cannot be listed", ErrUnsupported))
			return
		}
		for _, e := range entries {
			s.partial = s.partial || strings.HasSuffix(e.Name(), ".promisor")
			base, ok := strings.CutSuffix(e.Name(), ".idx")
			if !ok {
				continue
			}
			if len(s.packs) == limits.Packs {
				s.err = fmt.Errorf("%w: it has more than %d packs", ErrUnsupported, limits.Packs)
				return
			}
			p, err := openPack(s.root, path.Join("pack", base))
			if err != nil {
				s.err = err
				return
			}
			s.packs = append(s.packs, p)
		}
	})
	return s.packs, s.err
}

// object reads an object; the error wraps fs.ErrNotExist if the store has none.
func (s *store) object(r *Repository, h Hash, limit int64) (kind, []byte, error) {
	packs, err := s.open()
	if err != nil {
		return 0, nil, err
	}
	for _, p := range packs {
		if err := r.charge(limits.HistoryLook); err != nil {
			return 0, nil, err
		}
		offset, ok, err := p.find(h)
		if err != nil {
			return 0, nil, err
		}
		if ok {
			return p.object(r, offset, limit)
		}
	}
	k, content, err := s.loose(h, limit)
	if err == nil {
		err = r.charge(len(content))
	}
	return k, content, err
}

// charge counts bytes that were unpacked; the error wraps ErrUnsupported where there
// are more than anybody needs.
func (r *Repository) charge(bytes int) error {
	if r.unpacked.Add(int64(bytes)) > r.most {
		return fmt.Errorf("%w: more than %d bytes of its objects would have to be unpacked", ErrUnsupported, r.most)
	}
	return nil
}

// loose reads an object that has a file of its own.
func (s *store) loose(h Hash, limit int64) (kind, []byte, error) {
	f, err := s.root.Open(looseName(h))
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = f.Close() }() // it was only read from
	z, err := zlib.NewReader(bufio.NewReader(f))
	if err != nil {
		return 0, nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	in := bufio.NewReader(z)
	const maxHead = 32 // a word, a number and a NUL
	head := make([]byte, 0, maxHead)
	for len(head) < maxHead {
		c, err := in.ReadByte()
		if err != nil {
			return 0, nil, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		if c == 0 {
			break
		}
		head = append(head, c)
	}
	word, digits, _ := strings.Cut(string(head), " ")
	size, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || size < 0 {
		return 0, nil, fmt.Errorf("%w: an object has the header %.32q", ErrDamaged, head)
	}
	for _, k := range []kind{kindCommit, kindTree, kindBlob, kindTag} {
		if k.name() == word {
			content, err := inflated(in, size, limit)
			return k, content, err
		}
	}
	return 0, nil, fmt.Errorf("%w: an object is a %.32q", ErrDamaged, word)
}

func looseName(h Hash) string { return path.Join(h.String()[:2], h.String()[2:]) }

// inflated reads as many bytes as an object says that it has.
func inflated(in io.Reader, size, limit int64) ([]byte, error) {
	if size > limit {
		return nil, fmt.Errorf("%w: it has %d bytes", ErrTooLarge, size)
	}
	var b bytes.Buffer // it grows with what is there, not with what is said
	n, err := b.ReadFrom(io.LimitReader(in, size+1))
	if err != nil || n != size {
		return nil, fmt.Errorf("%w: an object of %d bytes is shorter than that: %w", ErrDamaged, size, err)
	}
	return b.Bytes(), nil
}

// short adds the objects whose hashes begin with some digits, up to a bound.
func (s *store) short(digits string, found map[Hash]bool) error {
	packs, err := s.open()
	if err != nil {
		return err
	}
	first, last := hexRange(digits)
	for _, p := range packs {
		if err := p.between(first, last, found); err != nil {
			return err
		}
	}
	entries, _, err := s.root.List(digits[:2], maxEntries)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if h, ok := parseHash(digits[:2] + e.Name()); ok && strings.HasPrefix(h.String(), digits) && len(found) < maxShort {
			found[h] = true
		}
	}
	return err
}
