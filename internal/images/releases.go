package images

import (
	"strings"
	"time"
)

// Date is a day in UTC, as "2006-01-02"; dates compare as texts do. The zero value
// is no date.
type Date string

// Days is the number of days from d to other; ok is false where one of them is no
// date.
func (d Date) Days(other Date) (days int, ok bool) {
	from, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return 0, false
	}
	to, err := time.Parse(time.DateOnly, string(other))
	if err != nil {
		return 0, false
	}
	return int(to.Sub(from).Hours() / 24), true
}

// Add is the date so many days after d, the zero value where d is no date.
func (d Date) Add(days int) Date {
	day, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return ""
	}
	return Date(day.AddDate(0, 0, days).Format(time.DateOnly))
}

// Month is the year and the month of a date, "2006-01".
func (d Date) Month() string {
	if len(d) < len("2006-01") {
		return string(d)
	}
	return string(d[:len("2006-01")])
}

// Release is a release of a product, with its end of support as its makers
// announced it (endoflife.date; TableDate says as of when).
type Release struct {
	// Product is the id of endoflife.date: "debian", "nodejs".
	Product string
	// Cycle is the version that names the release: "3.12", "22.04", "10".
	Cycle string
	// Codename is that of the distribution's archive, in lower case, such as
	// "bookworm"; empty for most products.
	Codename string
	// Released is the day of the first release of the cycle.
	Released Date
	// End is the last day of support, empty where none is announced. It is
	// endUnknown where support ended on a day that is not known.
	End Date
	// LongTerm is the last day of the longer support that the project itself gives,
	// as Debian LTS is; empty for all others, whatever others sell.
	LongTerm Date
}

// endUnknown is the end of a release whose support ended at some time: it sorts
// before every date.
const endUnknown Date = "0001-01-01"

// Title is the release for people: "Debian 10 (buster)", "Node.js 16".
func (r Release) Title() string {
	p, ok := productByID(r.Product)
	if !ok {
		return r.Cycle
	}
	if r.Codename != "" && (r.Product == "debian" || r.Product == "ubuntu") {
		return p.title + " " + r.Cycle + " (" + r.Codename + ")"
	}
	return p.title + " " + r.Cycle
}

// last is the last day on which the release gets fixes, as End has it.
func (r Release) last() Date { return max(r.End, r.LongTerm) }

// HasEnded reports whether all support by the project ended before a day.
func (r Release) HasEnded(on Date) bool { return r.End != "" && r.last() < on }

// EndDay is the last day of support by the project; ok is false where it is not
// known.
func (r Release) EndDay() (day Date, ok bool) {
	return r.last(), r.End != "" && r.last() != endUnknown
}

// EndsWithin reports whether support for a release ends on the given day or in as
// many days after it.
func (r Release) EndsWithin(on Date, days int) bool {
	end, known := r.EndDay()
	left, ok := on.Days(end)
	return known && ok && left >= 0 && left <= days
}

// shortSupport is the typical support of a product with short branches, in days: a
// release is replaced within a year or so, and many users follow with a delay.
const shortSupport = 400

// IsShortLived reports whether the product supports its releases for little more
// than a year, as nginx, Go and Traefik do. It asks the release's own span.
func (r Release) IsShortLived() bool {
	end, known := r.EndDay()
	span, ok := r.Released.Days(end)
	return known && ok && span <= shortSupport
}

// ReleaseOf is the release that the tag of an image names, by its version or its
// code name: "golang:1.19.3-alpine" is Go 1.19, "debian:buster-slim" is Debian 10. A
// tag with fewer parts than the release ("python:2") stands for the newest that it
// can mean. name is that of Canonical.
func ReleaseOf(name, tag string) (r Release, ok bool) {
	p, ok := productOf(name)
	if !ok || tag == "" {
		return Release{}, false
	}
	return p.named(tag)
}

// alias is a tag that means a release by another name.
type alias struct{ product, tag, cycle string }

// named is the release of the product that a version or a code name means.
func (p product) named(tag string) (r Release, ok bool) {
	if p.id == "centos-stream" {
		rest, isStream := strings.CutPrefix(tag, "stream")
		if !isStream { // CentOS Linux, in the same repository
			p, _ = productByID("centos")
		}
		tag = rest
	}
	if p.id == "centos" {
		tag = strings.TrimPrefix(tag, "centos")
	}
	first, _, _ := strings.Cut(tag, "-")
	for _, a := range aliases {
		if a.product == p.id && a.tag == first {
			return inProduct(p.id, a.cycle)
		}
	}
	version := leadingVersion(tag)
	for _, r := range releases[p.from:p.to] {
		switch {
		case r.Codename != "" && r.Codename == first, isVersionOf(tag, r.Cycle):
			return r, true
		case version != "" && (version == r.Cycle || strings.HasPrefix(version, r.Cycle+".")):
			return r, true
		}
	}
	if version == "" {
		return Release{}, false
	}
	return p.newest(version + ".")
}

// isVersionOf reports whether a tag begins with a cycle that is more than numbers
// and dots, such as "2012-r2" or "20h2".
func isVersionOf(tag, cycle string) bool {
	rest, ok := strings.CutPrefix(tag, cycle)
	return ok && leadingVersion(cycle) != cycle && (rest == "" || rest[0] == '-')
}

// newest is the release of the longest support among those whose cycle begins with
// a prefix.
func (p product) newest(prefix string) (best Release, ok bool) {
	for _, r := range releases[p.from:p.to] {
		if !strings.HasPrefix(r.Cycle, prefix) {
			continue
		}
		if r.End == "" {
			return r, true
		}
		if !ok || r.last() > best.last() {
			best, ok = r, true
		}
	}
	return best, ok
}

// leadingVersion is the version that a tag begins with, after a "v" or "ltsc" that
// only says that one follows; empty for a tag that begins otherwise.
func leadingVersion(tag string) string {
	for _, prefix := range [...]string{"v", "ltsc"} {
		if rest, ok := strings.CutPrefix(tag, prefix); ok && rest != "" && isDigit(rest[0]) {
			tag = rest
			break
		}
	}
	end := 0
	for end < len(tag) && (isDigit(tag[end]) || (tag[end] == '.' && end > 0)) {
		end++
	}
	return strings.TrimRight(tag[:end], ".")
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// Supported is the release of the same product to move to on a day: the newest where
// its end is not announced, else the one that is supported longest. ok is false where
// none is supported.
func (r Release) Supported(on Date) (best Release, ok bool) {
	p, found := productByID(r.Product)
	if !found {
		return Release{}, false
	}
	for _, r := range releases[p.from:p.to] {
		if r.Released > on || r.HasEnded(on) {
			continue
		}
		isLonger := best.End != "" && r.last() > best.last()
		if !ok || isLonger {
			best, ok = r, true
		}
	}
	return best, ok
}

// HasReleases reports whether the table has releases of what a repository carries.
func HasReleases(name string) bool {
	_, ok := productOf(name)
	return ok
}
