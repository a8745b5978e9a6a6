package resolve

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/dockmend/dockmend/internal/lint"
)

// tag is a tag that says a version: "v1.2.3-slim".
type tag struct {
	text string
	// prefix is "v" or empty.
	prefix  string
	numbers []int
	// variant is what follows the numbers, with its dash: "-slim".
	variant string
}

// parseTag reads a tag; ok is false for one that says no stable version, and
// for dates.
func parseTag(text string) (t tag, ok bool) {
	t.text = text
	rest := text
	if strings.HasPrefix(rest, "v") {
		t.prefix, rest = "v", rest[1:]
	}
	for {
		end := 0
		for end < len(rest) && rest[end] >= '0' && rest[end] <= '9' {
			end++
		}
		n, err := strconv.Atoi(rest[:end])
		if err != nil || end > 8 {
			return tag{}, false
		}
		t.numbers = append(t.numbers, n)
		rest = rest[end:]
		if !strings.HasPrefix(rest, ".") {
			break
		}
		rest = rest[1:]
	}
	if rest != "" && rest[0] != '-' {
		return tag{}, false // as in 3.15.0rc1
	}
	if len(t.numbers) == 1 && t.numbers[0] >= 10_000 {
		return tag{}, false
	}
	t.variant = rest
	return t, !isPrerelease(rest)
}

// isPrerelease reports whether a variant marks a version that is not stable.
func isPrerelease(variant string) bool {
	for part := range strings.FieldsFuncSeq(strings.ToLower(variant), func(r rune) bool { return r == '-' || r == '.' || r == '_' }) {
		word := strings.TrimRight(part, "0123456789")
		switch word {
		case "alpha", "beta", "rc", "pre", "preview", "dev", "nightly", "snapshot", "canary", "edge", "test", "next", "unstable", "ea", "insiders":
			return true
		case "a", "b", "m", "p":
			if word != part {
				return true
			}
		}
	}
	return false
}

// wanted is what a version tag must have to stand for another tag.
type wanted struct {
	// numbers that it begins with: those of "3.13".
	numbers []int
	variant string
	// prefix of the tag, where it has numbers.
	prefix    string
	anyPrefix bool
}

// wantedFor reads the tag that is to be made more specific: "", "latest",
// "slim", "3", "3.13-slim".
func wantedFor(text string) wanted {
	if t, ok := parseTag(text); ok {
		return wanted{numbers: t.numbers, variant: t.variant, prefix: t.prefix}
	}
	w := wanted{anyPrefix: true}
	first, rest, _ := strings.Cut(text, "-")
	switch first {
	case "", "latest", "lts", "stable", "current", "mainline", "release", "main", "edge":
		first, rest = rest, ""
	}
	for _, part := range []string{first, rest} {
		if part != "" {
			w.variant += "-" + part
		}
	}
	return w
}

func (w wanted) fits(t tag) bool {
	if t.variant != w.variant || (!w.anyPrefix && t.prefix != w.prefix) {
		return false
	}
	return len(t.numbers) >= len(w.numbers) && slices.Equal(t.numbers[:len(w.numbers)], w.numbers)
}

// moreSpecific orders tags: the higher version first, of 3.13 and 3.13.1 the
// longer one.
func moreSpecific(a, b tag) int {
	return cmp.Or(-slices.Compare(a.numbers, b.numbers), cmp.Compare(a.prefix, b.prefix), cmp.Compare(a.text, b.text))
}

// listed picks from a repository's tags those that can be meant, the most
// specific first.
func listed(tags []string, w wanted) []string {
	var fit []tag
	for _, text := range tags {
		if t, ok := parseTag(text); ok && w.fits(t) {
			fit = append(fit, t)
		}
	}
	slices.SortFunc(fit, moreSpecific)
	out := make([]string, len(fit))
	for i, t := range fit {
		out[i] = t.text
	}
	return slices.Compact(out)
}

// told lists the tags that an image's config speaks of: the version of what the
// repository is named after, that of the image, then others.
func told(repository string, c lint.ImageConfig, w wanted) []string {
	const most = 6
	base := strings.ToUpper(path.Base(repository))
	var own, others []string
	for _, pair := range c.Env {
		key, value, _ := strings.Cut(pair, "=")
		what, ok := strings.CutSuffix(key, "_VERSION")
		switch {
		case !ok:
		case what == strings.NewReplacer("-", "_", ".", "_").Replace(base):
			own = append(own, value)
		default:
			others = append(others, value)
		}
	}
	var out []string
	for _, version := range slices.Concat(own, []string{c.Labels["org.opencontainers.image.version"]}, others) {
		bare := strings.TrimPrefix(version, "v")
		candidates := []string{w.prefix + bare + w.variant, w.prefix + bare}
		if w.anyPrefix {
			candidates = []string{bare + w.variant, bare, "v" + bare + w.variant}
		}
		for _, text := range candidates {
			if t, ok := parseTag(text); ok && w.fits(t) && !slices.Contains(out, text) && len(out) < most {
				out = append(out, text)
			}
		}
	}
	return out
}

// enough numbers make a version that none is more specific than: 3.13.1.
const enough = 3

// Version implements lint.Registry. It tries the tags that the image's config
// speaks of, then those of the repository, until one names the same digest. It
// never guesses.
func (r *Resolver) Version(ref string) (lint.Version, error) {
	parsed, err := r.parse(ref)
	if err != nil {
		return lint.Version{}, err
	}
	given, ok := parsed.(name.Tag)
	if !ok {
		return lint.Version{}, &lint.Unavailable{Reason: "a digest has no tag to go by"}
	}
	return r.versions.get(r, given.Name(), func(r *Resolver) (lint.Version, error) { return r.findVersion(given) })
}

func (r *Resolver) findVersion(given name.Tag) (lint.Version, error) {
	digest, err := r.Digest(given.Name())
	if err != nil {
		return lint.Version{}, err
	}
	s := search{r: r, given: given, digest: digest, want: wantedFor(given.TagStr()), tried: map[string]bool{}, left: r.limits.Candidates}
	if config, err := r.Config(given.Name(), ""); err == nil {
		if err := s.try(told(given.RepositoryStr(), config, s.want)); err != nil {
			return lint.Version{}, err
		}
	}
	if t, ok := parseTag(s.found); !ok || len(t.numbers) < enough {
		tags, err := r.Tags(given.Context().Name())
		if err != nil {
			return lint.Version{}, err
		}
		if ok {
			s.want.numbers, s.want.prefix, s.want.anyPrefix = t.numbers, t.prefix, false
		}
		found := s.found
		s.found = ""
		if err := s.try(listed(tags, s.want)); err != nil {
			return lint.Version{}, err
		}
		s.found = cmp.Or(s.found, found)
	}
	if s.found == "" {
		reason := fmt.Sprintf("no version tag names the same image as %q", given.TagStr())
		if s.left == 0 {
			reason += fmt.Sprintf(" among the first %d that were tried", r.limits.Candidates)
		}
		return lint.Version{}, &lint.Unavailable{Reason: reason}
	}
	return lint.Version{Tag: s.found, Digest: digest}, nil
}

// search looks for the tag of a digest.
type search struct {
	r      *Resolver
	given  name.Tag
	digest string
	want   wanted
	tried  map[string]bool
	left   int
	found  string
}

// try asks for tags until one names the digest. Only what keeps the registry
// from answering is an error: a tag that is not there is none.
func (s *search) try(tags []string) error {
	for _, text := range tags {
		if s.tried[text] {
			continue
		}
		if text == s.given.TagStr() {
			s.found = text
			return nil
		}
		if s.left == 0 {
			s.r.cut.Add(1)
			return nil
		}
		if s.r.candidates.Add(1) > int64(s.r.limits.AllCandidates) {
			s.r.cut.Add(1)
			return &lint.Unavailable{Reason: fmt.Sprintf("more than %d tags would have to be tried in this run", s.r.limits.AllCandidates)}
		}
		s.left--
		s.tried[text] = true
		digest, err := s.r.Digest(s.given.Context().Tag(text).Name())
		if err == nil && digest == s.digest {
			s.found = text
			return nil
		}
	}
	return nil
}
