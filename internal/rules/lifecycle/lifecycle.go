// Package lifecycle says how an image stands on a day: whether support for what
// it holds has ended, and whether its repository moved or is no longer
// maintained. Rules on Dockerfiles and on Compose files share it, so that one
// reference has one finding about its age.
package lifecycle

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
)

// soon is how many days before the end of support it is announced.
const soon = 90

// lately is how many days after its end a release of a product with short branches
// is worth no more than a remark: users follow with a delay.
const lately = 365

// Verdict is what is to be said of an image.
type Verdict struct {
	// Message is the sentence that follows the quoted image, with what to do.
	Message string
	// Severity is SeverityUnset where the rule's own is right.
	Severity lint.Severity
	// Dated is the day that brought the verdict.
	Dated lint.Dated
	// Release is the one whose support ended or ends, the zero value for a move.
	Release images.Release
	// Breaks is set where the image cannot be pulled any more.
	Breaks bool
	// Fix is the new name of the repository, empty where more than the name changes.
	Fix string
	// Guess is set where the new repository may hold another version under the tag, or
	// none: the fix is shown and not applied.
	Guess bool
}

// Day is the day as of which a run looks at support: that of its settings, else
// that of the tables.
func Day(s *lint.Settings) images.Date {
	if s == nil || s.AsOf == "" {
		return images.TableDate
	}
	return images.Date(s.AsOf)
}

// Ended says that support ended or soon ends, of the product that the image is for
// or of the distribution that it holds. told is the version that the registry tells
// of an image whose tag has none, empty offline. One reference has one finding of its
// age: it says nothing where Moved does.
func Ended(i facts.Image, told string, on images.Date) (v Verdict, ok bool) {
	name := images.Canonical(i.Name())
	if m, moved := images.MoveOf(name, i.Tag, on); moved && !isWhole(m, name) {
		return Verdict{}, false
	}
	return ended(i, told, on)
}

// ended is what Ended says, whatever happened to the repository.
func ended(i facts.Image, told string, on images.Date) (v Verdict, ok bool) {
	name, tag := images.Canonical(i.Name()), i.Tag
	if told != "" {
		tag = told
	}
	if r, found := images.ReleaseOf(name, tag); found && r.HasEnded(on) {
		return reached(name, r, "is "+r.Title(), on), true
	}
	if r, found := images.SystemOf(name, i.Tag); found && r.HasEnded(on) {
		return reached(name, r, "is based on "+r.Title(), on), true
	}
	if r, found := images.ReleaseOf(name, tag); found && r.EndsWithin(on, soon) {
		return ends(r, "is "+r.Title()), true
	}
	if r, found := images.SystemOf(name, i.Tag); found && r.EndsWithin(on, soon) {
		return ends(r, "is based on "+r.Title()), true
	}
	return Verdict{}, false
}

// reached is the verdict on a release, of the image of that name, whose support ended.
func reached(name string, r images.Release, what string, on images.Date) Verdict {
	v := Verdict{Release: r}
	day, known := r.EndDay()
	when := "has reached end of life"
	if known {
		when = "reached end of life on " + string(day)
		v.Dated = lint.Dated{Since: string(day.Add(1)), What: "support ended"}
	}
	v.Message = fmt.Sprintf("%s, which %s and gets no security fixes; %s", what, when, instead(name, r, on))
	if days, counted := day.Days(on); known && counted && days < lately && r.IsShortLived() {
		v.Severity = lint.Info
	}
	return v
}

func ends(r images.Release, what string) Verdict {
	day, _ := r.EndDay()
	return Verdict{
		Release: r, Severity: lint.Info, Dated: lint.Dated{Since: string(day.Add(-soon)), What: "support ends soon"},
		Message: fmt.Sprintf("%s, which reaches end of life on %s; plan the move to a newer release", what, day),
	}
}

// instead says what to use in place of a release: one that is supported, by the name of
// the one that is longest, or what took the place of the image of that name.
func instead(name string, r images.Release, on images.Date) string {
	best, ok := r.Supported(on)
	switch m, moved := images.MoveOf(name, "", on); {
	case ok && best.Cycle != r.Cycle:
		return "use a supported release, such as " + best.Title()
	case ok:
		return "use a supported release"
	case moved && m.Better(name) != "":
		return "use " + m.Better(name)
	}
	return "no release of it is supported any more"
}

// WithoutArchive is the verdict on an image whose distribution release has no
// package archive that answers, where a step installs from it; ok is false where
// the archive answers.
func WithoutArchive(i facts.Image, on images.Date) (v Verdict, ok bool) {
	name := images.Canonical(i.Name())
	r, found := images.SystemOf(name, i.Tag)
	if !found {
		return Verdict{}, false
	}
	since, gone := r.ArchiveGone(on)
	if !gone {
		return Verdict{}, false
	}
	return Verdict{
		Release: r, Severity: lint.Error, Dated: lint.Dated{Since: string(since), What: "its package archive is gone"},
		Message: fmt.Sprintf("is based on %s, whose package archive has been gone since %s, so installing packages fails; %s",
			r.Title(), since.Month(), instead(name, r, on)),
	}, true
}

// FixFor is how the fix with the new name may be applied to an image with a tag: only where
// a registry has the result, or the old name works no more, is it more than a proposal.
func (v Verdict) FixFor(registry lint.Registry, tag string) lint.Applicability {
	if v.Guess {
		return lint.Manual
	}
	renamed := v.Fix
	if !strings.Contains(path.Base(renamed), ":") {
		renamed += ":" + tag
	}
	if _, err := registry.Config(renamed, ""); err != nil && !v.Breaks {
		return lint.Manual // the old name works, and the new one need not have its tags
	}
	return lint.Unsafe
}

// Moved says that a repository or a tag moved, was renamed or removed, or is no
// longer maintained.
func Moved(i facts.Image, on images.Date) (v Verdict, ok bool) {
	name := images.Canonical(i.Name())
	m, ok := images.MoveOf(name, i.Tag, on)
	if !ok {
		return Verdict{}, false
	}
	if r, found := images.ReleaseOf(name, i.Tag); found && isWhole(m, name) && r.HasEnded(on) {
		return Verdict{}, false // Ended says more
	}
	v.Message = happened(m)
	if m.Since != "" {
		v.Dated = lint.Dated{Since: m.Since + "-01", What: "the image moved or is no longer maintained"}
	}
	if better := m.Better(name); better != "" {
		v.Message += "; use " + better
	}
	if !warns(m) {
		v.Severity = lint.Info
		if e, ends := ended(i, "", on); ends && e.Severity != lint.Info {
			v.Severity = lint.SeverityUnset // the version is out of support besides
		}
	}
	v.Breaks = m.Effect == images.PullFails
	v.Fix, _ = m.Successor(name)
	// What "latest" named when the old repository ended is not what it names in the new
	// one. Another version of a database may not read the data that are there.
	_, isDatabase := images.Says(name, images.Database)
	v.Guess = isDatabase || !strings.ContainsAny(i.Tag, "0123456789")
	return v, true
}

// StandsStill reports whether nothing new is published under the name of an image any
// more, so that its tags do not move. Moved says what to do.
func StandsStill(i facts.Image, on images.Date) bool {
	m, ok := images.MoveOf(images.Canonical(i.Name()), i.Tag, on)
	return ok && slices.Contains([]images.Kind{images.Removed, images.Frozen, images.Archived}, m.Kind)
}

// warns reports whether what happened is known to matter.
func warns(m images.Move) bool {
	return m.Kind != images.Superseded && m.Effect != images.EffectUnknown
}

// isWhole reports whether the table speaks of a distribution as a whole, whose
// releases have dates of their own.
func isWhole(m images.Move, name string) bool { return m.Pattern == name && name == "centos" }

// happened is what happened to an image, with when it did and what that means.
func happened(m images.Move) string {
	in, since := "", ""
	if m.Since != "" {
		in, since = " in "+m.Since, " since "+m.Since
	}
	text := ""
	switch m.Kind {
	case images.Moved:
		text = "moved" + in
	case images.Renamed:
		text = "was renamed" + in
	case images.Removed:
		text = "was removed" + in
	case images.Superseded:
		text = "was superseded" + in
	case images.Frozen:
		text = "has not been updated" + since
	case images.Archived:
		text = "has not been maintained" + since
	case images.Living: // no answer of images.MoveOf
	}
	if m.Since == "" && (m.Kind == images.Frozen || m.Kind == images.Archived) {
		text = "is no longer maintained"
	}
	switch m.Effect {
	case images.PullFails:
		return text + " and can no longer be pulled"
	case images.WorksUnpatched, images.WorksFrozen:
		return text + " and gets no security fixes"
	case images.PackageInstallFails:
		return text + ", and installing packages in it fails"
	case images.EffectUnknown:
	}
	return text
}

// IsVariantOf reports whether a path says that its file is the variant for a
// release: a folder or a part of the name is the version or the code name, as in
// "3.8/slim/Dockerfile" and "Dockerfile.buster", or the product with its version, as in
// "centos7.httpd24/Dockerfile" and "CentOS7Slim.Dockerfile". A file for a version of the C
// library is bound to the release that has it.
func IsVariantOf(file string, r images.Release) bool {
	file = strings.ToLower(file)
	if isForLibrary := images.IsDistribution(r.Product) && strings.Contains(file, "glibc"); isForLibrary || namesRelease(file, r) {
		return true
	}
	dir, base := path.Split(file)
	before := ""
	for part := range strings.SplitSeq(dir, "/") {
		isRelease := part == r.Cycle || strings.HasPrefix(part, r.Cycle+".") || strings.HasPrefix(part, r.Cycle+"-")
		isMajor := part == "v"+r.Cycle && slices.Contains(shortNames(r), before)
		if part != "" && (isRelease || isMajor || hasCodename(part, r)) {
			return true
		}
		before = part
	}
	for _, part := range strings.FieldsFunc(base, func(c rune) bool { return strings.ContainsRune("-_", c) }) {
		part = strings.TrimSuffix(strings.TrimPrefix(part, "dockerfile."), ".dockerfile")
		if (part == r.Codename && part != "") || (strings.Contains(r.Cycle, ".") && part == r.Cycle) {
			return true
		}
	}
	return false
}

// hasCodename reports whether a part of a name is the code name, as in "bullseye-slim".
func hasCodename(name string, r images.Release) bool {
	return r.Codename != "" && slices.Contains(strings.FieldsFunc(name, func(c rune) bool { return c == '-' || c == '_' }), r.Codename)
}

// namesRelease reports whether a path has the product with its version, as "php7.4",
// "php74", "centos-7" and "mariadb104" are. Ubuntu's releases go by their year as well.
func namesRelease(file string, r images.Release) bool {
	versions := []string{r.Cycle, strings.ReplaceAll(r.Cycle, ".", "")}
	if year, _, ok := strings.Cut(r.Cycle, "."); ok && r.Product == "ubuntu" {
		versions = append(versions, year)
	}
	return slices.ContainsFunc(shortNames(r), func(product string) bool {
		for rest := file; product != ""; {
			before, after, ok := strings.Cut(rest, product)
			if !ok {
				return false
			}
			version := strings.TrimLeft(after, "-_")
			if !endsInLetter(before) && slices.ContainsFunc(versions, func(v string) bool { return beginsWithVersion(version, v) }) {
				return true
			}
			rest = after
		}
		return false
	})
}

func endsInLetter(text string) bool {
	return text != "" && text[len(text)-1] >= 'a' && text[len(text)-1] <= 'z'
}

// beginsWithVersion reports whether a text begins with a version, and not with a longer
// one.
func beginsWithVersion(text, version string) bool {
	rest, ok := strings.CutPrefix(text, version)
	isDigit := func(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }
	return ok && version != "" && !isDigit(rest) && (!strings.HasPrefix(rest, ".") || !isDigit(rest[1:]) || strings.Contains(version, "."))
}

// shortNames are names of the product in folders and tags: "alpine-linux", "alpine" and
// "alpinelinux".
func shortNames(r images.Release) []string {
	return []string{
		r.Product, strings.TrimSuffix(r.Product, "-linux"), strings.ReplaceAll(r.Product, "-", ""), strings.TrimSuffix(r.Product, "js"),
	}
}
