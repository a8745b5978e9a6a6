package engine

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/prove"
)

// step is what some fixes make of a file.
type step struct {
	after []byte
	good  []candidate
	// applied has one entry for each of good.
	applied []Applied
}

// proofs proves the fixes of one file, round after round.
type proofs struct {
	*Fixer
	Prover
	file File
	out  *Fixed
	// last is what was compared last, and said the verdict on it.
	last []byte
	said prove.Verdict
	// most is the most that a proof of the round took of the budget: all fixes together
	// take no more than the one that reaches furthest.
	most int
}

// next goes on with the file as the last round left it.
func (p *proofs) next() {
	p.last, p.most = nil, 0
	switch was := p.Prover.(type) {
	case dockerfileProver:
		p.Prover = newDockerfileProver(was.Next(p.out.After), p.out.After)
	case *prove.Compose:
		p.Prover = was.Next(p.out.After)
	default:
		p.Prover = NewProver(p.Checker, p.file, p.out.After, p.Left())
	}
}

// compare proves fixes together. What was compared last costs nothing. ok is false
// where their edits do not fit.
func (p *proofs) compare(ctx context.Context, part []candidate) (after []byte, v prove.Verdict, ok bool) {
	if after, ok = applyAll(p.out.After, part); !ok {
		return nil, v, false
	}
	if p.last == nil || !bytes.Equal(after, p.last) {
		left := p.Left()
		if left < 2*p.most {
			return after, prove.Verdict{ // the sum must be proved too
				Effect: lint.EffectUnknown, Spent: true, Reason: fmt.Sprintf("more than %d compilations would be needed", limits.FixCompilations),
			}, true
		}
		p.last, p.said = after, p.Compare(ctx, after)
		p.most = max(p.most, left-p.Left())
	}
	return after, p.said, true
}

// round proves the fixes of a round: all at once, or else each by itself.
func (p *proofs) round(ctx context.Context, batch []candidate) step {
	batch = p.whole(batch)
	if len(batch) == 0 {
		return step{}
	}
	after, v, ok := p.compare(ctx, batch)
	if ok && v.Unprovable && !v.Broken && !p.acceptsAll(batch, v) {
		p.refuseAll(batch, v, refusal(batch[0], v))
		return step{}
	}
	if ok && p.acceptsAll(batch, v) {
		if s, ok := p.shares(after, batch, v); ok {
			return s
		}
	}
	return p.each(ctx, batch)
}

// whole refuses the fixes that would tear a marked part of the file apart.
func (p *proofs) whole(batch []candidate) []candidate {
	marked := sections(p.out.After)
	return slices.DeleteFunc(batch, func(c candidate) bool {
		torn := tears(p.out.After, marked, c.edits)
		if torn != "" {
			p.out.refuse(c, prove.Verdict{}, torn)
		}
		return torn != ""
	})
}

// acceptsAll reports whether a verdict on several fixes is one that each of them may
// have, so that none of them needs to be looked at by itself.
func (p *proofs) acceptsAll(part []candidate, v prove.Verdict) bool {
	return !slices.ContainsFunc(part, func(c candidate) bool {
		return !p.accepts(c, v) || (len(part) > 1 && !v.Unprovable && !declared(c.fix, v))
	})
}

// shares tells what each fix does of all that they do together. ok is false where
// that cannot be told: it is part of what is reported.
func (p *proofs) shares(after []byte, batch []candidate, v prove.Verdict) (s step, ok bool) {
	s = step{after: after, good: batch}
	for _, c := range batch {
		own := v
		if len(batch) > 1 && v.Effect > lint.EffectNone && !v.Unprovable {
			if own, ok = ownPart(v, c); !ok {
				return step{}, false
			}
		}
		s.applied = append(s.applied, p.applied(c, own))
	}
	return s, true
}

// ownPart is what one pin does of all that several do together: the images that
// have its text now. ok is false where it is none.
func ownPart(together prove.Verdict, c candidate) (own prove.Verdict, ok bool) {
	if together.Effect != lint.EffectSource && together.Effect != lint.EffectRepin {
		return own, false
	}
	own.Refreshed, own.LeftOut = together.Refreshed, together.LeftOut
	for _, change := range together.Sources {
		_, now, _ := strings.Cut(change.Detail, " -> ")
		if len(c.edits) != 1 || c.edits[0].New == "" || !strings.Contains(now, c.edits[0].New) {
			continue
		}
		own.Effect = max(own.Effect, change.Effect)
		if !slices.Contains(own.Details, change.Detail) {
			own.Details = append(own.Details, change.Detail)
		}
	}
	return own, len(own.Details) > 0
}

// each proves every fix by itself, as long as half of the budget is left: so what it
// does can be reported. The others are proved together, those of a rule at a time.
func (p *proofs) each(ctx context.Context, batch []candidate) step {
	var parts []step
	for i, c := range batch {
		if p.Left() < limits.FixCompilations/2 {
			for _, group := range byChanges(batch[i:]) {
				parts = append(parts, p.halves(ctx, group)...)
			}
			break
		}
		parts = append(parts, p.halves(ctx, []candidate{c})...)
	}
	return p.sum(ctx, parts)
}

// byChanges groups fixes that declare the same changes of a model, in their order: one
// verdict can be held against all of a group.
func byChanges(batch []candidate) [][]candidate {
	var groups [][]candidate
	for _, c := range batch {
		i := slices.IndexFunc(groups, func(g []candidate) bool { return slices.Equal(g[0].fix.Changes, c.fix.Changes) })
		if i < 0 {
			groups, i = append(groups, nil), len(groups)
		}
		groups[i] = append(groups[i], c)
	}
	return groups
}

// halves proves fixes together, and where that shows or costs too much, each half of
// them: a fix in a late stage costs less than one that all stages build on. It refuses
// those that are not acceptable by themselves; each part that it returns was proved as it
// is.
func (p *proofs) halves(ctx context.Context, part []candidate) []step {
	after, v, ok := p.compare(ctx, part)
	nothing := ok && !slices.ContainsFunc(part, func(c candidate) bool { return !doesNothing(c.fix, v) })
	switch {
	case ok && p.acceptsAll(part, v):
		s, ok := p.shares(after, part, v)
		if !ok {
			s = p.joint(after, part, v)
		}
		return []step{s}
	case !ok && len(part) == 1:
		p.refuseAll(part, v, "its edits do not fit the file")
		return nil
	case v.Unprovable && !v.Broken, nothing, len(part) == 1:
		p.refuseAll(part, v, refusal(part[0], v))
		return nil
	}
	half := len(part) / 2
	return append(p.halves(ctx, part[:half]), p.halves(ctx, part[half:])...)
}

// joint reports of each fix what all of them do, where nobody looked at each.
func (p *proofs) joint(after []byte, part []candidate, v prove.Verdict) step {
	v.Details = []string{fmt.Sprintf("proved together with %d other fixes, since the file has so many", len(part)-1)}
	s := step{after: after, good: part}
	for _, c := range part {
		s.applied = append(s.applied, p.applied(c, v))
	}
	return s
}

// sum puts the parts of a round together, once all of them do no more together than
// each may by itself. Else only the first goes; the others wait for the next round.
func (p *proofs) sum(ctx context.Context, parts []step) step {
	if len(parts) < 2 {
		return slices.Concat(parts, []step{{}})[0]
	}
	all, most := step{}, lint.EffectNone
	for _, s := range parts {
		all.good, all.applied = append(all.good, s.good...), append(all.applied, s.applied...)
		for i, a := range s.applied {
			most = max(most, a.Verdict.Effect, s.good[i].fix.MaxEffect)
		}
	}
	p.most = 0 // this is what was kept for it
	after, v, ok := p.compare(ctx, all.good)
	if !ok || v.Broken || v.Spent || v.Effect > most {
		return parts[0]
	}
	all.after = after
	return all
}

func (p *proofs) refuseAll(batch []candidate, v prove.Verdict, reason string) {
	if v.Spent {
		p.out.spent = reason
	}
	for _, c := range batch {
		p.out.refuse(c, v, reason)
	}
}

func (out *Fixed) refuse(c candidate, v prove.Verdict, reason string) {
	out.refused[c.finding.Fingerprint] = true
	out.Refused = append(out.Refused, Refused{c.finding.Rule, c.fix.Title, c.finding.Start().Line, reason, v})
}
