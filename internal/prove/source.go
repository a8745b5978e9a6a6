package prove

import (
	"fmt"
	"strings"

	"github.com/distribution/reference"
	"github.com/moby/buildkit/solver/pb"

	"github.com/dockmend/dockmend/internal/lint"
)

const imageScheme = "docker-image://"

// registry has what the registries said in this run.
type registry struct{ asked lint.Registry }

// digestOf is the digest behind a reference: its own, else what was said of its
// tag; empty if nobody said anything.
func (r registry) digestOf(ref reference.Named) string {
	if pinned, ok := ref.(reference.Digested); ok {
		return pinned.Digest().String()
	}
	return r.tagged(ref)
}

// tagged is the digest that was said of a reference's tag.
func (r registry) tagged(ref reference.Named) string {
	tag := tagOf(ref)
	if r.asked == nil || tag == "" {
		return ""
	}
	digest, _ := r.asked.Said(ref.Name() + ":" + tag)
	return digest
}

// differSource classes two sources at the same place.
func differSource(a, b *pb.Op, said registry) (effect lint.Effect, refreshed bool, doubt string) {
	from, okFrom := strings.CutPrefix(a.GetSource().Identifier, imageScheme)
	to, okTo := strings.CutPrefix(b.GetSource().Identifier, imageScheme)
	if !okFrom || !okTo || !sameBut(a, b, func(op *pb.Op) { op.GetSource().Identifier = "" }) {
		return lint.EffectGraph, false, ""
	}
	return said.differ(from, to)
}

// isRefresh reports whether a digest gives way to the one that its tag names now.
func (r registry) isRefresh(before, after reference.Named, now string) bool {
	return r.tagged(after) == now && tagOf(before) == tagOf(after)
}

// differ classes two references at the same place. A digest added to the same
// tag is EffectSource, another tag or digest of the same repository EffectRepin:
// both only where the registry said in this run that it is the same image, or,
// for a digest that gives way to another one, that the tag names the new one
// now. What nobody said is another image for all that is known.
func (r registry) differ(from, to string) (effect lint.Effect, refreshed bool, doubt string) {
	before, errBefore := reference.ParseNormalizedNamed(from)
	after, errAfter := reference.ParseNormalizedNamed(to)
	if errBefore != nil || errAfter != nil || before.Name() != after.Name() {
		return lint.EffectGraph, false, ""
	}
	_, pinned := before.(reference.Digested)
	_, pins := after.(reference.Digested)
	old, now := r.digestOf(before), r.digestOf(after)
	switch {
	case old == "" || now == "":
		return lint.EffectGraph, false, " (no registry confirmed in this run that both are the same image)"
	case pinned && pins && old != now && r.isRefresh(before, after, now):
		return lint.EffectRepin, true, ""
	case old != now:
		return lint.EffectGraph, false, fmt.Sprintf(" (the registry said in this run that they are %s and %s)", old, now)
	case !pinned && pins && tagOf(before) == tagOf(after):
		return lint.EffectSource, false, ""
	}
	return lint.EffectRepin, false, ""
}

// tagOf is the tag of a reference, also that which is meant by none.
func tagOf(n reference.Named) string {
	if tagged, ok := n.(reference.Tagged); ok {
		return tagged.Tag()
	}
	if _, pinned := n.(reference.Digested); pinned {
		return ""
	}
	return "latest"
}
