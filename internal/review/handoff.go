package review

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// A pull request from a fork runs with a token that can only read. Its job may
// leave a handoff, a file that a second job takes up: on workflow_run, with the
// default branch's workflow and a token that may write. The fork decides what is
// in the file, so the second job believes none of it: what can be found again in
// the head's files is. Of the rest a rule, a variant and a place are taken, held
// against the rules and the head's file; the words are the rule's own, there is no
// suggestion, and nothing that is missing from the file counts as gone.

// HandoffFile is the handoff's name within the artifact's archive.
const HandoffFile = "review.json"

const (
	handoffVersion = 1
	// MaxHandoff bounds the file, maxHandedOver its findings.
	MaxHandoff    = 4 << 20
	maxHandedOver = 1000
	// maxWord bounds names, paths and fingerprints in it.
	maxWord = 1000
)

// Subject is the pull request that a handoff is about, at one commit of it.
type Subject struct {
	Repository string
	Number     int
	Head       string
}

// Handoff is the file.
type Handoff struct {
	Version    int          `json:"version"`
	Repository string       `json:"repository"`
	Number     int          `json:"number"`
	Head       string       `json:"head"`
	Category   string       `json:"category"`
	Complete   bool         `json:"complete"`
	Findings   []HandedOver `json:"findings"`
}

// HandedOver is one finding that counts in the first job.
type HandedOver struct {
	Rule    string `json:"rule"`
	Variant string `json:"variant"`
	Path    string `json:"path"`
	Blob    string `json:"blob"`
	Line    int    `json:"line"`
	EndLine int    `json:"end_line"`
	// Start and End are the finding's bytes in the blob, from which the
	// fingerprint is computed again.
	Start       int    `json:"start"`
	End         int    `json:"end"`
	Message     string `json:"message"`
	Fingerprint string `json:"fingerprint"`
	// CausePath and CauseLine are the change that caused a finding on lines that no one
	// touched; the line is 0 for a file as a whole. Earlier versions wrote none.
	CausePath string `json:"cause_path,omitempty"`
	CauseLine int    `json:"cause_line,omitempty"`
}

// NewHandoff writes the file for the findings that count.
func NewHandoff(of Subject, category string, complete bool, r *lint.Result) ([]byte, error) {
	h := Handoff{
		Version: handoffVersion, Repository: of.Repository, Number: of.Number, Head: of.Head, Category: category,
		Complete: complete, Findings: []HandedOver{},
	}
	for _, d := range r.Diagnostics {
		if !d.Counts() {
			continue
		}
		if len(h.Findings) == maxHandedOver {
			h.Complete = false
			break
		}
		first, last := lines(d)
		causePath, causeLine := causeOf(d)
		h.Findings = append(h.Findings, HandedOver{
			CausePath: causePath, CauseLine: causeLine, Rule: d.Rule.ID, Variant: d.Variant, Path: d.Source.Path,
			Blob: files.BlobHash(d.Source.Bytes, len(of.Head)),
			Line: first, EndLine: last, Start: d.Span.Start, End: d.Span.End,
			Message: cut(d.Message, MaxMessage), Fingerprint: d.Fingerprint,
		})
	}
	return json.Marshal(h)
}

// ReadHandoff reads and checks a file of a stranger: its size, its shape, and
// that it is about this repository, pull request and commit.
func ReadHandoff(src []byte, of Subject, category string) (*Handoff, error) {
	if len(src) > MaxHandoff {
		return nil, fmt.Errorf("it has more than %d bytes", MaxHandoff)
	}
	decoder := json.NewDecoder(bytes.NewReader(src))
	decoder.DisallowUnknownFields()
	h := &Handoff{}
	if err := decoder.Decode(h); err != nil {
		return nil, fmt.Errorf("it is not a report of version %d: %w", handoffVersion, err)
	}
	switch {
	case h.Version != handoffVersion:
		return nil, fmt.Errorf("its version is %d, want %d", h.Version, handoffVersion)
	case (Subject{h.Repository, h.Number, h.Head}) != of:
		return nil, errors.New("it is for another repository, pull request or commit than the run")
	case h.Category != category:
		return nil, errors.New("it has another category")
	case len(h.Findings) > maxHandedOver:
		return nil, fmt.Errorf("it has more than %d findings", maxHandedOver)
	}
	for i := range h.Findings {
		if err := h.Findings[i].check(); err != nil {
			return nil, fmt.Errorf("finding %d: %w", i+1, err)
		}
	}
	return h, nil
}

func (f *HandedOver) check() error {
	hash, prefixed := strings.CutPrefix(f.Fingerprint, "dockmend/v1:")
	switch {
	case len(f.Rule) > maxWord || len(f.Variant) > maxWord || len(f.Path) > maxWord*4 || len(f.Message) > MaxMessage*4+8:
		return errors.New("a value is too long")
	case !prefixed || len(hash) != 32 || strings.Trim(hash, "0123456789abcdef") != "":
		return errors.New("its fingerprint is not valid")
	case !IsCommit(f.Blob):
		return errors.New("its blob is not a hash")
	case f.Line < 1 || f.EndLine < f.Line || f.Start < 0 || f.End < f.Start:
		return errors.New("its lines are not valid")
	case !inRepository(f.Path) || (f.CausePath != "" && !inRepository(f.CausePath)):
		return errors.New("its path is not valid in a repository")
	case len(f.CausePath) > maxWord*4 || f.CauseLine < 0:
		return errors.New("its cause is not valid")
	}
	return nil
}

func inRepository(name string) bool {
	leaves := path.IsAbs(name) || name == ".." || strings.HasPrefix(name, "../")
	return name != "" && path.Clean(name) == name && !leaves
}

// Cause is the change that is said to have caused a finding, as the head has it; ok is
// false where the pull request has no such change.
func (f *HandedOver) Cause(ctx context.Context, diff *Diff) (cause lint.Related, ok bool) {
	if f.CausePath == "" || !diff.Place(ctx, f.CausePath, nil).InDiff {
		return lint.Related{}, false
	}
	cause = lint.Related{File: f.CausePath, Message: lint.CauseMessage, Cause: true}
	if f.CauseLine == 0 {
		return cause, true
	}
	head, err := diff.Head(ctx, f.CausePath)
	if err != nil {
		return lint.Related{}, false
	}
	source := lint.NewSource(f.CausePath, head)
	if f.CauseLine > source.Lines.Lines() {
		return lint.Related{}, false
	}
	cause.File, cause.Span = "", source.Lines.Line(f.CauseLine)
	if f.CausePath != f.Path {
		cause.Source = source
	}
	return cause, true
}

// Finding makes a finding without fixes of what was handed over, in the rule's own
// words. It is nil where the head's file is not the one that was linted, where the
// rule or its variant is not known, and where the fingerprint is not that of the
// rule at this place: another finding's would keep that one from being said.
func (f *HandedOver) Finding(rule *lint.Meta, head []byte) *lint.Diagnostic {
	if rule == nil || files.BlobHash(head, len(f.Blob)) != f.Blob || f.End > len(head) {
		return nil
	}
	if len(rule.Variants) > 0 && f.Variant != "" && !slices.Contains(rule.Variants, f.Variant) {
		return nil
	}
	d := &lint.Diagnostic{
		Finding: lint.Finding{
			Span: text.Span{Start: f.Start, End: f.End}, Variant: f.Variant, Severity: rule.Severity,
			Message: strings.TrimSuffix(rule.Title, ".") + " (found by the run of the pull request)",
		},
		Rule: rule, Source: lint.NewSource(f.Path, head), Fingerprint: f.Fingerprint,
	}
	if f.End == 0 && f.EndLine <= d.Source.Lines.Lines() { // written by an earlier version
		return f.search(d)
	}
	if first, last := lines(d); first != f.Line || last != f.EndLine || !f.names(d, maxHandedOver) {
		return nil
	}
	return d
}

// names reports whether the fingerprint is that of a finding, as one of so many equal
// ones.
func (f *HandedOver) names(d *lint.Diagnostic, ordinals int) bool {
	key := d.FingerprintKey()
	for ordinal := range ordinals {
		if lint.Fingerprint(key, ordinal) == f.Fingerprint {
			return true
		}
	}
	return false
}

// search finds the bytes that have the fingerprint, in the lines that were handed over,
// between the starts and ends of words.
func (f *HandedOver) search(d *lint.Diagnostic) *lint.Diagnostic {
	const ends, ordinals = 32, 4 // a stranger's file may have long lines
	src := d.Source.Bytes
	first, last := d.Source.Lines.Line(f.Line).Start, d.Source.Lines.Line(f.EndLine).End
	var cuts []int
	for at := first; at <= last; at++ {
		if at == first || at == last || isWord(src[at-1]) != isWord(src[at]) || !isWord(src[at]) {
			cuts = append(cuts, at)
		}
	}
	if len(cuts) > 2*ends {
		cuts = slices.Concat(cuts[:ends], cuts[len(cuts)-ends:])
	}
	for i, start := range cuts {
		for _, end := range cuts[i+1:] {
			d.Span = text.Span{Start: start, End: end}
			if from, to := lines(d); from == f.Line && to == f.EndLine && f.names(d, ordinals) {
				return d
			}
		}
	}
	return nil
}

func isWord(c byte) bool {
	return text.IsDigit(c) || text.IsLetter(c) || c >= utf8.RuneSelf
}
