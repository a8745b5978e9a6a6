package suppress

import (
	"strings"
	"testing"
	"time"

	"github.com/dockmend/dockmend/internal/fuzzseed"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/google/go-cmp/cmp"
)

func TestExtraFindings(t *testing.T) {
	tests := []struct {
		name string
		src  string
		find []string
		// off names a rule that did not run.
		off string
		// want has "rule: underlined text: message".
		want []string
		// fixed is the file after the first fix of each; empty if none has one.
		fixed string
	}{
		{
			name: "used",
			src:  "# dockmend ignore=DL3006 -- why\nFROM a\n",
			find: []string{"untagged-image@FROM"},
		},
		{
			name:  "a slip in a name",
			src:   "# dockmend ignore=untaged-image, DL3007\nFROM a\n",
			find:  []string{"latest-tag@FROM"},
			want:  []string{`unknown-ignore: untaged-image: "untaged-image" is not a rule, so nothing is ignored; write "untagged-image"`},
			fixed: "# dockmend ignore=untagged-image, DL3007\nFROM a\n",
		},
		{
			name: "a name that is near to several, or to none",
			src:  "# dockmend ignore=DL3009,something-else,\x1b[31m\nFROM a\n",
			want: []string{
				`unknown-ignore: DL3009: "DL3009" is not a rule, so nothing is ignored; run dockmend rules for the names`,
				`unknown-ignore: something-else: "something-else" is not a rule, so nothing is ignored; run dockmend rules for the names`,
				"unknown-ignore: \x1b[31m: " + `"\x1b[31m" is not a rule, so nothing is ignored; run dockmend rules for the names`,
			},
		},
		{
			name: "a slip in the directive, and no name",
			src:  "# dockmend ignroe=DL3006\n# dockmend ignore= -- why\nFROM a\n",
			want: []string{
				`unknown-ignore: ignroe: "ignroe" is not a known directive, so nothing is ignored; write "ignore" above an instruction or "ignore-file" at the top`,
				`unknown-ignore: # dockmend ignore= -- why: "ignore=" names no rule, so nothing is ignored; name one, or remove the comment`,
			},
		},
		{
			name: "unknown names are the other tool's business",
			src:  "# hadolint ignore=DL9999\n# check=skip=Unheard\n# trivy:ignore:DS999\n# checkov:skip=CKV_DOCKER_99\nFROM a\n",
		},
		{
			name: "the other tools' unused ones, too",
			src:  "# hadolint ignore=DL3006\n# check=skip=StageNameCasing\n# kics-scan ignore-line\nFROM a\n",
		},
		{
			name:  "unused alone: the line goes",
			src:   "FROM a\n  # dockmend ignore=DL3006 -- why\r\nRUN b\n",
			want:  []string{`unused-ignore: DL3006: the comment ignores no finding of "DL3006"; remove it`},
			fixed: "FROM a\nRUN b\n",
		},
		{
			name:  "unused at the end of the file, after a byte order mark",
			src:   "\xEF\xBB\xBF# dockmend ignore-file=DL3006",
			want:  []string{`unused-ignore: DL3006: the comment ignores no finding of "DL3006"; remove it`},
			fixed: "\xEF\xBB\xBF",
		},
		{
			name:  "unused inside of a continued instruction",
			src:   "FROM a\nRUN b \\\n # dockmend ignore=DL3006\n c\n",
			want:  []string{`unused-ignore: DL3006: the comment ignores no finding of "DL3006"; remove it`},
			fixed: "FROM a\nRUN b \\\n c\n",
		},
		{
			name:  "unused first and last of a list",
			src:   "# dockmend ignore=DL3002 , DL3006,DL3007, latest-tag -- why\nFROM a\n",
			find:  []string{"untagged-image@FROM"},
			want:  []string{`unused-ignore: DL3002 , DL3006,DL3007, latest-tag: the comment ignores no finding of "DL3002", "DL3007", "latest-tag"; remove it`},
			fixed: "# dockmend ignore=DL3006 -- why\nFROM a\n",
		},
		{
			name:  "unused beside unknown",
			src:   "# dockmend ignore=nothing-known,DL3007\nFROM a\n",
			want:  []string{`unknown-ignore: nothing-known: "nothing-known" is not a rule, so nothing is ignored; run dockmend rules for the names`, `unused-ignore: DL3007: the comment ignores no finding of "DL3007"; remove it`},
			fixed: "# dockmend ignore=nothing-known\nFROM a\n",
		},
		{
			name:  "named twice",
			src:   "# dockmend ignore=DL3006,DL3006,untagged-image\nFROM a\n",
			find:  []string{"untagged-image@FROM"},
			want:  []string{`unused-ignore: DL3006,DL3006: the comment ignores no finding of "DL3006", "DL3006"; remove it`},
			fixed: "# dockmend ignore=untagged-image\nFROM a\n",
		},
		{
			name:  "all and categories",
			src:   "# dockmend ignore=all\nFROM a\n# dockmend ignore=runtime\nRUN b\n",
			want:  []string{`unused-ignore: all: the comment ignores no finding of "all"; remove it`, `unused-ignore: runtime: the comment ignores no finding of "runtime"; remove it`},
			fixed: "FROM a\nRUN b\n",
		},
		{
			name: "a rule that did not run may be silenced",
			src:  "# dockmend ignore=untagged-image,CKV_DOCKER_7,runtime\nFROM a\n",
			off:  "untagged-image shell-form-command",
		},
		{
			name: "no instruction follows, or the file began long ago",
			src:  "FROM a\n# dockmend ignore=DL3006\n\nRUN b\n# dockmend ignore-file=DL3006\nRUN c\n",
			want: []string{
				`unused-ignore: # dockmend ignore=DL3006: no instruction follows "ignore" directly, so nothing is ignored; move it to the line above one`,
				`unused-ignore: # dockmend ignore-file=DL3006: "ignore-file" has an effect only above the first instruction, so nothing is ignored; move it to the top of the file`,
			},
		},
		{
			name: "without the comment the next one were a parser directive",
			src:  "# syntax=a\n# dockmend ignore-file=DL3006\n# escape=`\nFROM a\n",
			want: []string{`unused-ignore: DL3006: the comment ignores no finding of "DL3006"; remove it`},
		},
		{
			name:  "without the comment the next one stays a comment",
			src:   "# syntax=a\n# dockmend ignore-file=DL3006\n# escape hatch\nFROM a\n",
			want:  []string{`unused-ignore: DL3006: the comment ignores no finding of "DL3006"; remove it`},
			fixed: "# syntax=a\n# escape hatch\nFROM a\n",
		},
		{
			name:  "many unused",
			src:   "# dockmend ignore=" + strings.Repeat("DL3006,", 7) + "DL3007\nFROM a\n",
			find:  []string{"latest-tag@FROM"},
			want:  []string{`unused-ignore: DL3006,DL3006,DL3006,DL3006,DL3006,DL3006,DL3006: the comment ignores no finding of "DL3006", "DL3006", "DL3006", "DL3006", "DL3006" and 2 more; remove it`},
			fixed: "# dockmend ignore=DL3007\nFROM a\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ran := func(id string) bool { return all(id) && !strings.Contains(tt.off, id) }
			_, extras := apply(t, tt.src, Options{}, tt.find, ran)
			var got []string
			for _, x := range extras {
				got = append(got, x.Rule.ID+": "+string(x.Finding.Span.Of([]byte(tt.src)))+": "+x.Finding.Message)
				for _, f := range x.Finding.Fixes {
					if want := map[string]lint.Applicability{unknownIgnore: lint.Unsafe, unusedIgnore: lint.Safe}[x.Rule.ID]; f.Applicability != want || f.MaxEffect != lint.EffectNone {
						t.Errorf("fix %q is %s with effect %s", f.Title, f.Applicability, f.MaxEffect)
					}
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("extra findings (-want +got):\n%s", diff)
			}
			if tt.fixed == "" {
				tt.fixed = tt.src
			}
			if diff := cmp.Diff(tt.fixed, mend(t, tt.src, extras)); diff != "" {
				t.Errorf("fixed file (-want +got):\n%s", diff)
			}
		})
	}
}

func TestExtraFindingsAreSilencedInTurn(t *testing.T) {
	tests := []struct{ src, want string }{
		{"# dockmend ignore-file=unused-ignore -- why\nFROM a\n# dockmend ignore=DL3006\nRUN b\n", "unused-ignore dockmend 1 why"},
		{"# dockmend ignore=unknown-ignore\n# dockmend ignore=nothing-known\nFROM a\n", "unknown-ignore dockmend 1"},
		{"# dockmend ignore=all\nFROM a\n", "unused-ignore -"},
		{"# dockmend ignore=style\nFROM a\n", "unused-ignore -"},
	}
	for _, tt := range tests {
		var got []string
		_, extras := apply(t, tt.src, Options{}, nil, all)
		for _, x := range extras {
			got = append(got, x.Rule.ID+" "+silenced(x.Suppressed))
		}
		if strings.Join(got, "; ") != tt.want {
			t.Errorf("%q: got %q, want %q", tt.src, got, tt.want)
		}
	}
}

func TestRulesThatTheCatalogueLacksAreNotReported(t *testing.T) {
	d := Parse(dockerfile.Parse([]byte("# dockmend ignore=nothing-known\nFROM a\n")), Options{})
	if extras := d.Apply(nil, catalog()[:1], all, nil, noOptions); len(extras) > 0 {
		t.Errorf("got %v", extras)
	}
}

// TestHostileLists holds the time to the size of the file; with a comparison of
// all with all each of these would take minutes.
func TestHostileLists(t *testing.T) {
	var distinct strings.Builder
	for i := range 200_000 {
		distinct.WriteString(time.Duration(i).String() + ",")
	}
	for name, src := range map[string]string{
		"one name often":      "# dockmend ignore=" + strings.Repeat("DL3006,", 200_000) + "\nFROM a\n",
		"many unknown names":  "# dockmend ignore=" + distinct.String() + "\nFROM a\n",
		"many comments":       strings.Repeat("# dockmend ignore=x\n", 100_000) + "FROM a\n",
		"many trivy comments": strings.Repeat("# trivy:ignore:DS002 trivy:ignore:DS001\n", 50_000) + "FROM a\n",
		"one long comment":    "#" + strings.Repeat(" trivy:ignore:x checkov:skip=", 100_000) + "\nFROM a\n",
	} {
		find := make([]string, 300)
		for i := range find {
			find[i] = "untagged-image@FROM"
		}
		_, extras := apply(t, src, Options{}, find, all)
		if len(extras) > 2*maxFindings {
			t.Errorf("%s: %d findings", name, len(extras))
		}
	}
}

func FuzzApply(f *testing.F) {
	for _, s := range fuzzseed.Texts(f, "dockerfile") {
		f.Add(s)
	}
	f.Add("# dockmend ignore-file=all, untaged-image\nFROM a\n# dockmend ignore=DL3006,DL3007,x -- y\nRUN b \\\n # dockmend ignore=runtime\n c\n")
	f.Add("\xEF\xBB\xBF# dockmend ignore=DL3006\r\n# escape=`\r\nFROM a")
	f.Add("# check=skip=all\nRUN <<E\n# dockmend ignore=a\nE\n# kics-scan ignore-block\n\nFROM a\n# dockmend ignore=,a,,DL3006,DL3006,")
	f.Fuzz(func(t *testing.T, src string) {
		doc := dockerfile.Parse([]byte(src))
		extras := Parse(doc, Options{}).Apply(nil, catalog(), all, nil, noOptions)
		for _, x := range extras {
			if s := x.Finding.Span; s.Start < 0 || s.Start >= s.End || s.End > len(src) {
				t.Errorf("%s has the span %v", x.Rule.ID, s)
			}
		}
		after := dockerfile.Parse([]byte(mend(t, src, extras)))
		if len(after.Directives) != len(doc.Directives) || len(after.Instructions) != len(doc.Instructions) {
			t.Errorf("the fixes change more than comments: %q", after.Src)
		}
	})
}
