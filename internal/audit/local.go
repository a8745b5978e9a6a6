package audit

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/run"
)

// Local is an audit of folders of this machine, each a repository by the name of its folder.
type Local struct {
	all     run.Workspaces
	records []*Record
}

// NewLocal notes what is not known any more once the workspaces were checked.
func NewLocal(all run.Workspaces) *Local {
	l := &Local{all: all}
	for i, w := range all {
		name := filepath.Base(w.Root().Dir())
		if slices.ContainsFunc(l.records, func(r *Record) bool { return r.Repository == name }) {
			name = fmt.Sprintf("%s (%d)", name, i+1)
		}
		l.records = append(l.records, &Record{Repository: name, State: Audited, Findings: []Finding{}, Images: imagesOf(w)})
	}
	return l
}

// Report is that of the results, one for each workspace.
func (l *Local) Report(results []*lint.Result, version string) *Report {
	day, names := "", []string{}
	for i, r := range results {
		w := l.all[i]
		owners := readOwners(w.Root().Read)
		l.records[i].add(r, func(shown string) []string { return owners.of(w.FromRoot(shown)) })
		l.records[i].Refused = w.Refused()
		if len(r.Problems) > 0 {
			l.records[i].State = Incomplete
		}
		day = max(day, r.AsOf)
		names = append(names, l.records[i].Repository)
	}
	sorted := slices.SortedFunc(slices.Values(l.records), func(a, b *Record) int { return cmp.Compare(a.Repository, b.Repository) })
	header := Header{Version: reportVersion, Kind: reportKind, Tool: Tool{"dockmend", version}, AsOf: day, Of: strings.Join(names, ", ")}
	return &Report{Header: header, records: func(yield func(*Record) error) error {
		for _, r := range sorted {
			if err := yield(r); err != nil {
				return err
			}
		}
		return nil
	}}
}

// SplitOutputs takes from the values of -o those of formats that only an audit has.
func SplitOutputs(values []string) (own []report.Destination, rest []string, err error) {
	all, err := report.ParseDestinations(values)
	if err != nil {
		return nil, nil, err
	}
	for i, d := range all {
		if slices.Contains(ownFormats(), d.Format) {
			own = append(own, d)
		} else {
			rest = append(rest, values[i])
		}
	}
	return own, rest, nil
}
