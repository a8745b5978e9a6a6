package prove

import (
	"fmt"
	"slices"
	"strings"

	"github.com/moby/buildkit/solver/pb"
	"google.golang.org/protobuf/proto"
	"mvdan.cc/sh/v3/syntax"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// difference is what an edit does in one world.
type difference struct {
	effect  lint.Effect
	details []string
	// refreshed is set where a digest gives way to another one.
	refreshed bool
	sources   []SourceChange
}

// compare classes the difference between two builds.
func compare(before, after *build, said registry) difference {
	fields := before.changedFields(after)
	if before.equalSteps(after) {
		if len(fields) == 0 {
			return difference{effect: lint.EffectNone}
		}
		return difference{effect: lint.EffectConfig, details: fields}
	}
	w := walk{seen: map[[2]*step]bool{}, said: said}
	if before.root == nil || after.root == nil || !w.pair(before.root, after.root) {
		return difference{effect: lint.EffectGraph, details: slices.Concat(changedSteps(before, after), fields)}
	}
	if len(fields) > 0 && w.effect != lint.EffectGraph && w.effect > lint.EffectConfig {
		// Both the steps and the config differ: no class has both.
		w.effect = lint.EffectGraph
	}
	return difference{w.effect, slices.Concat(w.details, fields), w.refreshed, w.sources}
}

// walk goes down two graphs of the same shape at once.
type walk struct {
	seen    map[[2]*step]bool
	effect  lint.Effect
	details []string
	said    registry
	// refreshed is set where a digest gives way to another one.
	refreshed bool
	sources   []SourceChange
}

// pair compares two steps and all that leads to them; it is false where the
// graphs have another shape.
func (w *walk) pair(a, b *step) bool {
	key := [2]*step{a, b}
	if w.seen[key] || a.whole == b.whole {
		return true
	}
	w.seen[key] = true
	if len(a.inputs) != len(b.inputs) {
		return false
	}
	for i := range a.inputs {
		if a.inputs[i].index != b.inputs[i].index || !w.pair(a.inputs[i].step, b.inputs[i].step) {
			return false
		}
	}
	if a.own == b.own {
		return true
	}
	effect, detail := w.differ(a.op, b.op)
	w.effect = max(w.effect, effect)
	w.details = append(w.details, detail)
	return true
}

// differ classes two operations at the same place in the graph.
func (w *walk) differ(a, b *pb.Op) (lint.Effect, string) {
	detail := fmt.Sprintf("%s -> %s", describe(a), describe(b))
	switch {
	case a.GetSource() != nil && b.GetSource() != nil:
		effect, refreshed, doubt := differSource(a, b, w.said)
		w.refreshed = w.refreshed || refreshed
		w.sources = append(w.sources, SourceChange{effect, detail + doubt})
		return effect, detail + doubt
	case a.GetExec() != nil && b.GetExec() != nil:
		return differExec(a, b), "RUN: " + changedRun(a.GetExec(), b.GetExec())
	}
	return lint.EffectGraph, detail
}

// differExec: the same program for the shell in another layout is EffectShell.
func differExec(a, b *pb.Op) lint.Effect {
	from, to := a.GetExec().GetMeta().GetArgs(), b.GetExec().GetMeta().GetArgs()
	n := len(from)
	if n < 3 || n != len(to) || !slices.Equal(from[:n-1], to[:n-1]) || !isPOSIXShell(from[:n-1]) {
		return lint.EffectGraph
	}
	if !sameBut(a, b, func(op *pb.Op) { op.GetExec().Meta.Args = nil }) {
		return lint.EffectGraph
	}
	before, okBefore := program(from[n-1])
	after, okAfter := program(to[n-1])
	if okBefore && okAfter && before == after {
		return lint.EffectShell
	}
	return lint.EffectGraph
}

func isPOSIXShell(words []string) bool {
	name := words[0][strings.LastIndexByte(words[0], '/')+1:]
	last := words[len(words)-1]
	return slices.Contains([]string{"sh", "bash", "ash", "dash"}, name) && strings.HasPrefix(last, "-") && strings.HasSuffix(last, "c")
}

// program is a script in a form that depends on its tree alone. ok is false for
// one that the parser does not read as a shell does: carriage returns are blanks
// to it, but a part of the word to the shell.
func program(script string) (tree string, ok bool) {
	if strings.IndexByte(script, '\r') >= 0 {
		return "", false
	}
	file, err := dockerfile.ParseShell(syntax.LangBash, script)
	if err != nil {
		return "", false
	}
	var b strings.Builder
	if err := syntax.NewPrinter(syntax.Minify(true)).Print(&b, file); err != nil {
		return "", false
	}
	return b.String(), true
}

// changedRun says what differs between two commands: their words, their mounts, where
// they run and as whom.
func changedRun(a, b *pb.ExecOp) string {
	from, to := a.GetMeta(), b.GetMeta()
	var parts []string
	if !slices.Equal(from.GetArgs(), to.GetArgs()) {
		parts = append(parts, changedWords(from.GetArgs(), to.GetArgs()))
	}
	if mounts := changedWords(mountsOf(a), mountsOf(b)); mounts != noWords {
		parts = append(parts, mounts)
	}
	if from.GetCwd() != to.GetCwd() {
		parts = append(parts, "in "+to.GetCwd()+" instead of "+from.GetCwd())
	}
	if from.GetUser() != to.GetUser() {
		parts = append(parts, "as "+orDefault(to.GetUser(), "root")+" instead of "+orDefault(from.GetUser(), "root"))
	}
	if !slices.Equal(from.GetEnv(), to.GetEnv()) {
		parts = append(parts, "with other variables")
	}
	if len(parts) == 0 {
		return "with other settings"
	}
	return strings.Join(parts, ", ")
}

// mountsOf are the mounts of a command as people write them, without the root.
func mountsOf(op *pb.ExecOp) []string {
	var mounts []string
	for _, m := range op.GetMounts() {
		if m.GetDest() != "/" {
			mounts = append(mounts, fmt.Sprintf("--mount=type=%s,target=%s", strings.ToLower(m.GetMountType().String()), m.GetDest()))
		}
	}
	return mounts
}

// noWords is what changedWords says of words that are the same.
const noWords = "other spaces"

// sameBut reports whether two operations are equal once blank took a part away.
func sameBut(a, b *pb.Op, blank func(*pb.Op)) bool {
	a, b = proto.CloneOf(canonical(a)), proto.CloneOf(canonical(b))
	blank(a)
	blank(b)
	return proto.Equal(a, b)
}

// changedWords says which words of a command line differ: "x added".
func changedWords(before, after []string) string {
	from, to := strings.Fields(strings.Join(before, " ")), strings.Fields(strings.Join(after, " "))
	for len(from) > 0 && len(to) > 0 && from[0] == to[0] {
		from, to = from[1:], to[1:]
	}
	for len(from) > 0 && len(to) > 0 && from[len(from)-1] == to[len(to)-1] {
		from, to = from[:len(from)-1], to[:len(to)-1]
	}
	removed, added := bounded(strings.Join(from, " ")), bounded(strings.Join(to, " "))
	switch {
	case removed == "" && added == "":
		return noWords
	case removed == "":
		return added + " added"
	case added == "":
		return removed + " removed"
	}
	return removed + " -> " + added
}

// changedSteps lists the steps that only one of two graphs has.
func changedSteps(before, after *build) []string {
	count := map[[32]byte]int{}
	for _, s := range before.steps {
		count[s.own]++
	}
	var added []string
	for _, s := range after.steps {
		if count[s.own] > 0 {
			count[s.own]--
			continue
		}
		added = append(added, "added "+describe(s.op))
	}
	var removed []string
	for _, s := range slices.Backward(before.steps) {
		if count[s.own] > 0 {
			count[s.own]--
			removed = append(removed, "removed "+describe(s.op))
		}
	}
	slices.Reverse(removed)
	if len(removed)+len(added) == 0 {
		return []string{"the steps depend on each other in another way"}
	}
	return append(removed, added...)
}

// describe names an operation for people.
func describe(op *pb.Op) string {
	switch {
	case op.GetExec() != nil:
		meta := op.GetExec().GetMeta()
		return bounded("RUN " + commandText(meta.GetArgs()))
	case op.GetSource() != nil:
		return bounded("source " + op.GetSource().GetIdentifier())
	case op.GetFile() != nil:
		var parts []string
		for _, action := range op.GetFile().GetActions() {
			parts = append(parts, describeFile(action))
		}
		return bounded(strings.Join(parts, ", "))
	case op.GetMerge() != nil:
		return "merge of layers"
	case op.GetDiff() != nil:
		return "difference of layers"
	}
	return "a step"
}

// commandText is a command as it is written: a script without the shell that runs it.
func commandText(args []string) string {
	if n := len(args); n > 2 && isPOSIXShell(args[:n-1]) {
		return args[n-1]
	}
	return strings.Join(args, " ")
}

func describeFile(action *pb.FileAction) string {
	switch {
	case action.GetCopy() != nil:
		c := action.GetCopy()
		return fmt.Sprintf("copy %s to %s", c.GetSrc(), c.GetDest())
	case action.GetMkfile() != nil:
		return "write " + action.GetMkfile().GetPath()
	case action.GetMkdir() != nil:
		return "make folder " + action.GetMkdir().GetPath()
	case action.GetRm() != nil:
		return "remove " + action.GetRm().GetPath()
	}
	return "a file operation"
}

func orDefault(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
