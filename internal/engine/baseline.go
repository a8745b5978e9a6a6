package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/lint"
)

// Baseline is a set of findings that are known already: those of a file
// written by --write-baseline. It names them by fingerprint, so moved lines do
// not bring them back.
type Baseline struct {
	known   map[string]bool
	entries []baselineEntry
}

type baselineFile struct {
	Version  int             `json:"version"`
	Findings []baselineEntry `json:"findings"`
}

// baselineEntry names rule and file for the people who review the file; only
// the fingerprint counts.
type baselineEntry struct {
	Fingerprint string `json:"fingerprint"`
	Rule        string `json:"rule"`
	File        string `json:"file"`
}

// ParseBaseline reads a baseline file's bytes.
func ParseBaseline(src []byte) (*Baseline, error) {
	var file baselineFile
	if err := json.Unmarshal(src, &file); err != nil {
		return nil, fmt.Errorf("it is not JSON in the form that --write-baseline writes: %w", err)
	}
	if file.Version != 1 {
		return nil, errors.New("it is not a baseline of version 1; write a new one with --write-baseline")
	}
	b := &Baseline{known: make(map[string]bool, len(file.Findings)), entries: file.Findings}
	for _, f := range file.Findings {
		b.known[f.Fingerprint] = true
	}
	return b, nil
}

// Mark marks the findings that the baseline knows.
func (b *Baseline) Mark(r *lint.Result) {
	for _, d := range r.Diagnostics {
		d.Baseline = b.known[d.Fingerprint]
	}
}

// Stale lists what of the baseline was not found any more, each as "rule in file". ran
// reports whether a rule looked at a file, or the file is gone.
func (b *Baseline) Stale(r *lint.Result, ran func(rule, file string) bool) (stale []string) {
	found := make(map[string]bool, len(r.Diagnostics))
	for _, d := range r.Diagnostics {
		found[d.Fingerprint] = true
	}
	for _, e := range b.entries {
		if !found[e.Fingerprint] && ran(e.Rule, e.File) {
			stale = append(stale, e.Rule+" in "+e.File)
		}
	}
	return stale
}

// WriteBaseline is the baseline file of all findings that are not silenced.
func WriteBaseline(r *lint.Result) ([]byte, error) {
	file := baselineFile{Version: 1, Findings: []baselineEntry{}}
	for _, d := range r.Diagnostics {
		if d.Suppressed == nil {
			file.Findings = append(file.Findings, baselineEntry{d.Fingerprint, d.Rule.ID, d.Source.Path})
		}
	}
	slices.SortFunc(file.Findings, func(a, b baselineEntry) int {
		return slices.Compare([]string{a.File, a.Rule, a.Fingerprint}, []string{b.File, b.Rule, b.Fingerprint})
	})
	out, err := json.MarshalIndent(file, "", "  ")
	return append(out, '\n'), err
}
