package review

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

const (
	// maxFixupFiles bounds one pull request; its diff shows no more.
	maxFixupFiles = 300
	// usualBranch is the branch where the configuration names none.
	usualBranch = "dockmend-fixes"
)

// Fixup is what a run wants to propose in a pull request.
type Fixup struct {
	// Platform is where it is proposed.
	Platform Platform
	// Category is the run's identity: each has a branch and a pull request.
	Category string
	// Files are those that would change, by path.
	Files []FixupFile
	// Waiting are images that a cooldown holds back.
	Waiting []FixupWaiting
	// SHA is the commit that was looked at.
	SHA string
	// Complete is set if the run saw everything. What another run found must not
	// be dropped from an open pull request because of this one's bad luck.
	Complete bool
	// Pull is the open pull request of this repository whose own findings Files
	// fix; its head branch takes the place of Base. It is 0 for the fixes of a
	// branch that stays.
	Pull int
	// Direct asks for a commit on that head branch, in the place of a pull request
	// into it.
	Direct bool
	// Branch is the configured one, empty for the usual; Base the branch that it
	// goes into, empty for the default branch.
	Branch, Base                 string
	Labels, Assignees, Reviewers []string
	Draft                        bool
	// Server is the platform's own address, for links.
	Server string
}

// FixupFile is a file before and after its fixes.
type FixupFile struct {
	Path          string
	Before, After []byte
	Changes       []FixupChange
}

// FixupChange is one fix, with what it was shown to do.
type FixupChange struct {
	Rule    *lint.Meta
	Variant string
	// Title says what was done.
	Title string
	// Key identifies what was found, across runs.
	Key   string
	Proof lint.Proof
	// Demoted is set where the fix does more than its rule declares.
	Demoted bool
	// Safe is set if nothing in the image can behave in another way.
	Safe bool
}

// FixupWaiting is an image that is not pinned yet, with when it was first seen
// and when it will be proposed.
type FixupWaiting struct {
	Image        string
	Since, Until time.Time
}

// Proposed is what became of it.
type Proposed struct {
	// URL and Number are the open pull request's; empty for none.
	URL    string
	Number int
	// Commit is the one that was made on the branch of Fixup.Pull, and Committed
	// are the paths that it changed; empty for none.
	Commit    string
	Committed []string
	// Changed is set where something was to be written: a commit, a pull request, its
	// description, a comment.
	Changed bool
	// Compare is where a person opens the pull request that was refused.
	Compare string
	// Refused is set where the platform did not take the commit or the pull request.
	Refused bool
	// Notes are lines for the log and the summary.
	Notes []string
}

// Note adds a line.
func (p *Proposed) Note(format string, args ...any) {
	p.Notes = append(p.Notes, fmt.Sprintf(format, args...))
}

// None begins the note that says why nothing comes of it.
func (f *Fixup) None() string {
	if f.Pull > 0 {
		return fmt.Sprintf("no fixes for %s %d", f.Platform.Request, f.Pull)
	}
	return "no " + f.Platform.Request + " with fixes"
}

// BranchName is the category's own, or that for its fixes of a pull request.
func (f *Fixup) BranchName() string {
	if f.Pull > 0 {
		return fmt.Sprintf("%s-pr-%d", f.categoryBranch(), f.Pull)
	}
	return f.categoryBranch()
}

func (f *Fixup) categoryBranch() string {
	name := cmp.Or(f.Branch, usualBranch)
	if f.Category == "dockmend" {
		return name
	}
	word := strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && (text.IsLetter(byte(r)) || text.IsDigit(byte(r))) { //nolint:gosec // below 128
			return r
		}
		return '-'
	}, strings.TrimPrefix(f.Category, "dockmend/"))
	sum := sha256.Sum256([]byte(f.Category)) // "a/b" and "a-b" are two
	return fmt.Sprintf("%s-%s-%s", name, strings.Trim(word[:min(len(word), 40)], "-"), hex.EncodeToString(sum[:3]))
}

// keys are those of all changes.
func (f *Fixup) keys() []string {
	var keys []string
	for _, file := range f.Files {
		for _, change := range file.Changes {
			keys = append(keys, change.Key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// branchName is what a configured name may look like; git allows more, and
// nothing needs it.
var branchName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/-]*$`)

// CheckBranch refuses a name that git does not take, or that is taken.
func CheckBranch(name string, taken ...string) error {
	bad := len(name) > 200 || !branchName.MatchString(name) || strings.HasSuffix(name, "/") || strings.HasSuffix(name, ".")
	for _, part := range []string{"..", "//", "/.", ".lock/", "@{"} {
		bad = bad || strings.Contains(name+"/", part)
	}
	switch {
	case bad:
		return fmt.Errorf("pull-request.branch %q is not a valid branch name", name)
	case slices.Contains(taken, name):
		return fmt.Errorf("pull-request.branch %q is the name of another branch", name)
	}
	return nil
}

// FixupFacts is what the platform has.
type FixupFacts struct {
	// Signed is set where the branch's rules take signed commits alone, and this token
	// makes them in a way that loses modes.
	Signed                  bool
	Base, BaseSHA, BaseTree string
	// Over is set where the pull request that the fixes are for is not open.
	Over bool
	// Made are the keys of what commits of that pull request say they fixed.
	Made map[string]bool
	// Entries are the files to change as the base has them.
	Entries map[string]Entry
	// Tip is our branch's commit, nil for none.
	Tip   *Commit
	Pulls []*PullRequest
	// Told is set when the open pull request has our comment about commits that
	// are not ours.
	Told bool
}

// Open is the open pull request, the oldest one if there should be several.
func (k *FixupFacts) Open() *PullRequest {
	for _, p := range slices.Backward(k.Pulls) {
		if p.State == "open" {
			return p
		}
	}
	return nil
}

// Ours reports whether a branch with this tip holds nothing but our work: the tip
// is a commit of this category that no one changed; or a pull request of ours came
// from it, and the tip is what was merged or the base's own. A branch without one
// of these is somebody's, also where it stands on the base's own commit.
func (k *FixupFacts) Ours(category string, tip *Commit) bool {
	return IsOurCommit(category, tip) || slices.ContainsFunc(k.Pulls, func(p *PullRequest) bool {
		_, ours := readFixupState(p.Body, category)
		return ours && (tip.SHA == k.BaseSHA || (p.Merged && p.SHA == tip.SHA))
	})
}

// A commit of ours ends with trailers. The last of them covers the tree and the
// parent, so that a commit which somebody amended, rebased or squashed with
// their own is not taken for ours, whoever its author is.
const (
	trailerFiles  = "Dockmend-Files: "
	trailerCommit = "Dockmend-Commit: "
	// trailerKeys names what a commit on a pull request's branch fixed.
	trailerKeys = "Dockmend-Keys: "
	// trailerSigned is in a commit that was made in a way that loses modes.
	trailerSigned = "Dockmend-Signed: "
)

// seal is the value of the last trailer.
func seal(category, parent, tree, files string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{"dockmend-fixup/v1", category, parent, tree, files}, "\x00")))
	return hex.EncodeToString(sum[:])
}

func trailer(message, name string) string {
	for line := range strings.Lines(message) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), name); ok {
			return value
		}
	}
	return ""
}

// IsOurCommit reports whether a commit is one of this category that no one changed.
func IsOurCommit(category string, c *Commit) bool {
	return len(c.Parents) == 1 && trailer(c.Message, trailerCommit) == seal(category, c.Parents[0], c.Tree, trailer(c.Message, trailerFiles))
}

// WasSigned reports whether a commit is one of ours that could only be made in a way that
// loses modes.
func WasSigned(category string, c *Commit) bool {
	return IsOurCommit(category, c) && trailer(c.Message, trailerSigned) != ""
}

// KeysOf are the keys of what a commit with this message says it fixed.
func KeysOf(message string) []string { return strings.Split(trailer(message, trailerKeys), ",") }

// ToldMarker begins our comment about commits that are not ours.
func ToldMarker(category string) string {
	return NoteMarker("fixup-paused", category)
}

// NoteMarker begins a comment of ours that is about no finding, by what it is.
func NoteMarker(what, category string) string {
	return "<!-- dockmend-" + what + ":v1 " + markerWord(category) + " -->\n"
}

// Commit is a commit of the repository.
type Commit struct {
	SHA, Tree string
	Parents   []string
	// Author is the name of who made it.
	Message, Author string
}

// Entry is a file of a commit: its mode as git writes it, and the hash of its content.
type Entry struct{ Mode, SHA string }

// PullRequest is one, as far as a plan needs it.
type PullRequest struct {
	Number int
	// State is "open" or "closed", where a merged one is closed.
	State, Body, URL string
	Merged           bool
	// Branch is where its commits come from, SHA the last of these.
	Branch, SHA string
	// Author is who opened it.
	Author string
}
