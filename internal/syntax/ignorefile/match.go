package ignorefile

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/moby/patternmatcher"

	"github.com/dockmend/dockmend/internal/limits"
)

// Limits on what is compiled. Files that people write stay far below; without
// limits a few megabytes of hostile patterns would cost gigabytes.
const (
	maxPatterns     = limits.Patterns
	maxPatternBytes = limits.PatternBytes
	maxAllBytes     = limits.AllPatternBytes
	maxStars        = limits.PatternStars
)

// ErrNotEvaluated is wrapped by the error of a pattern that Docker may accept,
// but that is left out here.
var ErrNotEvaluated = errors.New("the pattern is not evaluated")

// ErrLimit is wrapped, beside ErrNotEvaluated, where a bound is the reason.
var ErrLimit = fmt.Errorf("%w, since a limit is reached", ErrNotEvaluated)

// Ignored reports whether the build leaves a file out of its context, and which
// pattern has the last word; none has (nil) where no pattern speaks of the
// path. Paths are relative to the context, with slashes; ".." stops at the
// context, as in COPY. Patterns with an error are left out.
//
// BuildKit asks twice (fsutil, filter.go): a file that is not listed is not
// sent, and a file that cannot be opened arrives empty. The two answers differ
// in corners such as "a", "!a/b", "a": a path is ignored if either says so.
func (d *Document) Ignored(name string) (decides *Pattern, ignored bool) {
	return d.ignoredBy(len(d.Patterns), name)
}

// IgnoredAbove is Ignored by the patterns above a line of the file alone.
func (d *Document) IgnoredAbove(line int, name string) (decides *Pattern, ignored bool) {
	first, _ := slices.BinarySearchFunc(d.Patterns, line, func(p *Pattern, line int) int { return cmp.Compare(p.Line, line) })
	return d.ignoredBy(first, name)
}

// ignoredBy is Ignored by the first n patterns.
func (d *Document) ignoredBy(n int, name string) (decides *Pattern, ignored bool) {
	name = path.Clean("/" + name)[1:]
	if name == "" {
		return nil, false
	}
	if decides, ignored = d.listed(n, name); ignored {
		return decides, true
	}
	if p, ignored := d.opened(n, name); ignored {
		return p, true
	}
	return decides, false
}

// listed does what MatchesUsingParentResults does from folder to folder on the
// way to the file, and remembers the pattern that turned the answer last.
func (d *Document) listed(n int, name string) (decides *Pattern, ignored bool) {
	matched := map[int]bool{}
	var before []int // the indexes in matched
	for level := range levels(name) {
		decides, ignored = nil, false
		for _, i := range d.index.about(n, before, level) {
			// A pattern that cannot turn the answer is not asked; that it would
			// have matched this folder is then unknown to what lies below.
			p := d.Patterns[i]
			if !matched[i] && (p.Negated != ignored || !p.matcher.matches(level)) {
				continue
			}
			if !matched[i] {
				matched[i] = true
				before = append(before, i)
			}
			if p.Negated == ignored {
				decides, ignored = p, !ignored
			}
		}
	}
	return decides, ignored
}

// opened does what MatchesOrParentMatches does.
func (d *Document) opened(n int, name string) (decides *Pattern, ignored bool) {
	for _, i := range d.index.about(n, nil, slices.Collect(levels(name))...) {
		p := d.Patterns[i]
		if p.Negated != ignored {
			continue
		}
		for level := range levels(name) {
			if p.matcher.matches(level) {
				decides, ignored = p, !ignored
				break
			}
		}
	}
	return decides, ignored
}

// index finds the patterns that may match a path, by their places in the file.
type index struct {
	// exact has those without wildcards, which match one path alone.
	exact map[string][]int
	// loose are the others, in order.
	loose []int
}

func newIndex(patterns []*Pattern) index {
	x := index{exact: map[string][]int{}}
	for i, p := range patterns {
		switch name, plain := p.matcher.plain(); {
		case plain:
			x.exact[name] = append(x.exact[name], i)
		case p.matcher.one != nil:
			x.loose = append(x.loose, i)
		}
	}
	return x
}

// about lists those of the first n patterns that may match one of the paths, with
// those of before, in order.
func (x index) about(n int, before []int, paths ...string) []int {
	loose, _ := slices.BinarySearch(x.loose, n)
	found := x.loose[:loose]
	if len(before) > 0 {
		found = slices.Concat(found, before)
	}
	for _, name := range paths {
		if list := x.exact[name]; len(list) > 0 {
			first, _ := slices.BinarySearch(list, n)
			found = slices.Concat(found, list[:first])
		}
	}
	if len(found) > loose {
		slices.Sort(found)
		found = slices.Compact(found)
	}
	return found
}

// Wildcards is the number of patterns that every path must be held against.
func (d *Document) Wildcards() int { return len(d.index.loose) }

// levels yields "a", "a/b" and "a/b/c" for "a/b/c".
func levels(name string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for i := range len(name) {
			if name[i] == '/' && !yield(name[:i]) {
				return
			}
		}
		yield(name)
	}
}

// matcher is moby's matcher for one pattern; the zero value matches nothing. It
// is compiled, so that matching changes nothing.
type matcher struct {
	one     *patternmatcher.PatternMatcher
	negated bool
}

// matches reports whether the pattern matches this very path, whatever it then
// does with it.
func (m matcher) matches(name string) bool {
	ok, err := m.ask(name)
	return ok && err == nil
}

func (m matcher) ask(name string) (bool, error) {
	if m.one == nil {
		return false, nil
	}
	// With a single pattern, and told that the folder above is (not) ignored,
	// the answer turns exactly when the pattern matches the path itself; no
	// other function of the matcher leaves the folders above out.
	ignored, err := m.one.MatchesUsingParentResult(name, m.negated) //nolint:staticcheck // deprecated for lists of several patterns only
	return ignored != m.negated, err
}

// plain is the one path that the pattern matches, if it has no wildcard.
func (m matcher) plain() (name string, ok bool) {
	if m.one == nil {
		return "", false
	}
	name = filepath.ToSlash(m.one.Patterns()[0].String())
	return name, !strings.ContainsAny(name, `*?[]\`)
}

// budget counts down what may still be compiled for a file.
type budget struct{ patterns, bytes int }

func newBudget() *budget { return &budget{patterns: maxPatterns, bytes: maxAllBytes} }

func (b *budget) compile(cleaned string, negated bool) (matcher, error) {
	switch b.patterns--; {
	case len(cleaned) > maxPatternBytes:
		return matcher{}, fmt.Errorf("%w: it has more than %d bytes", ErrLimit, maxPatternBytes)
	case b.patterns < 0 || len(cleaned) > b.bytes:
		return matcher{}, fmt.Errorf("%w: the file has more than %d patterns or %d bytes of them", ErrLimit, maxPatterns, maxAllBytes)
	case !utf8.ValidString(cleaned) || strings.ContainsRune(cleaned, 0):
		// The matcher would write to standard error.
		return matcher{}, fmt.Errorf("%w: it is not UTF-8 text", ErrNotEvaluated)
	}
	b.bytes -= len(cleaned)
	cleaned = oneAnyFolder(cleaned)
	if strings.Count(cleaned, "**") > maxStars {
		return matcher{}, fmt.Errorf("%w: it has \"**\" more than %d times", ErrLimit, maxStars)
	}
	one, err := patternmatcher.New([]string{cleaned})
	if err != nil {
		return matcher{}, err
	}
	m := matcher{one: one, negated: negated}
	if len(one.Patterns()) == 0 {
		return matcher{}, nil
	}
	// The matcher compiles when it is first asked; errors come to light then.
	if _, err := m.ask("x"); err != nil {
		return matcher{}, err
	}
	return m, nil
}

// oneAnyFolder writes "**/" once where it stands several times in a row, which
// means the same: the matcher would try all ways to share the folders among them.
func oneAnyFolder(cleaned string) string {
	const folders = "**/"
	var b strings.Builder
	for i := 0; i < len(cleaned); {
		starts := i == 0 || cleaned[i-1] == '/' || (i == 1 && cleaned[0] == '!')
		for starts && strings.HasPrefix(cleaned[i:], folders+folders) {
			i += len(folders)
		}
		b.WriteByte(cleaned[i])
		i++
	}
	return b.String()
}
