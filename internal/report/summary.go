package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// tally is a result in numbers, and the words for them.
type tally struct {
	lint.Summary
	filesWithFindings    int
	causes               int
	safe, unsafe         int
	suppressed, baseline int
	unchanged            int
	problems             int
	// hidden counts what was not looked at, by its reasons.
	hidden string
	asOf   string
	// isDated is set where a finding is there because of that day.
	isDated bool
}

func tallyOf(r *lint.Result) tally {
	t := tally{Summary: r.Summary(), causes: len(r.Groups()), problems: len(r.Problems), hidden: hiddenWords(r), asOf: r.AsOf}
	files := map[string]bool{}
	for _, d := range r.Diagnostics {
		switch {
		case d.Suppressed != nil:
			t.suppressed++
			continue
		case d.Baseline:
			t.baseline++
			continue
		case d.Unchanged:
			t.unchanged++
			continue
		}
		files[d.Source.Path] = true
		t.isDated = t.isDated || (t.asOf != "" && d.Dated.Since != "")
		switch best(d.Fixes) {
		case lint.Safe:
			t.safe++
		case lint.Unsafe:
			t.unsafe++
		case lint.Manual:
		}
	}
	t.filesWithFindings = len(files)
	return t
}

// best is the highest applicability among a finding's alternative fixes.
func best(fixes []lint.Fix) lint.Applicability {
	highest := lint.Manual
	for _, f := range fixes {
		highest = max(highest, f.Applicability)
	}
	return highest
}

// found says how many findings there are, of what severity, with how many causes, in
// how many files.
func (t tally) found() string {
	switch {
	case t.Findings > 0:
		causes := ""
		if t.causes < t.Findings {
			causes = " with " + text.Counted(t.causes, "cause")
		}
		levels := bySeverity(t.Error, t.Warning, t.Info, t.Style)
		return fmt.Sprintf("%s (%s)%s in %s", text.Counted(t.Findings, "finding"), levels, causes, t.inFiles())
	case t.Files == 0:
		return "no files were linted"
	}
	return "no findings in " + text.Counted(t.Files, "file")
}

// inFiles says in how many files findings are, of all that were linted.
func (t tally) inFiles() string {
	if t.Files > t.filesWithFindings {
		return fmt.Sprintf("%d of %s", t.filesWithFindings, text.Counted(t.Files, "file"))
	}
	return text.Counted(t.filesWithFindings, "file")
}

// Headline is a result in one line: what was found, and what else there is to know.
func Headline(r *lint.Result) string {
	t := tallyOf(r)
	return strings.Join(append([]string{t.found()}, t.rest()...), "; ")
}

// rest says what else there is to know: what can be fixed, and what besides.
func (t tally) rest() []string {
	var parts []string
	const command = " fixable with dockmend fix"
	switch {
	case t.safe > 0 && t.unsafe > 0:
		parts = append(parts, fmt.Sprintf("%d%s, %d more with --unsafe", t.safe, command, t.unsafe))
	case t.safe > 0:
		parts = append(parts, fmt.Sprint(t.safe, command))
	case t.unsafe > 0:
		parts = append(parts, fmt.Sprint(t.unsafe, command, " --unsafe"))
	}
	return append(parts, t.besides()...)
}

// besides says what is not shown, whether the run was complete, and as of which day it
// judged, where that matters.
func (t tally) besides() []string {
	var parts []string
	if t.suppressed > 0 {
		parts = append(parts, fmt.Sprint(t.suppressed, " suppressed"))
	}
	if t.baseline > 0 {
		parts = append(parts, fmt.Sprint(t.baseline, " known to the baseline"))
	}
	if t.unchanged > 0 {
		parts = append(parts, fmt.Sprint(t.unchanged, " not new"))
	}
	if t.hidden != "" {
		parts = append(parts, t.hidden)
	}
	if t.problems > 0 {
		parts = append(parts, "incomplete because of "+text.Counted(t.problems, "problem"))
	}
	if t.isDated {
		parts = append(parts, "as of "+t.asOf)
	}
	return parts
}

// hiddenWords counts the files and folders that were not looked at, by their reasons,
// the most frequent first; empty for none.
func hiddenWords(r *lint.Result) string {
	var reasons counter
	for _, h := range r.Hidden {
		reasons.add(h.Reason)
	}
	if len(reasons.words) == 0 {
		return ""
	}
	slices.SortStableFunc(reasons.words, func(a, b string) int {
		return cmp.Or(cmp.Compare(reasons.n[b], reasons.n[a]), cmp.Compare(a, b))
	})
	parts := make([]string, len(reasons.words))
	for i, reason := range reasons.words {
		parts[i] = fmt.Sprintf("%d (%s)", reasons.n[reason], reason)
	}
	return "not checked: " + strings.Join(parts, ", ")
}

// bySeverity words counts, worst first; those of zero are left out.
func bySeverity(errors, warnings, infos, styles int) string {
	var parts []string
	for _, x := range []struct {
		n    int
		word string
	}{{errors, text.Plural(errors, "error")}, {warnings, text.Plural(warnings, "warning")}, {infos, "info"}, {styles, "style"}} {
		if x.n > 0 {
			parts = append(parts, fmt.Sprint(x.n, " ", x.word))
		}
	}
	return strings.Join(parts, ", ")
}

// skips are the rules that could not run, for one reason.
type skips struct {
	reason string
	// places are the rules, each with its file where only that was left out.
	places []string
}

// skipsOf groups the rules that could not run, in the order of the result.
func skipsOf(r *lint.Result) []skips {
	var groups []skips
	index := map[string]int{}
	seen := map[lint.SkippedRule]bool{}
	for _, s := range r.Skipped {
		if seen[s] {
			continue
		}
		seen[s] = true
		i, ok := index[s.Reason]
		if !ok {
			i = len(groups)
			index[s.Reason] = i
			groups = append(groups, skips{reason: s.Reason})
		}
		place := s.Rule
		if s.File != "" {
			place += " in " + s.File
		}
		groups[i].places = append(groups[i].places, place)
	}
	return groups
}

// proofWords says what the proof of a fix of such a file gave; empty if none ran.
func proofWords(t lint.Target, p lint.Proof) string {
	if p.State == lint.ProofNotRun {
		return ""
	}
	words := p.State.String()
	if p.State != lint.ProofUnknown {
		words += ", " + p.Effect.Words(t)
	}
	if len(p.Details) > 0 {
		words += ": " + strings.Join(p.Details, "; ")
	}
	return words
}
