package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dockmend/dockmend/internal/github/fakehub"
)

const debian = "index.docker.io/library/debian:12"

func digestOf(c string) string { return "sha256:" + strings.Repeat(c, 64) }

func stateAt(day int) time.Time { return time.Date(2026, time.May, day, 0, 0, 0, 0, time.UTC) }

func see(tag, digest string, day int) func(*State) {
	return func(s *State) {
		s.See(map[string]SeenTag{tag: {Digest: digest, Since: stateAt(day), Used: stateAt(day)}}, stateAt(day))
	}
}

func TestStateLives(t *testing.T) {
	ctx := context.Background()
	r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
	if _, err := r.client().LoadState(ctx); !errors.Is(err, ErrNoState) {
		t.Fatalf("without a branch: %v", err)
	}
	must := func(change func(*State)) {
		t.Helper()
		if err := r.client().SaveState(ctx, change); err != nil {
			t.Fatal(err)
		}
	}
	must(see(debian, digestOf("a"), 1))
	first := r.Tip(StateBranch)
	if len(r.Parents(first)) != 0 || len(r.Read(StateBranch)) != 1 {
		t.Errorf("the branch has parents %v and files %v", r.Parents(first), r.Read(StateBranch))
	}
	must(see(debian, digestOf("a"), 9)) // seen again: nothing new
	if r.Tip(StateBranch) != first {
		t.Error("a commit for nothing")
	}
	must(see(debian, digestOf("b"), 10))
	s, err := r.client().LoadState(ctx)
	if err != nil || !s.Tags[debian].Since.Equal(stateAt(10)) || s.Tags[debian].Digest != digestOf("b") {
		t.Errorf("%+v, %v", s, err)
	}
	must(func(s *State) {
		s.Remember("dockmend", AuditState{At: stateAt(11), Commit: strings.Repeat("c", 40), Findings: []AuditFinding{{"dockmend/v1:" + strings.Repeat("0", 32), "latest-tag", "Dockerfile"}}})
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

func TestStateIsNotBelieved(t *testing.T) {
	commit, known := strings.Repeat("c", 40), "dockmend/v1:"+strings.Repeat("0", 32)
	for name, src := range map[string]string{
		"empty": "", "no JSON": "{", "another version": `{"version": 2}`, "a list": `[]`, "wrong types": `{"version": 1, "tags": "x"}`,
		"a bad time": `{"version": 1, "tags": {"a:1": {"digest": "` + digestOf("a") + `", "since": "yesterday"}}}`,
		"huge":       `{"version": 1}` + strings.Repeat(" ", maxState), "deep": strings.Repeat("[", 20_000),
	} {
		if s, err := ParseState([]byte(src)); err == nil || len(s.Tags) != 0 {
			t.Errorf("%s: taken for %+v", name, s)
		}
	}
	s, err := ParseState([]byte(`{"version": 1, "tags": {"a:1": {"digest": "` + digestOf("a") + `"}, "b:1": {"digest": "sha256:x"}, "<img>": {"digest": "` + digestOf("a") + `"}},
		"audits": {"x": {"commit": "no"}, "y": {"commit": "` + commit + `", "findings": [
			{"fingerprint": "` + known + `", "rule": "latest-tag", "file": "Dockerfile"}, {"fingerprint": "x", "rule": "latest-tag", "file": "a"},
			{"fingerprint": "` + known + `", "rule": "](x) @a", "file": "a"}, {"fingerprint": "` + known + `", "rule": "latest-tag", "file": ""}]}}}`))
	if err != nil || len(s.Tags) != 1 || len(s.Audits) != 1 || len(s.Audits["y"].Findings) != 1 {
		t.Errorf("%+v, %v", s, err)
	}

	many := &State{Version: 1}
	for i := range 5_000 {
		see(fmt.Sprint("registry.example/", i, ":1"), digestOf("a"), 1+i%28)(many)
	}
	for i := range 50 {
		audit := AuditState{At: stateAt(1 + i), Commit: commit}
		for range 4_000 {
			audit.Findings = append(audit.Findings, AuditFinding{known, "latest-tag", strings.Repeat("long/", 40)})
		}
		many.Remember(fmt.Sprint(i), audit)
	}
	src, err := many.write()
	if err != nil || len(src) > maxState || !json.Valid(src) {
		t.Fatalf("%d bytes, %v", len(src), err)
	}
	again, err := ParseState(src)
	if err != nil || len(again.Tags) != maxTags {
		t.Errorf("%d tags, %v", len(again.Tags), err)
	}
	for _, audit := range again.Audits {
		if !audit.Cut {
			t.Error("an audit does not say that it is cut")
		}
	}
}

func FuzzState(f *testing.F) {
	f.Add(`{"version": 1, "tags": {"a:1": {"digest": "` + digestOf("a") + `", "since": "2026-05-01T00:00:00Z"}}, "audits": {"x": null}}`)
	f.Add(`{"version": 1, "audits": {"x": {"commit": "` + strings.Repeat("c", 40) + `", "findings": [null]}}}`)
	f.Fuzz(func(t *testing.T, src string) {
		s, err := ParseState([]byte(src))
		if err != nil {
			return
		}
		once, err := s.write()
		if err != nil {
			return // a time that JSON does not take
		}
		again, err := ParseState(once)
		if err != nil {
			t.Fatalf("what was written is not read: %v", err)
		}
		if twice, err := again.write(); err != nil || string(once) != string(twice) {
			t.Errorf("%v\n%s\n%s", err, once, twice)
		}
	})
}

// A state that somebody broke is written anew, and costs no run.
func TestStateHealsItself(t *testing.T) {
	ctx := context.Background()
	r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
	r.Commit(StateBranch, "ann", map[string]string{stateFile: "my notes\n"})
	if _, err := r.client().LoadState(ctx); !errors.Is(err, errBadState) {
		t.Errorf("%v", err)
	}
	if err := r.client().SaveState(ctx, see(debian, digestOf("a"), 1)); err != nil {
		t.Fatal(err)
	}
	if s, err := r.client().LoadState(ctx); err != nil || len(s.Tags) != 1 {
		t.Errorf("%+v, %v", s, err)
	}
}
