package lint

import "github.com/dockmend/dockmend/internal/text"

// Source is a file that was read, shared by all of its diagnostics.
type Source struct {
	// Path is relative to the root, with slashes; "-" never stands here.
	Path  string
	Bytes []byte
	Lines *text.LineIndex
}

// NewSource indexes the bytes of a file.
func NewSource(path string, src []byte) *Source {
	return &Source{Path: path, Bytes: src, Lines: text.NewLineIndex(src)}
}

// Diagnostic is a finding as reports show it: with its file, its severity
// after configuration, its identity and its state.
type Diagnostic struct {
	Finding
	Rule   *Meta
	Source *Source
	// Fingerprint stays the same when lines move (docs/contract.md section 7).
	Fingerprint string
	// Suppressed is nil for a finding that counts.
	Suppressed *Suppression
	// Baseline is set for a finding that a baseline file knows already.
	Baseline bool
	// Unchanged is set for a finding that is not new, where only new ones were asked
	// for: the base has it too or, where the base is not known, its lines did not
	// change.
	Unchanged bool
	// Proof is set once the fixes were proved.
	Proof Proof
}

// Suppression says which inline directive silences a finding.
type Suppression struct {
	// Kind is the dialect: "dockmend", "hadolint", "buildkit", ...
	Kind string `json:"kind"`
	// Line is the 1-based line of the directive.
	Line   int    `json:"line"`
	Reason string `json:"reason,omitempty"`
	// Until is its last day; empty for none.
	Until string `json:"-"`
}

// Proof tells what is known about the effect of a finding's fixes.
type Proof struct {
	State  ProofState
	Effect Effect
	// Details says in words what changes in the build.
	Details []string
}

// ProofState is the state of a proof; the zero value is "not run".
type ProofState uint8

// The states of docs/contract.md section 2.
const (
	ProofNotRun ProofState = iota
	ProofPassed
	ProofDemoted
	ProofUnknown
)

var proofStateNames = [...]string{"not-run", "passed", "demoted", "unknown"}

func (s ProofState) String() string { return proofStateNames[s] }

// MarshalText writes the name that reports use.
func (s ProofState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Counts reports whether the finding is new and not silenced: it is shown by
// default and judged by --fail-on.
func (d *Diagnostic) Counts() bool { return d.Suppressed == nil && !d.Baseline && !d.Unchanged }

// Cause is the change that made a new finding on lines that no one touched; ok is false
// where none is known.
func (d *Diagnostic) Cause() (cause Related, ok bool) {
	for _, r := range d.Related {
		if r.Cause {
			return r, true
		}
	}
	return Related{}, false
}

// Start is the position of the finding's first byte.
func (d *Diagnostic) Start() text.Position { return d.Source.Lines.Position(d.Span.Start) }

// End is the position after the finding's last byte.
func (d *Diagnostic) End() text.Position { return d.Source.Lines.Position(d.Span.End) }

// Aliases are the names of this very finding in other tools.
func (d *Diagnostic) Aliases() []string { return d.Rule.AliasNames(d.Variant) }

// Fixable reports whether any of the finding's fixes can be applied.
func (d *Diagnostic) Fixable() bool {
	for _, f := range d.Fixes {
		if f.Applicability > Manual {
			return true
		}
	}
	return false
}

// Result is all that one run knows; reports are made of nothing else.
type Result struct {
	// Files that were linted, sorted by path.
	Files []string
	// Diagnostics in order of file, position, rule and message, the suppressed
	// ones included.
	Diagnostics []*Diagnostic
	// Skipped lists rules that could not check a document, and why.
	Skipped []SkippedRule
	// Hidden are the files and folders that were not looked at, each with the kind of
	// reason, in words.
	Hidden []Hidden
	// Refused says what a policy above the repository does not let count.
	Refused []string
	// Problems keep a run from being complete: exit code 3.
	Problems []Problem
	// AsOf is the day of the run, as Settings.AsOf has it; empty where it does not
	// matter.
	AsOf string
	// Notices are lines for people that are no findings.
	Notices []string
}

// SkippedRule is a rule that did not run. File is empty where it is the same
// for all files.
type SkippedRule struct {
	Rule   string `json:"rule"`
	File   string `json:"file,omitempty"`
	Reason string `json:"reason"`
}

// Hidden is a file or folder that was not looked at.
type Hidden struct {
	File string `json:"file"`
	// Reason is the kind of reason, as "ignored by git", the same for many files.
	Reason string `json:"reason"`
}

// Problem is something that kept the run from being complete.
type Problem struct {
	File    string `json:"file,omitempty"`
	Message string `json:"message"`
}

// Summary counts a result's findings that count.
type Summary struct {
	Files      int `json:"files"`
	Findings   int `json:"findings"`
	Error      int `json:"error"`
	Warning    int `json:"warning"`
	Info       int `json:"info"`
	Style      int `json:"style"`
	Fixable    int `json:"fixable"`
	Suppressed int `json:"suppressed"`
	// Hidden counts files and folders that were not looked at.
	Hidden int `json:"hidden,omitempty"`
}

// Summary counts the findings.
func (r *Result) Summary() Summary {
	s := Summary{Files: len(r.Files), Hidden: len(r.Hidden)}
	for _, d := range r.Diagnostics {
		if !d.Counts() {
			s.Suppressed++
			continue
		}
		s.Findings++
		switch d.Severity {
		case Error:
			s.Error++
		case Warning:
			s.Warning++
		case Info:
			s.Info++
		default:
			s.Style++
		}
		if d.Fixable() {
			s.Fixable++
		}
	}
	return s
}

// Worst is the highest severity among the findings that count, SeverityUnset
// if there is none.
func (r *Result) Worst() Severity {
	worst := SeverityUnset
	for _, d := range r.Diagnostics {
		if d.Counts() {
			worst = max(worst, d.Severity)
		}
	}
	return worst
}
