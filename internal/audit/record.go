// Package audit looks at many repositories of a platform at once, without clones. What is
// known of each is a record; reports are made of records in the order of their names, so
// that any number at a time, any shards and any interruption give the same bytes.
package audit

import (
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/run"
)

// State is how the look at a repository ended.
type State string

// The states.
const (
	// Audited is a repository all of which was looked at.
	Audited State = "audited"
	// Incomplete is one of which something could not be looked at.
	Incomplete State = "incomplete"
	// Failed is one of which nothing is known.
	Failed State = "failed"
	// Skipped is one that was left out, such as an archived one.
	Skipped State = "skipped"
)

// Record is what is known of a repository.
type Record struct {
	Repository string `json:"repository"`
	URL        string `json:"url,omitempty"`
	Branch     string `json:"branch,omitempty"`
	Commit     string `json:"commit,omitempty"`
	State      State  `json:"state"`
	// Reason says why it was skipped or failed.
	Reason string `json:"reason,omitempty"`
	// Key stands for all that a record depends on besides the commit.
	Key string `json:"key,omitempty"`
	// Files were linted, Silenced findings that do not count.
	Files    int `json:"files"`
	Silenced int `json:"silenced,omitempty"`
	// New and Gone count findings since the audit before.
	New      int            `json:"new,omitempty"`
	Gone     int            `json:"gone,omitempty"`
	Findings []Finding      `json:"findings"`
	Problems []lint.Problem `json:"problems,omitempty"`
	// Hidden counts the files and folders that were not looked at, by the kind of reason.
	Hidden map[string]int `json:"hidden,omitempty"`
	// Refused is what the repository's configuration tried to loosen of the policy.
	Refused []string `json:"refused,omitempty"`
	// Images are the references to images, in the order of their places.
	Images []Image `json:"images,omitempty"`
}

// Finding is one that counts.
type Finding struct {
	Rule        string        `json:"rule"`
	Variant     string        `json:"variant,omitempty"`
	Category    string        `json:"category"`
	Severity    lint.Severity `json:"severity"`
	File        string        `json:"file"`
	Line        int           `json:"line"`
	Message     string        `json:"message"`
	Fingerprint string        `json:"fingerprint"`
	// Fix is what its safe or unsafe fix changes, as a diff; empty for none, or a long one.
	Fix     string `json:"fix,omitempty"`
	Fixable bool   `json:"fixable,omitempty"`
	// Owners are those of the file, by CODEOWNERS.
	Owners []string `json:"owners,omitempty"`
	// Since is the day of the first audit that had it. New says that the audit before had
	// not, Because why, where only a day brought it.
	Since   string `json:"since,omitempty"`
	New     bool   `json:"new,omitempty"`
	Because string `json:"because,omitempty"`
	// Dated is since when it holds, and why, where a day brings it.
	Dated *Dated `json:"dated,omitempty"`
}

// Dated says since when a finding holds that a day brings, and why.
type Dated struct {
	Since string `json:"since"`
	What  string `json:"what"`
}

// Image is a reference to an image of others.
type Image = run.Image

// Totals are counts of an audit.
type Totals struct {
	Repositories int `json:"repositories"`
	Audited      int `json:"audited"`
	Incomplete   int `json:"incomplete"`
	Failed       int `json:"failed"`
	Skipped      int `json:"skipped"`
	Files        int `json:"files"`
	Findings     int `json:"findings"`
	Error        int `json:"error"`
	Warning      int `json:"warning"`
	Info         int `json:"info"`
	Style        int `json:"style"`
	Fixable      int `json:"fixable"`
	Silenced     int `json:"silenced"`
	New          int `json:"new"`
	Gone         int `json:"gone"`
	// Images are references, Unsupported those whose support has ended, Unpinned those
	// without a digest, Secrets findings of secrets.
	Images      int `json:"images"`
	Unsupported int `json:"images_past_support"`
	Unpinned    int `json:"images_unpinned"`
	Secrets     int `json:"secrets"`
}

// Add counts a record.
func (t *Totals) Add(r *Record) {
	t.Repositories++
	switch r.State {
	case Audited:
		t.Audited++
	case Incomplete:
		t.Incomplete++
	case Failed:
		t.Failed++
	case Skipped:
		t.Skipped++
	}
	t.Files += r.Files
	t.Silenced += r.Silenced
	t.New += r.New
	t.Gone += r.Gone
	t.Findings += len(r.Findings)
	for i := range r.Findings {
		t.finding(&r.Findings[i])
	}
	for i := range r.Images {
		t.Images++
		if r.Images[i].Ended {
			t.Unsupported++
		}
		if r.Images[i].Digest == "" {
			t.Unpinned++
		}
	}
}

func (t *Totals) finding(f *Finding) {
	switch f.Severity {
	case lint.Error:
		t.Error++
	case lint.Warning:
		t.Warning++
	case lint.Info:
		t.Info++
	default:
		t.Style++
	}
	if f.Fixable {
		t.Fixable++
	}
	if rules.FindsSecret(f.Rule) {
		t.Secrets++
	}
}
