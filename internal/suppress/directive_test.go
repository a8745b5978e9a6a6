package suppress

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dockmend/dockmend/internal/text"
)

// describe is how directives read in a test: "kind reach [names] reason".
func describe(directives []directive) string {
	var all []string
	for _, d := range directives {
		var names []string
		for _, n := range d.names {
			names = append(names, n.text)
		}
		reach := [...]string{"next", "stage", "file", "none"}[d.reach]
		all = append(all, strings.TrimSpace(fmt.Sprintf("%s %s %q %s", d.kind, reach, names, d.reason)))
	}
	return strings.Join(all, "; ")
}

func TestDirective(t *testing.T) {
	tests := []struct{ comment, want string }{
		{"# a comment", ""},
		{"#", ""},
		{"# dockmend", ""},

		{"# dockmend ignore=DL3006", `dockmend next ["DL3006"]`},
		{"#dockmend ignore = DL3006 ,\tlatest-tag -- a reason, with a comma", `dockmend next ["DL3006" "latest-tag"] a reason, with a comma`},
		{"# dockmend: ignore=all # why", `dockmend next ["all"] why`},
		{"# dockmend ignore=DL3006 because", `dockmend next ["DL3006"] because`},
		{"# dockmend ignore-file=kics:missing_user,tally/no-x,", `dockmend file ["kics:missing_user" "tally/no-x"]`},
		{"# dockmend ignore=, ,a", `dockmend next ["a"]`},
		{"# dockmend ignore= -- no rule", `dockmend next [] no rule`},
		{"# dockmend ignore=a\x00b", `dockmend next ["a\x00b"]`},
		{"# dockmend ignroe=a", `dockmend none ["a"]`},
		{"# dockmend ignores nothing here", ""},
		{"# dockmends ignore=a", ""},
		{"# see dockmend ignore=a", ""},

		{"# hadolint ignore=DL3006,SC2086", `hadolint next ["DL3006" "SC2086"]`},
		{"#\thadolint  ignore\t= DL3006 , SC2086  # why", `hadolint next ["DL3006" "SC2086"] why`},
		{"# hadolint global ignore=DL3006", `hadolint file ["DL3006"]`},
		{"# hadolint stage ignore=DL3006", `hadolint stage ["DL3006"]`},
		{"# hadolint ignore=DL3006 why", `near none [] # hadolint ignore=DL3006`},
		{"# hadolint ignore=DL3006,", `near none [] # hadolint ignore=DL3006`},
		{"# hadolint ignore=untagged-image", ""},
		{"# hadolint globalignore=DL3006", ""},
		{"# hadolintignore=DL3006", ""},
		{"# hadolint shell=/bin/bash", ""},

		{"# check=skip=JSONArgsRecommended,StageNameCasing;error=true", `buildkit next ["JSONArgsRecommended" "StageNameCasing"]`},
		{"# Check = skip=all", `buildkit next ["buildkit:*"]`},
		{"# check=skip=StageNameCasing, JSONArgsRecommended", `buildkit next ["StageNameCasing"]`},
		{"# check=skip=security,DL3006,stagenamecasing", `buildkit next []`},
		{"# check=skip=StageNameCasing;nonsense", `buildkit next []`},
		{"# check=error=true", `buildkit next []`},
		{"# check=", ""},
		{"# checkpoint=skip=all", ""},

		{"#trivy:ignore:DS002", `trivy next ["DS002"]`},
		{"# trivy:ignore:AVD-DS-0002 trivy:ignore:DS-0026 -- by design", `trivy next ["DS002" "DS026"] by design`},
		{"# runs as root trivy:ignore:*", `trivy next ["trivy:*"]`},
		{"# trivy:ignore:DS-0002:exp:2030-01-02", `trivy next ["DS002"]`},
		{"# trivy:ignore:DS-0002:exp:2020-01-02", ""},
		{"# trivy:ignore:DS-0002:exp:soon", ""},
		{"# trivy:ignore:AVD-AWS-0001 trivy:ignore:all", ""},
		{"# trivy:ignore:", ""},

		{"# checkov:skip=CKV_DOCKER_2: no health check", `checkov file ["CKV_DOCKER_2"] no health check`},
		{"# see checkov:skip= CKV_DOCKER_2,CKV2_DOCKER_1", `checkov file ["CKV_DOCKER_2" "CKV2_DOCKER_1"]`},
		{"# bridgecrew:skip=CKV_DOCKER_2", `checkov file ["CKV_DOCKER_2"]`},
		{"# checkov:skip=all", ""},
		{"# other:skip=CKV_DOCKER_2", ""},

		{"# kics-scan ignore-line", `kics next ["kics:*"]`},
		{"# KICS-scan ignore-block - a reason", `kics stage ["kics:*"]`},
		{"# kics-scan ignore", `kics file ["kics:*"]`},
		{"# kics-scan disable=0afa6ab8-a047-48cf-be07-93a2f8c34cf7", ""},
		{"# kics-scan do not ignore", ""},

		{"# hadolint ignore=DL3002 # trivy:ignore:DS002", `hadolint next ["DL3002"] trivy:ignore:DS002; trivy next ["DS002"]`},
	}
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	for _, tt := range tests {
		src := "FROM a\n" + tt.comment + "\nRUN b\n"
		at := text.Span{Start: 7, End: 7 + len(tt.comment)}
		if got := describe(appendDirectives(nil, src, at, now)); got != tt.want {
			t.Errorf("%q:\n got %s\nwant %s", tt.comment, got, tt.want)
		}
	}
}

func TestTrivyDateNeedsAClock(t *testing.T) {
	const comment = "# trivy:ignore:DS002:exp:2020-01-02"
	if got := describe(appendDirectives(nil, comment, text.Span{End: len(comment)}, time.Time{})); got == "" {
		t.Error("without a clock no date is past")
	}
}

func FuzzDirective(f *testing.F) {
	for _, s := range []string{
		"# dockmend ignore=DL3006,untagged-image -- why", "# dockmend: ignore-file = all", "# dockmend ignroe=x",
		"# hadolint global ignore=DL3006 # x", "# hadolint shell=/bin/bash", "# check=skip=all;error=true;experimental=a,b",
		"#trivy:ignore:AVD-DS-0002:exp:2026-01-01 trivy:ignore:*", "# checkov:skip=CKV_DOCKER_2,CKV_DOCKER_3:why",
		"# kics-scan ignore-line", "##//;kics-scan ignore", "# dockmend ignore=" + strings.Repeat("a,", 50), "# dockmend ignore=\x00\xff\r,\v",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, comment string) {
		comment = "#" + comment
		src := "x\n" + comment + "\ny"
		at := text.Span{Start: 2, End: 2 + len(comment)}
		for _, d := range appendDirectives(nil, src, at, time.Time{}) {
			if d.kind == "" || d.span != at {
				t.Errorf("directive %+v has no kind or another span than %v", d, at)
			}
			last := at.Start
			for _, n := range d.names {
				if n.text == "" {
					t.Errorf("%q: empty name", comment)
				}
				if d.kind != kindDockmend {
					continue
				}
				if n.span.Start <= last || n.span.End > at.End || src[n.span.Start:n.span.End] != n.text {
					t.Errorf("%q: name %q has the span %v", comment, n.text, n.span)
				}
				last = n.span.End
			}
		}
	})
}
