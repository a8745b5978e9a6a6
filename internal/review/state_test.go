package review

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestStateIsNotBelieved(t *testing.T) {
	commit, known := strings.Repeat("c", 40), "dockmend/v1:"+strings.Repeat("0", 32)
	for name, src := range map[string]string{
		"empty": "", "no JSON": "{", "another version": `{"version": 2}`, "a list": `[]`, "wrong types": `{"version": 1, "tags": "x"}`,
		"a bad time": `{"version": 1, "tags": {"a:1": {"digest": "` + aDigest + `", "since": "yesterday"}}}`,
		"huge":       `{"version": 1}` + strings.Repeat(" ", maxState), "deep": strings.Repeat("[", 20_000),
	} {
		if s, err := ParseState([]byte(src)); err == nil || len(s.Tags) != 0 {
			t.Errorf("%s: taken for %+v", name, s)
		}
	}
	s, err := ParseState([]byte(`{"version": 1, "tags": {"a:1": {"digest": "` + aDigest + `"}, "b:1": {"digest": "sha256:x"}, "<img>": {"digest": "` + aDigest + `"}},
		"audits": {"x": {"commit": "no"}, "y": {"commit": "` + commit + `", "findings": [
			{"fingerprint": "` + known + `", "rule": "latest-tag", "file": "Dockerfile"}, {"fingerprint": "x", "rule": "latest-tag", "file": "a"},
			{"fingerprint": "` + known + `", "rule": "](x) @a", "file": "a"}, {"fingerprint": "` + known + `", "rule": "latest-tag", "file": ""}]}}}`))
	if err != nil || len(s.Tags) != 1 || len(s.Audits) != 1 || len(s.Audits["y"].Findings) != 1 {
		t.Errorf("%+v, %v", s, err)
	}

	many := &State{Version: 1}
	for i := range 5_000 {
		day := time.Date(2026, time.May, 1+i%28, 0, 0, 0, 0, time.UTC)
		many.See(map[string]SeenTag{fmt.Sprint("registry.example/", i, ":1"): {Digest: aDigest, Since: day, Used: day}}, day)
	}
	for i := range 50 {
		audit := AuditState{At: time.Date(2026, time.May, 1+i, 0, 0, 0, 0, time.UTC), Commit: commit}
		for range 4_000 {
			audit.Findings = append(audit.Findings, AuditFinding{known, "latest-tag", strings.Repeat("long/", 40)})
		}
		many.Remember(fmt.Sprint(i), audit)
	}
	src, err := many.Write()
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
	f.Add(`{"version": 1, "tags": {"a:1": {"digest": "` + aDigest + `", "since": "2026-05-01T00:00:00Z"}}, "audits": {"x": null}}`)
	f.Add(`{"version": 1, "audits": {"x": {"commit": "` + strings.Repeat("c", 40) + `", "findings": [null]}}}`)
	f.Fuzz(func(t *testing.T, src string) {
		s, err := ParseState([]byte(src))
		if err != nil {
			return
		}
		once, err := s.Write()
		if err != nil {
			return // a time that JSON does not take
		}
		again, err := ParseState(once)
		if err != nil {
			t.Fatalf("what was written is not read: %v", err)
		}
		if twice, err := again.Write(); err != nil || string(once) != string(twice) {
			t.Errorf("%v\n%s\n%s", err, once, twice)
		}
	})
}

const aDigest = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
