package review

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

const (
	// StateBranch is the branch with what runs remember. It shares no commit with
	// others, and nothing is ever merged into or from it.
	StateBranch = "dockmend-state"
	// StateFile is its one file.
	StateFile = "state.json"
	// maxState bounds that file in bytes: the API gives up to 1 MB at once.
	maxState = 900_000
	// maxTags, maxAudits and maxAuditFindings bound what stands in it.
	maxTags          = 1_000
	maxAudits        = 20
	maxAuditFindings = 3_000
	// forgotten is how long a tag is remembered that no run asked for.
	forgotten = 180 * 24 * time.Hour
	// seenEvery is how old the note of a tag's last use may become; each new one
	// is a commit.
	seenEvery = 30 * 24 * time.Hour
)

// State is what runs remember. Whoever may push can write it, so that all of it
// is checked when it is read; what is not as it should be is left out.
type State struct {
	Version int `json:"version"`
	// Tags are the images that tags name, by the tag's full name.
	Tags map[string]SeenTag `json:"tags,omitempty"`
	// Audits are the last ones, by category.
	Audits map[string]AuditState `json:"audits,omitempty"`
}

// SeenTag is when a tag was first seen to name a digest, and last asked for.
type SeenTag struct {
	Digest string    `json:"digest"`
	Since  time.Time `json:"since"`
	Used   time.Time `json:"used"`
}

// AuditState is what an audit found.
type AuditState struct {
	At     time.Time `json:"at"`
	Commit string    `json:"commit"`
	// AsOf is the day as of which it looked at support, "2006-01-02"; empty in states of
	// earlier versions.
	AsOf string `json:"as_of,omitempty"`
	// Cut is set where there were more findings than are remembered.
	Cut      bool           `json:"cut,omitempty"`
	Findings []AuditFinding `json:"findings"`
}

// AuditFinding is one of them.
type AuditFinding struct {
	Fingerprint string `json:"fingerprint"`
	Rule        string `json:"rule"`
	File        string `json:"file"`
}

// Lengths are checked apart: a counted repetition is compiled as so many copies,
// at each start of the program.
var (
	stateRule = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	stateTag  = regexp.MustCompile(`^[A-Za-z0-9._:/-]+$`)
)

// isHash reports whether s is a prefix and then so many hexadecimal digits.
func isHash(s, prefix string, digits int) bool {
	hash, ok := strings.CutPrefix(s, prefix)
	return ok && len(hash) == digits && strings.Trim(hash, "0123456789abcdef") == ""
}

// ParseState reads a state. The error says why it is none at all.
func ParseState(src []byte) (*State, error) {
	empty := &State{Version: 1}
	if len(src) > maxState {
		return empty, fmt.Errorf("%w: it has %d bytes, more than %d", ErrBadState, len(src), maxState)
	}
	s := &State{}
	if err := json.Unmarshal(src, s); err != nil {
		return empty, fmt.Errorf("%w: %w", ErrBadState, err)
	}
	if s.Version != 1 {
		return empty, fmt.Errorf("%w: its version is %d, not 1", ErrBadState, s.Version)
	}
	maps.DeleteFunc(s.Tags, func(tag string, seen SeenTag) bool {
		return len(tag) > 400 || !stateTag.MatchString(tag) || !isHash(seen.Digest, "sha256:", 64)
	})
	for category, audit := range s.Audits {
		if len(category) > 500 || !IsCommit(audit.Commit) {
			delete(s.Audits, category)
			continue
		}
		if _, err := time.Parse(time.DateOnly, audit.AsOf); err != nil {
			audit.AsOf = ""
		}
		audit.Findings = slices.DeleteFunc(audit.Findings, func(f AuditFinding) bool {
			isRule := len(f.Rule) <= 100 && stateRule.MatchString(f.Rule)
			isFile := f.File != "" && len(f.File) <= 4096
			return !isHash(f.Fingerprint, "dockmend/v1:", 32) || !isRule || !isFile
		})
		s.Audits[category] = audit
	}
	s.bound()
	return s, nil
}

// bound keeps the state small: the oldest go.
func (s *State) bound() {
	if extra := len(s.Tags) - maxTags; extra > 0 {
		oldest := slices.Sorted(maps.Keys(s.Tags))
		slices.SortStableFunc(oldest, func(a, b string) int { return s.Tags[a].Used.Compare(s.Tags[b].Used) })
		for _, tag := range oldest[:extra] {
			delete(s.Tags, tag)
		}
	}
	if extra := len(s.Audits) - maxAudits; extra > 0 {
		oldest := slices.Sorted(maps.Keys(s.Audits))
		slices.SortStableFunc(oldest, func(a, b string) int { return s.Audits[a].At.Compare(s.Audits[b].At) })
		for _, category := range oldest[:extra] {
			delete(s.Audits, category)
		}
	}
	for category, audit := range s.Audits {
		if len(audit.Findings) > maxAuditFindings {
			audit.Findings, audit.Cut = audit.Findings[:maxAuditFindings], true
			s.Audits[category] = audit
		}
	}
}

func (s *State) oldestAudit() string {
	return slices.MinFunc(slices.Sorted(maps.Keys(s.Audits)), func(a, b string) int { return s.Audits[a].At.Compare(s.Audits[b].At) })
}

// See notes when tags were first seen to name a digest. Of two runs that saw the
// same the earlier one counts.
func (s *State) See(tags map[string]SeenTag, now time.Time) {
	if s.Tags == nil {
		s.Tags = map[string]SeenTag{}
	}
	for tag, seen := range tags {
		old, ok := s.Tags[tag]
		switch {
		case !ok || old.Digest != seen.Digest || old.Since.After(seen.Since) || old.Since.Year() < 2000:
			s.Tags[tag] = seen
		case now.Sub(old.Used) > seenEvery || old.Used.After(now):
			old.Used = seen.Used
			s.Tags[tag] = old
		}
	}
	maps.DeleteFunc(s.Tags, func(_ string, seen SeenTag) bool { return now.Sub(seen.Used) > forgotten })
}

// Remember notes an audit in the place of the last one of its category.
func (s *State) Remember(category string, audit AuditState) {
	if s.Audits == nil {
		s.Audits = map[string]AuditState{}
	}
	s.Audits[category] = audit
}

// Write makes the file, within its bounds.
func (s *State) Write() ([]byte, error) {
	s.Version = 1
	for {
		s.bound()
		src, err := json.MarshalIndent(s, "", " ")
		if err != nil || len(src) < maxState || len(s.Audits) == 0 {
			return append(src, '\n'), err
		}
		delete(s.Audits, s.oldestAudit())
	}
}

// ErrNoState says that nothing is remembered yet.
var ErrNoState = errors.New("the repository has no branch " + StateBranch)

// ErrBadState says that the file is there and cannot be understood.
var ErrBadState = errors.New("the file " + StateFile + " of " + StateBranch + " was not written by dockmend")
