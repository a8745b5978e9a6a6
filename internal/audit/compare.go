package audit

import (
	"fmt"
	"slices"
)

// Compare marks what is new since an earlier report, says since when each finding is there,
// and counts what is gone. The earlier report is of the whole audit.
func (r *Report) Compare(name string, open Open) error {
	x, before, err := openReader(open)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	_ = x.close() // it was only read from
	if before.Shard != nil {
		return fmt.Errorf("%s: it is the report of a shard; merge the reports of all first", name)
	}
	past := Past{before.AsOf, before.Summary}
	r.Since = before.AsOf
	r.History = append(slices.Clone(before.History), past)
	r.History = r.History[max(len(r.History)-maxHistory, 0):]
	records := r.records
	r.counted = false
	r.records = func(yield func(*Record) error) error {
		x, _, err := openReader(open)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		defer func() { _ = x.close() }() // it was only read from
		old, err := x.next()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return records(func(now *Record) error {
			for old != nil && old.Repository < now.Repository {
				if old, err = x.next(); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
			}
			var same *Record
			if old != nil && old.Repository == now.Repository {
				same = old
			}
			now.since(same, before.AsOf, r.AsOf)
			return yield(now)
		})
	}
	return nil
}

// Begin says of each finding of a first audit that it is there since that day.
func (r *Report) Begin() {
	records := r.records
	r.records = func(yield func(*Record) error) error {
		return records(func(now *Record) error {
			for i := range now.Findings {
				now.Findings[i].Since = r.AsOf
			}
			return yield(now)
		})
	}
}

// since compares a record with the one of an earlier day; old is nil for a repository that
// the audit before had not.
func (r *Record) since(old *Record, before, today string) {
	days := map[string]string{}
	seen := old != nil && (old.State == Audited || old.State == Incomplete)
	if seen {
		for i := range old.Findings {
			f := &old.Findings[i]
			days[f.Fingerprint] = f.Since
			if f.Since == "" {
				days[f.Fingerprint] = before
			}
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if day, ok := days[f.Fingerprint]; ok {
			f.Since = day
			delete(days, f.Fingerprint)
			continue
		}
		f.Since, f.New = today, true
		r.New++
		if f.Dated != nil && seen && f.Dated.Since > before {
			f.Because = f.Dated.What
		}
	}
	if r.State == Audited || r.State == Incomplete {
		r.Gone = len(days)
	}
}
