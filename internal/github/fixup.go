package github

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/dockmend/dockmend/internal/lint"
)

const (
	// maxFixupFiles bounds one pull request; GitHub shows no more in its diff.
	maxFixupFiles = 300
	// fixupBranch is the branch where the configuration names none.
	fixupBranch = "dockmend-fixes"
	// fixupTries is how often a run begins anew since the base moved meanwhile.
	fixupTries = 3
)

// Fixup is what a run wants to propose in a pull request.
type Fixup struct {
	// Category is the run's identity: each has a branch and a pull request.
	Category string
	// Files are those that would change, by path.
	Files []FixupFile
	// Waiting are images that a cooldown holds back.
	Waiting []FixupWaiting
	// SHA is the commit that was looked at.
	SHA string
	// Complete tells that the run saw everything. What another one found may not
	// be dropped from an open pull request because of this one's bad luck.
	Complete bool
	// Pull is the open pull request of this repository whose own findings Files
	// mend; its head branch takes the place of Base. It is 0 for the fixes of a
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
	// Server is GitHub's own address, for links.
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
	// Safe tells that nothing in the image can behave otherwise.
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
	// Compare is where a person opens the pull request that GitHub refused.
	Compare string
	// Refused is set where GitHub did not take the commit or the pull request.
	Refused bool
	// Notes are lines for the log and the summary.
	Notes []string
}

func (p *Proposed) note(format string, args ...any) {
	p.Notes = append(p.Notes, fmt.Sprintf(format, args...))
}

// none begins the note that says why nothing comes of it.
func (f *Fixup) none() string {
	if f.Pull > 0 {
		return fmt.Sprintf("no fixes for pull request %d", f.Pull)
	}
	return "no pull request with fixes"
}

// branch is the category's own, or that for its fixes of a pull request.
func (f *Fixup) branch() string {
	if f.Pull > 0 {
		return fmt.Sprintf("%s-pr-%d", f.categoryBranch(), f.Pull)
	}
	return f.categoryBranch()
}

func (f *Fixup) categoryBranch() string {
	name := cmp.Or(f.Branch, fixupBranch)
	if f.Category == "dockmend" {
		return name
	}
	word := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
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
// nobody needs it.
var branchName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/-]*$`)

// checkBranch refuses a name that git does not take, or that is taken.
func checkBranch(name string, taken ...string) error {
	bad := len(name) > 200 || !branchName.MatchString(name) || strings.HasSuffix(name, "/") || strings.HasSuffix(name, ".")
	for _, part := range []string{"..", "//", "/.", ".lock/", "@{"} {
		bad = bad || strings.Contains(name+"/", part)
	}
	switch {
	case bad:
		return fmt.Errorf("pull-request.branch %q is no name for a branch", name)
	case slices.Contains(taken, name):
		return fmt.Errorf("pull-request.branch %q is another branch's name", name)
	}
	return nil
}

// fixupFacts is what GitHub has.
type fixupFacts struct {
	// signed is set where the branch's rules take signed commits alone, and REST
	// makes none with this token.
	signed                  bool
	base, baseSHA, baseTree string
	// over is set where the pull request that the fixes are for is not open.
	over bool
	// made are the keys of what commits of that pull request say they mended.
	made map[string]bool
	// entries are the files to change as the base has them.
	entries map[string]gitEntry
	// tip is our branch's commit, nil for none.
	tip   *gitCommit
	pulls []*pullRequest
	// told is set when the open pull request has our comment about commits that
	// are not ours.
	told bool
}

// Propose makes, recomputes or closes the pull request with fixes. What cannot
// be done is a note; nothing of it fails a job.
func (c *Client) Propose(ctx context.Context, f *Fixup) *Proposed {
	out := &Proposed{}
	signed := false
	for range fixupTries {
		known, err := c.look(ctx, f)
		if err != nil {
			out.note("%s: %v", f.none(), err)
			return out
		}
		known.signed = known.signed || signed
		again := c.applyFixup(ctx, f, known, planFixup(f, known), out)
		if again == nil {
			return out
		}
		signed = signed || errors.Is(again, errUnsigned)
		out = &Proposed{}
	}
	out.note("%s: %s moves while this run works; the next run does it", f.none(), cmp.Or(f.Base, "the base"))
	return out
}

// look reads what a plan needs.
func (c *Client) look(ctx context.Context, f *Fixup) (known *fixupFacts, err error) {
	var repository struct {
		DefaultBranch string `json:"default_branch"`
	}
	if err := c.call(ctx, http.MethodGet, "", nil, &repository); err != nil {
		return nil, fmt.Errorf("read the repository: %w", explain(err))
	}
	known = &fixupFacts{base: cmp.Or(f.Base, repository.DefaultBranch)}
	if f.Pull > 0 {
		if err := c.lookAtPull(ctx, f, known, repository.DefaultBranch); err != nil {
			return nil, err
		}
	}
	branch := f.branch()
	if err := checkBranch(branch, known.base, repository.DefaultBranch, StateBranch); err != nil {
		return nil, err
	}
	if !known.over { // else its branch may be gone
		if err := c.lookAtBase(ctx, f, known); err != nil {
			return nil, err
		}
	}
	if f.Direct {
		return known, nil
	}
	if known.tip, err = c.tipCommit(ctx, branch); err != nil {
		return nil, err
	}
	known.signed = known.tip != nil && isOurCommit(f.Category, known.tip) && trailer(known.tip.Message, trailerSigned) != ""
	into := known.base
	if f.Pull > 0 {
		// GitHub turns it to another base when its own is merged and deleted.
		into = ""
	}
	if known.pulls, err = c.pullsOf(ctx, branch, into); err != nil {
		return nil, err
	}
	if open := known.open(); open != nil && known.tip != nil && !known.ours(f.Category, known.tip) {
		known.told, err = c.hasTold(ctx, open.Number, f.Category)
	}
	return known, err
}

// lookAtBase reads the branch that the fixes go into.
func (c *Client) lookAtBase(ctx context.Context, f *Fixup, known *fixupFacts) (err error) {
	if known.baseSHA, err = c.tip(ctx, known.base); err != nil {
		return err
	}
	if known.baseSHA == "" {
		return fmt.Errorf("there is no branch %q to propose them for; see pull-request.base", known.base)
	}
	base, err := c.commit(ctx, known.baseSHA)
	if err != nil {
		return err
	}
	known.baseTree = base.Tree.SHA
	var paths []string
	for _, file := range f.Files {
		paths = append(paths, file.Path)
	}
	known.entries, err = c.entries(ctx, known.baseTree, paths)
	return err
}

func (c *Client) tipCommit(ctx context.Context, branch string) (*gitCommit, error) {
	tip, err := c.tip(ctx, branch)
	if err != nil || tip == "" {
		return nil, err
	}
	return c.commit(ctx, tip)
}

// open is the open pull request, the oldest one if there should be several.
func (k *fixupFacts) open() *pullRequest {
	for _, p := range slices.Backward(k.pulls) {
		if p.State == "open" {
			return p
		}
	}
	return nil
}

// ours reports whether a branch with this tip holds nothing but our work: the tip
// is a commit of this category that nobody changed; or a pull request of ours came
// from it, and the tip is what was merged or the base's own. A branch without one
// of these is somebody's, also where it stands on the base's own commit.
func (k *fixupFacts) ours(category string, tip *gitCommit) bool {
	return isOurCommit(category, tip) || slices.ContainsFunc(k.pulls, func(p *pullRequest) bool {
		_, ours := readFixupState(p.Body, category)
		return ours && (tip.SHA == k.baseSHA || p.MergedAt != nil && p.Head.SHA == tip.SHA)
	})
}

// A commit of ours ends with trailers. The last of them covers the tree and the
// parent, so that a commit which somebody amended, rebased or squashed with
// their own is not taken for ours, whoever its author is.
const (
	trailerFiles  = "Dockmend-Files: "
	trailerCommit = "Dockmend-Commit: "
	// trailerSigned stands in a commit that only GraphQL could make.
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

func isOurCommit(category string, c *gitCommit) bool {
	return len(c.Parents) == 1 && trailer(c.Message, trailerCommit) == seal(category, c.Parents[0].SHA, c.Tree.SHA, trailer(c.Message, trailerFiles))
}

// toldMarker begins our comment about commits that are not ours.
func toldMarker(category string) string {
	return "<!-- dockmend-fixup-paused:v1 " + markerWord(category) + " -->\n"
}

// hasTold looks for that comment.
func (c *Client) hasTold(ctx context.Context, number int, category string) (bool, error) {
	const pages, each = 5, 100
	for page := 1; page <= pages; page++ {
		var comments []struct {
			Body string `json:"body"`
		}
		if err := c.call(ctx, http.MethodGet, fmt.Sprintf("issues/%d/comments?per_page=%d&page=%d", number, each, page), nil, &comments); err != nil {
			return false, fmt.Errorf("list the comments of pull request %d: %w", number, explain(err))
		}
		for _, comment := range comments {
			if strings.HasPrefix(strings.ReplaceAll(comment.Body, "\r\n", "\n"), toldMarker(category)) {
				return true, nil
			}
		}
		if len(comments) < each {
			return false, nil
		}
	}
	return true, nil // so many comments need no more of ours
}
