package images

import "strings"

// Kind is what happened to a repository or a tag.
type Kind string

// What can have happened.
const (
	Moved      Kind = "moved"
	Renamed    Kind = "renamed"
	Frozen     Kind = "frozen"
	Removed    Kind = "removed"
	Archived   Kind = "archived"
	Superseded Kind = "superseded"
	// Living is for a repository that a pattern of others names and to which nothing
	// happened.
	Living Kind = "living"
)

// Effect is what it means for whoever uses the old name now.
type Effect string

// What it can mean. The image that works is frozen, or unpatched: nobody fixes what
// is found in it.
const (
	PullFails           Effect = "pull-fails"
	WorksUnpatched      Effect = "works-unpatched"
	WorksFrozen         Effect = "works-frozen"
	PackageInstallFails Effect = "package-install-fails"
	EffectUnknown       Effect = "unknown"
)

// Move is what happened to the repositories and tags that a pattern names.
type Move struct {
	Pattern string
	Kind    Kind
	// Since is the month, "2006-01"; empty where it is not known.
	Since string
	// Replacement is what to use, for people; empty where nothing is known.
	Replacement string
	Effect      Effect
	// What is one sentence on it, without a full stop.
	What string
}

// MoveOf is what happened to an image: the most specific pattern of the table that
// matches name and tag, if it had happened on the day. An empty tag is "latest". name
// is registry and repository as Canonical gives it.
func MoveOf(name, tag string, on Date) (m Move, ok bool) {
	if name == "" {
		return Move{}, false
	}
	if tag == "" {
		tag = "latest"
	}
	best, tagged := -1, name+":"+tag
	for _, x := range moves {
		if x.Pattern[0] != name[0] && x.Pattern[0] != '*' {
			continue // most patterns begin with a letter of their own
		}
		subject := name
		if strings.Contains(x.Pattern, ":") {
			subject = tagged
		}
		// Fewer wild cards, then more text: the table holds no two of the same.
		weight := len(x.Pattern) - 1000*strings.Count(x.Pattern, "*") + 10_000
		if weight > best && matches(x.Pattern, subject) {
			m, best = x, weight
		}
	}
	if best < 0 || m.Kind == Living || Date(m.Since) > on {
		return Move{}, false
	}
	return m, true
}

// matches reports whether a text is what a pattern names: "*" is any text, "[0-9]" a
// digit, all else itself. It looks at each "*" once, so time is at most the product of
// both lengths.
func matches(pattern, text string) bool {
	star, retry := -1, 0
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, retry = p, t
			p++
		case strings.HasPrefix(pattern[p:], "[0-9]") && isDigit(text[t]):
			p += len("[0-9]")
			t++
		case p < len(pattern) && pattern[p] == text[t] && pattern[p] != '[':
			p++
			t++
		case star >= 0:
			retry++
			p, t = star+1, retry
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// Successor is the repository that carries on under another name, where the name
// alone changes: the text of the pattern before its "*" is replaced. ok is false where
// the replacement is more than a name.
func (m Move) Successor(name string) (successor string, ok bool) {
	switch {
	case m.Kind != Moved && m.Kind != Renamed, strings.Contains(m.Pattern, ":"),
		m.Replacement == "", strings.ContainsAny(m.Replacement, " ()<>,"):
		return "", false
	case !strings.Contains(m.Pattern, "*"):
		return m.Replacement, !strings.ContainsAny(m.Replacement, "*:")
	}
	before, isWild := strings.CutSuffix(m.Pattern, "*")
	rest, matched := strings.CutPrefix(name, before)
	base, wild := strings.CutSuffix(m.Replacement, "*")
	return base + rest, isWild && matched && wild && !strings.ContainsAny(base, "*:")
}

// Better is what to use in place of an image, for people: the replacement with what
// the "*" of the pattern stands for put in. Empty where nothing is known.
func (m Move) Better(name string) string {
	before, behind, isWild := strings.Cut(m.Pattern, "*")
	if !isWild || strings.ContainsAny(m.Pattern, ":[") || strings.Contains(behind, "*") {
		return m.Replacement
	}
	rest, begins := strings.CutPrefix(name, before)
	rest, ends := strings.CutSuffix(rest, behind)
	if !begins || !ends {
		return m.Replacement
	}
	return strings.ReplaceAll(m.Replacement, "*", rest)
}
