package git

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/limits"
)

// The layout of a pack's index in version 2 (gitformat-pack(5)): magic and version,
// 256 counts, the hashes, a checksum and an offset for each, then the offsets that
// take 8 bytes.
const (
	indexMagic  = "\xfftOc\x00\x00\x00\x02"
	countsStart = 8
	hashesStart = countsStart + 4*256
	trailer     = 2 * 20
	// largeOffset marks an offset that is a place among those of 8 bytes.
	largeOffset = 1 << 31
)

// pack is a file with many objects, and its index.
type pack struct {
	index, data *os.File
	counts      [256]uint32
	indexSize   int64
	dataSize    int64
}

func openPack(root *files.Root, base string) (p *pack, err error) {
	p = &pack{}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("%s: %w", base, err), p.close())
		}
	}()
	if p.index, err = root.Open(base + ".idx"); err != nil {
		return p, err
	}
	if p.data, err = root.Open(base + ".pack"); err != nil {
		return p, err
	}
	if p.indexSize, err = sizeOf(p.index); err != nil {
		return p, err
	}
	if p.dataSize, err = sizeOf(p.data); err != nil {
		return p, err
	}
	head := make([]byte, hashesStart)
	if _, err := p.index.ReadAt(head, 0); err != nil {
		return p, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if !bytes.HasPrefix(head, []byte(indexMagic)) {
		return p, fmt.Errorf("%w: its index is not one of version 2", ErrUnsupported)
	}
	last := uint32(0)
	for i := range p.counts {
		p.counts[i] = binary.BigEndian.Uint32(head[countsStart+4*i:])
		if p.counts[i] < last {
			return p, fmt.Errorf("%w: the counts in its index do not increase", ErrDamaged)
		}
		last = p.counts[i]
	}
	if p.indexSize < hashesStart+28*int64(last)+trailer {
		return p, fmt.Errorf("%w: its index is too short", ErrDamaged)
	}
	return p, nil
}

func sizeOf(f *os.File) (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (p *pack) close() error {
	var failed []error
	for _, f := range []*os.File{p.index, p.data} {
		if f != nil {
			failed = append(failed, f.Close())
		}
	}
	return errors.Join(failed...)
}

func (p *pack) count() int { return int(p.counts[255]) }

// hash is that of the i-th object.
func (p *pack) hash(i int) (h Hash, err error) {
	_, err = p.index.ReadAt(h[:], hashesStart+20*int64(i))
	return h, err
}

// search is the place of the first object whose hash is not less than h.
func (p *pack) search(h Hash) (int, error) {
	low, high := 0, int(p.counts[h[0]])
	if h[0] > 0 {
		low = int(p.counts[h[0]-1])
	}
	for low < high {
		middle := int(uint(low+high) >> 1)
		at, err := p.hash(middle)
		if err != nil {
			return 0, err
		}
		if bytes.Compare(at[:], h[:]) < 0 {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, nil
}

// find is where an object begins in the pack; ok is false if it has none such.
func (p *pack) find(h Hash) (offset int64, ok bool, err error) {
	i, err := p.search(h)
	if err != nil || i == p.count() {
		return 0, false, err
	}
	at, err := p.hash(i)
	if err != nil || at != h {
		return 0, false, err
	}
	n := int64(p.count())
	var four [4]byte
	if _, err := p.index.ReadAt(four[:], hashesStart+24*n+4*int64(i)); err != nil {
		return 0, false, err
	}
	offset = int64(binary.BigEndian.Uint32(four[:]))
	if offset < largeOffset {
		return offset, true, nil
	}
	var eight [8]byte
	place := hashesStart + 28*n + 8*(offset-largeOffset)
	if place+8 > p.indexSize-trailer {
		return 0, false, fmt.Errorf("%w: the index of a pack is too short", ErrDamaged)
	}
	if _, err := p.index.ReadAt(eight[:], place); err != nil {
		return 0, false, err
	}
	return int64(binary.BigEndian.Uint64(eight[:])), true, nil //nolint:gosec // a place beyond the pack is refused where it is read
}

// between adds the objects whose hashes lie between two, up to a bound.
func (p *pack) between(first, last Hash, found map[Hash]bool) error {
	i, err := p.search(first)
	for ; err == nil && i < p.count() && len(found) < maxShort; i++ {
		var h Hash
		if h, err = p.hash(i); err == nil && bytes.Compare(h[:], last[:]) > 0 {
			return nil
		}
		found[h] = true
	}
	return err
}

// entry is an object as it stands in a pack.
type entry struct {
	kind kind
	size int64
	// base is where the object begins that a delta changes, unless hash names it.
	base int64
	hash Hash
	// data is where the compressed bytes begin.
	data int64
}

// entry reads the head of an object.
func (p *pack) entry(offset int64) (e entry, err error) {
	const maxHead = 10 + 20 // a size and a hash
	damaged := fmt.Errorf("%w: an object of a pack has no head", ErrDamaged)
	if offset < 12 || offset >= p.dataSize {
		return e, damaged
	}
	head := make([]byte, maxHead)
	n, err := p.data.ReadAt(head, offset)
	if err != nil && !errors.Is(err, io.EOF) {
		return e, err
	}
	head = head[:n]
	in := bytes.NewReader(head)
	c, err := in.ReadByte()
	e.kind, e.size = kind(c>>4&7), int64(c&15)
	for shift := 4; err == nil && c&0x80 != 0; shift += 7 {
		if shift > 60 {
			return e, damaged
		}
		c, err = in.ReadByte()
		e.size |= int64(c&0x7f) << shift
	}
	switch {
	case err == nil && e.kind == kindOffsetDelta:
		// Each further byte begins behind what the shorter ones can say.
		back := int64(0)
		for i := 0; err == nil && (i == 0 || c&0x80 != 0); i++ {
			if c, err = in.ReadByte(); i > 0 {
				back++
			}
			if back > 1<<55 {
				return e, damaged
			}
			back = back<<7 | int64(c&0x7f)
		}
		if e.base = offset - back; back <= 0 {
			return e, damaged
		}
	case err == nil && e.kind == kindHashDelta:
		_, err = io.ReadFull(in, e.hash[:])
	case err == nil && e.kind.name() == "":
		return e, damaged
	}
	if err != nil || e.size < 0 {
		return e, damaged
	}
	e.data = offset + int64(len(head)-in.Len())
	return e, nil
}

// inflate reads the bytes of an object, or of a delta.
func (p *pack) inflate(e entry, limit int64) ([]byte, error) {
	z, err := zlib.NewReader(bufio.NewReader(io.NewSectionReader(p.data, e.data, p.dataSize-e.data)))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return inflated(z, e.size, limit)
}

// object reads an object of at most limit bytes: the one that its chain of deltas
// begins with, and then each delta.
func (p *pack) object(r *Repository, offset, limit int64) (kind, []byte, error) {
	var deltas [][]byte
	var offsets []int64
	budget := int64(maxObject)
	var base []byte
	var k kind
	for at := offset; ; {
		if found, content, ok := r.cache.get(p, at); ok {
			k, base = found, content
			break
		}
		if len(deltas) > limits.DeltaChain {
			return 0, nil, fmt.Errorf("%w: the chain of deltas is too long", ErrDamaged)
		}
		e, err := p.entry(at)
		if err != nil {
			return 0, nil, err
		}
		if e.kind.name() != "" {
			most := budget
			if len(deltas) == 0 {
				most = limit
			}
			k = e.kind
			if base, err = p.inflate(e, most); err != nil {
				return 0, nil, err
			}
			if err := r.charge(len(base)); err != nil {
				return 0, nil, err
			}
			r.cache.put(p, at, k, base)
			break
		}
		delta, err := p.inflate(e, budget)
		if err != nil {
			return 0, nil, err
		}
		if err := r.charge(len(delta)); err != nil {
			return 0, nil, err
		}
		budget -= int64(len(delta))
		deltas, offsets = append(deltas, delta), append(offsets, at)
		at = e.base
		if e.kind == kindHashDelta {
			var ok bool
			if at, ok, err = p.find(e.hash); err != nil || !ok {
				return 0, nil, errors.Join(err, fmt.Errorf("%w: a delta is based on an object that is not in its pack", ErrDamaged))
			}
		}
	}
	for i := len(deltas) - 1; i >= 0; i-- {
		most := int64(maxObject)
		if i == 0 {
			most = limit
		}
		var err error
		if base, err = patch(base, deltas[i], most); err != nil {
			return 0, nil, err
		}
		if err := r.charge(len(base)); err != nil {
			return 0, nil, err
		}
		r.cache.put(p, offsets[i], k, base)
	}
	if int64(len(base)) > limit {
		return 0, nil, fmt.Errorf("%w: it has %d bytes", ErrTooLarge, len(base))
	}
	return k, base, nil
}

// patch makes the object that a delta describes out of its base: sizes of both, then
// copies from the base and bytes of its own.
func patch(base, delta []byte, limit int64) ([]byte, error) {
	damaged := fmt.Errorf("%w: a delta does not fit its base", ErrDamaged)
	from, n := binary.Uvarint(delta)
	if n <= 0 || from != uint64(len(base)) {
		return nil, damaged
	}
	delta = delta[n:]
	size, n := binary.Uvarint(delta)
	if n <= 0 {
		return nil, damaged
	}
	if size > uint64(limit) { //nolint:gosec // limit is a positive constant
		return nil, fmt.Errorf("%w: it has %d bytes", ErrTooLarge, size)
	}
	delta = delta[n:]
	out := make([]byte, 0, size)
	for len(delta) > 0 {
		op := delta[0]
		delta = delta[1:]
		if op&0x80 == 0 { // the next bytes themselves; there is no op 0
			if op == 0 || int(op) > len(delta) {
				return nil, damaged
			}
			out, delta = append(out, delta[:op]...), delta[op:]
			continue
		}
		var start, count uint64
		for i := range 7 {
			if op&(1<<i) == 0 {
				continue
			}
			if len(delta) == 0 {
				return nil, damaged
			}
			if i < 4 {
				start |= uint64(delta[0]) << (8 * i)
			} else {
				count |= uint64(delta[0]) << (8 * (i - 4))
			}
			delta = delta[1:]
		}
		if count == 0 {
			count = 1 << 16
		}
		if start+count > uint64(len(base)) || uint64(len(out))+count > size {
			return nil, damaged
		}
		out = append(out, base[start:start+count]...)
	}
	if uint64(len(out)) != size {
		return nil, damaged
	}
	return out, nil
}

// deltaCache keeps objects that others may stand on.
type deltaCache struct {
	mu      sync.Mutex
	objects map[cacheKey]cached
	bytes   int
}

type cacheKey struct {
	pack   *pack
	offset int64
}

type cached struct {
	kind    kind
	content []byte
}

// maxCached is in bytes; what is larger than a part of it is not kept.
const maxCached = 32 << 20

func (c *deltaCache) get(p *pack, offset int64) (kind, []byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o, ok := c.objects[cacheKey{p, offset}]
	return o.kind, o.content, ok
}

func (c *deltaCache) put(p *pack, offset int64, k kind, content []byte) {
	const overhead = 64
	size := len(content) + overhead
	if size > maxCached/16 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bytes+size > maxCached || c.objects == nil {
		c.objects, c.bytes = map[cacheKey]cached{}, 0
	}
	c.objects[cacheKey{p, offset}] = cached{k, content}
	c.bytes += size
}
