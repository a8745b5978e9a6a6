package suppress

import (
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/google/go-cmp/cmp"
)

func TestSuppress(t *testing.T) {
	tests := []struct {
		name string
		src  string
		opts Options
		// find has findings as diagnose reads them, want what silences each.
		find, want []string
	}{
		{
			name: "only the instruction below",
			src:  "# dockmend ignore=untagged-image -- a test\nFROM a AS x\nRUN b\nFROM c\n",
			find: []string{"untagged-image@a AS", "latest-tag@a AS", "untagged-image@c\n", "untagged-image@RUN"},
			want: []string{"dockmend 1 a test", "-", "-", "-"},
		},
		{
			name: "by alias, in any letter case, in any spelling",
			src:  "FROM a\n# dockmend ignore=dl3006,avd-ds-0002,SC2086\nRUN b\n",
			find: []string{"untagged-image@RUN", "final-user-root@RUN", "shellcheck-finding/SC2086@b\n", "shellcheck-finding/SC2046@b\n"},
			want: []string{"dockmend 2", "dockmend 2", "dockmend 2", "-"},
		},
		{
			name: "by category and all",
			src:  "# dockmend ignore=security\nFROM a\n# dockmend ignore=all\nRUN b\n",
			find: []string{"final-user-root@FROM", "untagged-image@FROM", "untagged-image@RUN"},
			want: []string{"dockmend 1", "-", "dockmend 3"},
		},
		{
			name: "any comment of the block",
			src:  "FROM a\n# dockmend ignore=DL3006\n#\n# hadolint ignore=DL3007\n  # words\nRUN b\n",
			find: []string{"untagged-image@RUN", "latest-tag@RUN"},
			want: []string{"dockmend 2", "hadolint 4"},
		},
		{
			name: "a blank line ends the block",
			src:  "FROM a\n# dockmend ignore=DL3006\n# hadolint ignore=DL3007\n# trivy:ignore:DS002\n\nRUN b\n",
			find: []string{"untagged-image@RUN", "latest-tag@RUN", "final-user-root@RUN"},
			want: []string{"-", "-", "-"},
		},
		{
			name: "carriage returns and a byte order mark",
			src:  "\xEF\xBB\xBF# dockmend ignore=DL3006 -- why\r\nFROM a\r\n",
			find: []string{"untagged-image@a\r", "untagged-image@"},
			want: []string{"dockmend 1 why", "dockmend 1 why"},
		},
		{
			name: "inside of a continued instruction ours counts for all of it",
			src:  "FROM a\nRUN b \\\n  # dockmend ignore=DL3006\n  # hadolint ignore=DL3007\n && c\nRUN d\n",
			find: []string{"untagged-image@RUN b", "untagged-image@c\n", "untagged-image@RUN d", "latest-tag@c\n"},
			want: []string{"dockmend 3", "dockmend 3", "-", "-"},
		},
		{
			name: "a heredoc's lines are data",
			src:  "FROM a\nRUN <<E\n# dockmend ignore=DL3006\n# checkov:skip=CKV_DOCKER_7\nE\nRUN d\n",
			find: []string{"untagged-image@RUN <<E", "untagged-image@RUN d"},
			want: []string{"-", "-"},
		},
		{
			name: "findings about the file",
			src:  "# syntax=x\n\n# dockmend ignore=DL3006\nFROM a\nRUN b\n",
			find: []string{"untagged-image@# syntax", "untagged-image@", "latest-tag@"},
			want: []string{"dockmend 3", "dockmend 3", "-"},
		},
		{
			name: "a finding in the comments above belongs to the instruction",
			src:  "FROM a\n# dockmend ignore=DL3006\n# x\nRUN b\n# y\n\nRUN c\n",
			find: []string{"untagged-image@# x", "untagged-image@# y"},
			want: []string{"dockmend 2", "-"},
		},
		{
			name: "the whole file",
			src:  "# dockmend ignore-file=DL3006 -- why\n# hadolint shell=sh\n\nFROM a\nRUN b\n# hadolint global ignore=DL3007\n",
			find: []string{"untagged-image@RUN", "latest-tag@FROM", "final-user-root@FROM"},
			want: []string{"dockmend 1 why", "hadolint 6", "-"},
		},
		{
			name: "ours for the file is late below an instruction",
			src:  "FROM a\n# dockmend ignore-file=DL3006\nRUN b\n",
			find: []string{"untagged-image@FROM", "untagged-image@RUN"},
			want: []string{"-", "-"},
		},
		{
			name: "hadolint's pragmas switched off",
			src:  "# hadolint global ignore=DL3007\n# hadolint ignore=DL3006\n# dockmend ignore=DL3002\nFROM a\n",
			opts: Options{DisableHadolint: true},
			find: []string{"latest-tag@FROM", "untagged-image@FROM", "final-user-root@FROM"},
			want: []string{"-", "-", "dockmend 3"},
		},
		{
			name: "hadolint's stage",
			src:  "# hadolint stage ignore=DL3006\nFROM a\nRUN b\nFROM c\n# hadolint stage ignore=DL3006\nRUN d\n",
			find: []string{"untagged-image@FROM a", "untagged-image@RUN b", "untagged-image@FROM c", "untagged-image@RUN d"},
			want: []string{"hadolint 1", "hadolint 1", "-", "-"},
		},
		{
			name: "BuildKit's name covers its variants only",
			src:  "# check=skip=JSONArgsRecommended\nFROM a\nHEALTHCHECK x\nCMD y\n",
			find: []string{"shell-form-command/healthcheck@HEALTH", "shell-form-command/cmd@CMD"},
			want: []string{"-", "buildkit 1"},
		},
		{
			name: "BuildKit's all is all of BuildKit",
			src:  "# check=skip=all\nFROM a AS B\nCMD y\n",
			find: []string{"stage-name-not-lowercase@B\n", "untagged-image@a AS", "shell-form-command/cmd@CMD"},
			want: []string{"buildkit 1", "-", "buildkit 1"},
		},
		{
			name: "BuildKit reads the first comment, over blank lines",
			src:  "FROM a\n# check=skip=JSONArgsRecommended\n\n# check=skip=StageNameCasing\nCMD y\n# check=skip=JSONArgsRecommended\n#\nCMD z\n",
			find: []string{"shell-form-command/cmd@CMD y", "stage-name-not-lowercase@CMD y", "shell-form-command/cmd@CMD z"},
			want: []string{"buildkit 2", "-", "-"},
		},
		{
			name: "trivy, each id and all of trivy",
			src:  "# trivy:ignore:AVD-DS-0001\n# trivy:ignore:DS-0002 -- by design\nFROM a\n# trivy:ignore:*\nRUN b\n",
			find: []string{"untagged-image@FROM", "final-user-root@FROM", "final-user-root@RUN", "shell-form-command@RUN"},
			want: []string{"trivy 1", "trivy 2 by design", "trivy 4", "-"},
		},
		{
			name: "checkov counts for the file, wherever it stands",
			src:  "FROM a\nRUN b \\\n  # checkov:skip=CKV_DOCKER_7: why\n  c\n",
			find: []string{"untagged-image@FROM", "latest-tag@RUN", "final-user-root@RUN"},
			want: []string{"checkov 3 why", "checkov 3 why", "-"},
		},
		{
			name: "KICS",
			src:  "# kics-scan ignore-block\nFROM a\nUSER b\nFROM c\n# kics-scan ignore-line\n\nUSER d\n# kics-scan ignore\nUSER e\n",
			find: []string{"final-user-root@USER b", "untagged-image@FROM a", "final-user-root@USER d", "final-user-root@USER e"},
			want: []string{"kics 1", "-", "kics 5", "-"},
		},
		{
			name: "KICS for the file",
			src:  "# kics-scan ignore\nFROM a\nUSER b\n",
			find: []string{"final-user-root@USER", "untagged-image@USER"},
			want: []string{"kics 1", "-"},
		},
		{
			name: "the narrowest directive wins",
			src:  "# dockmend ignore-file=all\n# hadolint stage ignore=DL3006\nFROM a\n# dockmend ignore=reproducibility\nRUN b\nRUN c\n",
			find: []string{"untagged-image@RUN b", "untagged-image@RUN c", "latest-tag@RUN c"},
			want: []string{"dockmend 4", "hadolint 2", "dockmend 1"},
		},
		{
			name: "no instruction at all",
			src:  "# dockmend ignore-file=DL3006\n# dockmend ignore=DL3007\n",
			find: []string{"untagged-image@", "latest-tag@"},
			want: []string{"dockmend 1", "-"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _ := apply(t, tt.src, tt.opts, tt.find, all)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("suppressions of %q (-want +got):\n%s", tt.find, diff)
			}
		})
	}
}

// TestForeignWordsAreNotOurs: "all" and the categories mean something in our
// dialect only.
func TestForeignWordsAreNotOurs(t *testing.T) {
	for _, comment := range []string{
		"# check=skip=all,reproducibility", "# check=skip=DL3006", "# trivy:ignore:all", "# trivy:ignore:untagged-image",
		"# checkov:skip=all", "# checkov:skip=reproducibility", "# kics-scan ignore-line",
	} {
		got, extras := apply(t, comment+"\nFROM a\n", Options{}, []string{"untagged-image@FROM"}, all)
		if got[0] != "-" || len(extras) > 0 {
			t.Errorf("%s: finding is %s, extra findings %v", comment, got[0], extras)
		}
	}
}

func TestNoDirectiveCostsNothing(t *testing.T) {
	doc := dockerfile.Parse([]byte(strings.Repeat("# some words\n# check the cache\nFROM a\nRUN b \\\n # how\n c\n\n", 100)))
	if d := Parse(doc, Options{}); !d.Empty() {
		t.Fatalf("found %d directives", len(d.items))
	}
	if n := testing.AllocsPerRun(10, func() { Parse(doc, Options{}) }); n > 0 {
		t.Errorf("%v allocations for a file without directives", n)
	}
}

func BenchmarkParseNoDirective(b *testing.B) {
	doc := dockerfile.Parse([]byte(strings.Repeat("# some words\n# check the cache\nFROM a\nRUN b \\\n # how\n c\n\n", 100)))
	b.ReportAllocs()
	for b.Loop() {
		Parse(doc, Options{})
	}
}
