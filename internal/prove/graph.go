package prove

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"
	"google.golang.org/protobuf/proto"
)

// build is a compiled build in a form that can be compared.
type build struct {
	// root is nil for a build without any step (FROM scratch alone).
	root *step
	// steps in the order of the graph, inputs first.
	steps []*step
	// config is the image config, without what every build writes anew.
	config map[string]json.RawMessage
}

// step is an operation with its inputs.
type step struct {
	op     *pb.Op
	inputs []input
	// own is the hash of the operation without its inputs; whole is that of the
	// operation with all that leads to it.
	own, whole [sha256.Size]byte
}

type input struct {
	step  *step
	index int64
}

// newBuild reads a definition. Its last entry is not an operation but points to
// the result.
func newBuild(definition *pb.Definition, config []byte) (*build, error) {
	b := &build{}
	if err := json.Unmarshal(config, &b.config); err != nil {
		return nil, err
	}
	for _, key := range []string{"created", "history", "rootfs", "moby.buildkit.buildinfo.v1"} {
		delete(b.config, key)
	}
	byDigest := make(map[string]*step, len(definition.Def))
	for _, raw := range definition.Def {
		op := &pb.Op{}
		if err := op.UnmarshalVT(raw); err != nil {
			return nil, err
		}
		s := &step{op: op}
		for _, in := range op.Inputs {
			from := byDigest[in.Digest]
			if from == nil {
				return nil, errors.New("BuildKit's graph is not in order")
			}
			s.inputs = append(s.inputs, input{from, in.Index})
		}
		if op.Op == nil {
			if len(s.inputs) > 0 {
				b.root = s.inputs[0].step
			}
			continue
		}
		if err := s.hash(); err != nil {
			return nil, err
		}
		byDigest[string(digest.FromBytes(raw))] = s
		b.steps = append(b.steps, s)
	}
	return b, nil
}

// hash computes own and whole. Maps are written in a fixed order: MarshalVT
// would take any (measured with BuildKit 0.34.2).
func (s *step) hash() error {
	var err error
	if s.own, err = ownHash(s.op); err != nil {
		return err
	}
	h := sha256.New()
	h.Write(s.own[:])
	for _, in := range s.inputs {
		_, _ = fmt.Fprintf(h, "\x00%d\x00", in.index)
		h.Write(in.step.whole[:])
	}
	h.Sum(s.whole[:0])
	return nil
}

func ownHash(op *pb.Op) ([sha256.Size]byte, error) {
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(canonical(op))
	return sha256.Sum256(raw), err
}

// canonical is the operation without its inputs and without what differs from
// one compilation to the next, or follows from other steps.
func canonical(op *pb.Op) *pb.Op {
	plain := &pb.Op{Op: op.Op, Platform: op.Platform, Constraints: op.Constraints}
	source := op.GetSource()
	if source == nil || !strings.HasPrefix(source.Identifier, "local://") {
		return plain
	}
	attrs := maps.Clone(source.Attrs)
	for _, key := range []string{pb.AttrLocalUniqueID, pb.AttrFollowPaths, pb.AttrSharedKeyHint, pb.AttrLocalSessionID} {
		delete(attrs, key)
	}
	plain.Op = &pb.Op_Source{Source: &pb.SourceOp{Identifier: source.Identifier, Attrs: attrs}}
	return plain
}

func (b *build) equalSteps(o *build) bool {
	if b.root == nil || o.root == nil {
		return b.root == o.root
	}
	return b.root.whole == o.root.whole
}

// changedFields lists what differs in the image config: "Cmd: [a] -> [b]".
func (b *build) changedFields(o *build) []string {
	return changedKeys(flatten(b.config), flatten(o.config))
}

// flatten lifts the fields of "config" to the top.
func flatten(config map[string]json.RawMessage) map[string]json.RawMessage {
	out := maps.Clone(config)
	inner := map[string]json.RawMessage{}
	if json.Unmarshal(config["config"], &inner) == nil {
		delete(out, "config")
		maps.Copy(out, inner)
	}
	return out
}

func changedKeys(before, after map[string]json.RawMessage) []string {
	keys := slices.Collect(maps.Keys(before))
	for k := range after {
		if _, ok := before[k]; !ok {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	var changed []string
	for _, k := range keys {
		if !bytes.Equal(before[k], after[k]) {
			changed = append(changed, fmt.Sprintf("%s: %s -> %s", k, shown(before[k]), shown(after[k])))
		}
	}
	return changed
}

// shown writes a value of the config for people.
func shown(raw json.RawMessage) string {
	if len(raw) == 0 {
		return "(unset)"
	}
	return bounded(string(raw))
}

// bounded cuts a text that stands in a detail.
func bounded(s string) string {
	const longest = 200
	if len(s) <= longest {
		return s
	}
	return strings.ToValidUTF8(s[:longest], "") + "…"
}
