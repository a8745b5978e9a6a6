package github

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
	"github.com/dockmend/dockmend/internal/review"
)

const debian = "index.docker.io/library/debian:12"

func TestStateLives(t *testing.T) {
	ctx := context.Background()
	r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
	if _, err := r.client().LoadState(ctx); !errors.Is(err, review.ErrNoState) {
		t.Fatalf("without a branch: %v", err)
	}
	must := func(change func(*review.State)) {
		t.Helper()
		if err := r.client().SaveState(ctx, change); err != nil {
			t.Fatal(err)
		}
	}
	must(see(debian, digestOf("a"), 1))
	first := r.Tip(review.StateBranch)
	if len(r.Parents(first)) != 0 || len(r.Read(review.StateBranch)) != 1 {
		t.Errorf("the branch has parents %v and files %v", r.Parents(first), r.Read(review.StateBranch))
	}
	must(see(debian, digestOf("a"), 9)) // seen again: nothing new
	if r.Tip(review.StateBranch) != first {
		t.Error("a commit for nothing")
	}
	must(see(debian, digestOf("b"), 10))
	s, err := r.client().LoadState(ctx)
	if err != nil || !s.Tags[debian].Since.Equal(stateAt(10)) || s.Tags[debian].Digest != digestOf("b") {
		t.Errorf("%+v, %v", s, err)
	}
	must(func(s *review.State) {
		s.Remember("dockmend", review.AuditState{At: stateAt(11), Commit: strings.Repeat("c", 40), Findings: []review.AuditFinding{{Fingerprint: "dockmend/v1:" + strings.Repeat("0", 32), Rule: "latest-tag", File: "Dockerfile"}}})
	})
	must(see("ghcr.io/a/b:1", digestOf("c"), 300)) // half a year later
	s, err = r.client().LoadState(ctx)
	if err != nil || len(s.Tags) != 1 || len(s.Audits["dockmend"].Findings) != 1 {
		t.Errorf("%+v, %v", s, err)
	}

	r.hub.Grants = map[string]string{"contents": "read"}
	if err := r.client().SaveState(ctx, see(debian, digestOf("d"), 301)); err == nil || !strings.Contains(err.Error(), "contents: write") {
		t.Errorf("a token that can only read: %v", err)
	}
}

// Two runs at once: what both saw is there in the end.
func TestStateTwoAtOnce(t *testing.T) {
	for _, there := range []bool{false, true} {
		t.Run(fmt.Sprint("branch there ", there), func(t *testing.T) {
			ctx := context.Background()
			r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
			if there {
				if err := r.client().SaveState(ctx, see("a:1", digestOf("a"), 1)); err != nil {
					t.Fatal(err)
				}
			}
			done := false
			r.Before = func(call string) {
				if call == "POST /git/commits" && !done {
					done = true
					if err := r.client().SaveState(ctx, see("b:1", digestOf("b"), 1)); err != nil {
						t.Error(err)
					}
				}
			}
			if err := r.client().SaveState(ctx, see("c:1", digestOf("c"), 1)); err != nil {
				t.Fatal(err)
			}
			s, err := r.client().LoadState(ctx)
			got := slices.Sorted(maps.Keys(s.Tags))
			if err != nil || !slices.Contains(got, "b:1") || !slices.Contains(got, "c:1") {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
}

func TestStateFaults(t *testing.T) {
	for _, call := range []string{"GET /git/ref/", "GET /contents/", "POST /git/trees", "POST /git/commits", "POST /git/refs", "PATCH /git/refs"} {
		for _, kind := range []fakehub.Fault{
			{Kind: fakehub.Refused, Status: 500}, {Kind: fakehub.Lost}, {Kind: fakehub.Cut}, {Kind: fakehub.Refused, Status: 403}, {Kind: fakehub.HangsLate},
		} {
			fault := kind
			fault.Call, fault.Times = call, 1
			t.Run(fault.String(), func(t *testing.T) {
				t.Parallel()
				ctx := context.Background()
				r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
				r.timeout = 500 * time.Millisecond
				r.hub.Faults = []*fakehub.Fault{&fault}
				for day := range 3 {
					_ = r.client().SaveState(ctx, see(fmt.Sprint("x:", day), digestOf("a"), day+1)) // some may fail
				}
				r.hub.Faults = nil
				r.timeout = 5 * time.Second
				for day := range 3 {
					if err := r.client().SaveState(ctx, see(fmt.Sprint("x:", day), digestOf("a"), day+1)); err != nil {
						t.Fatal(err)
					}
				}
				if s, err := r.client().LoadState(ctx); err != nil || len(s.Tags) != 3 {
					t.Errorf("%+v, %v", s, err)
				}
			})
		}
	}
}

// A state that somebody broke is written anew, and costs no run.
func TestStateHealsItself(t *testing.T) {
	ctx := context.Background()
	r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
	r.Commit(review.StateBranch, "ann", map[string]string{review.StateFile: "my notes\n"})
	if _, err := r.client().LoadState(ctx); !errors.Is(err, review.ErrBadState) {
		t.Errorf("%v", err)
	}
	if err := r.client().SaveState(ctx, see(debian, digestOf("a"), 1)); err != nil {
		t.Fatal(err)
	}
	if s, err := r.client().LoadState(ctx); err != nil || len(s.Tags) != 1 {
		t.Errorf("%+v, %v", s, err)
	}
}

func digestOf(c string) string { return "sha256:" + strings.Repeat(c, 64) }

func stateAt(day int) time.Time { return time.Date(2026, time.May, day, 0, 0, 0, 0, time.UTC) }

func see(tag, digest string, day int) func(*review.State) {
	return func(s *review.State) {
		s.See(map[string]review.SeenTag{tag: {Digest: digest, Since: stateAt(day), Used: stateAt(day)}}, stateAt(day))
	}
}
