package acceptance

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"

	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// plainBase answers for every image with a config that sets nothing but PATH.
type plainBase struct{}

func (plainBase) ResolveImageConfig(_ context.Context, ref string, _ sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	return ref, "", []byte(`{"architecture":"amd64","os":"linux","config":{"Env":["PATH=/bin"]},"rootfs":{"type":"layers","diff_ids":["sha256:1111111111111111111111111111111111111111111111111111111111111111"]}}`), nil
}

// compared are BuildKit's checks that need no registry and no build context.
var compared = []string{
	"StageNameCasing", "FromAsCasing", "NoEmptyContinuation", "ConsistentInstructionCasing", "DuplicateStageName", "ReservedStageName",
	"JSONArgsRecommended", "MaintainerDeprecated", "UndefinedArgInFrom", "WorkdirRelativePath", "UndefinedVar", "MultipleInstructionsDisallowed",
	"LegacyKeyValueFormat", "RedundantTargetPlatform", "SecretsUsedInArgOrEnv", "InvalidDefaultArgInFrom", "FromPlatformFlagConstDisallowed",
	"ExposeProtoCasing", "ExposeInvalidFormat",
}

// theirs lists BuildKit's findings as "check instruction"; ok is false for a file
// that its linter does not finish.
func theirs(ctx context.Context, src []byte, doc *dockerfile.Document) (found map[string]bool, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	found = map[string]bool{}
	caps := pb.Caps.CapSet(pb.Caps.All())
	_, err := dockerfile2llb.Dockerfile2LLB(ctx, src, dockerfile2llb.ConvertOpt{
		MetaResolver: plainBase{}, LLBCaps: &caps, AllStages: true, SourceMap: llb.NewSourceMap(nil, "Dockerfile", "", src),
		Warn: func(check, _, _, _ string, location []parser.Range) {
			if len(location) > 0 && slices.Contains(compared, check) {
				line := location[0].Start.Line
				if check == "NoEmptyContinuation" {
					line = location[len(location)-1].Start.Line
				}
				found[fmt.Sprintf("%s %d", check, instructionAt(doc, line))] = true
			}
		},
	})
	return found, err == nil
}

// instructionAt is the index of the instruction that a 1-based line belongs to.
func instructionAt(doc *dockerfile.Document, line int) int {
	if line < 1 || line > len(doc.Physical) {
		return -1
	}
	return doc.Physical[line-1].Instruction
}

// TestBuildKitParity compares with BuildKit's own linter, finding by finding.
// Differences are printed for people to argue about, not failed.
func TestBuildKitParity(t *testing.T) {
	if os.Getenv("DOCKMEND_CORPUS") == "" {
		t.Skip("DOCKMEND_CORPUS is not set: BuildKit's linter was not compared with")
	}
	c := load(t)
	catalog := rules.All()
	result := c.lintWith(t, catalog, func(string) engine.Policy { return policyOfAll{} })
	ours := map[string]map[string]bool{}
	docs := map[string]*dockerfile.Document{}
	for i, name := range c.names {
		ours[name] = map[string]bool{}
		docs[name] = dockerfile.Parse(c.files[i])
	}
	for _, d := range result.Diagnostics {
		if d.Suppressed != nil {
			continue
		}
		at := instructionAt(docs[d.Source.Path], d.Start().Line)
		for _, alias := range d.Aliases() {
			if slices.Contains(compared, alias) {
				ours[d.Source.Path][fmt.Sprintf("%s %d", alias, at)] = true
			}
		}
	}
	both, files := map[string]int{}, 0
	onlyOurs, onlyTheirs := map[string][]string{}, map[string][]string{}
	for i, name := range c.names {
		other, ok := theirs(t.Context(), c.files[i], docs[name])
		if !ok {
			continue
		}
		files++
		for key := range other {
			check, _, _ := strings.Cut(key, " ")
			if ours[name][key] {
				both[check]++
			} else {
				onlyTheirs[check] = append(onlyTheirs[check], name+" "+key)
			}
		}
		for key := range ours[name] {
			if check, _, _ := strings.Cut(key, " "); !other[key] {
				onlyOurs[check] = append(onlyOurs[check], name+" "+key)
			}
		}
	}
	t.Logf("%d of %d files are finished by BuildKit's linter", files, len(c.names))
	for _, check := range compared {
		t.Logf("%-32s both %5d, only ours %4d, only BuildKit's %4d", check, both[check], len(onlyOurs[check]), len(onlyTheirs[check]))
		for _, list := range []struct {
			who   string
			names []string
		}{{"ours", onlyOurs[check]}, {"BuildKit's", onlyTheirs[check]}} {
			slices.Sort(list.names)
			for _, name := range list.names[:min(len(list.names), 4)] {
				t.Logf("    only %s: %s", list.who, name)
			}
		}
	}
}

// policyOfAll runs every rule.
type policyOfAll struct{}

func (policyOfAll) Enabled(*lint.Meta) bool { return true }
func (policyOfAll) Severity(*lint.Meta, string) (lint.Severity, bool) {
	return lint.SeverityUnset, true
}
func (policyOfAll) Options(m *lint.Meta) lint.Options { return lint.NewOptions(m.Options, nil) }
func (policyOfAll) Hadolint(*lint.Meta) bool          { return false }
