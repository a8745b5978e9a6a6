package facts

import (
	"slices"
	"strings"
	"testing"

	"github.com/distribution/reference"
	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/fuzzseed"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

func TestImageSites(t *testing.T) {
	for _, tt := range []struct {
		name, src string
		// want has, for each site, what the file becomes when it is pinned to tag
		// 9 and digest D, or the reason why not, after a "!".
		want []string
	}{
		{"plain", "FROM a:1\nCOPY --from=b/c:2 x y\nRUN --mount=type=bind,from=d:3,target=/x true\n", []string{
			"FROM a:9@D\nCOPY --from=b/c:2 x y\nRUN --mount=type=bind,from=d:3,target=/x true\n",
			"FROM a:1\nCOPY --from=b/c:9@D x y\nRUN --mount=type=bind,from=d:3,target=/x true\n",
			"FROM a:1\nCOPY --from=b/c:2 x y\nRUN --mount=type=bind,from=d:9@D,target=/x true\n",
		}},
		{"syntax", "# syntax=docker/dockerfile:1\nFROM scratch\n", []string{"# syntax=docker/dockerfile:9@D\nFROM scratch\n"}},
		{"port and no tag", "FROM localhost:5000/a AS x\nFROM x\nCOPY --from=x a b\nCOPY --from=0 a b\n", []string{"FROM localhost:5000/a:9@D AS x\nFROM x\nCOPY --from=x a b\nCOPY --from=0 a b\n"}},
		{"digest", "FROM a:1@sha256:00000000000000000000000000000000\n", []string{"FROM a:9@D\n"}},
		{"argument for the tag", "ARG V=1\nFROM a:$V\n", []string{"ARG V=9@D\nFROM a:$V\n"}},
		{"quoted argument", "ARG V=\"1\"\nFROM a:${V}\n", []string{"ARG V=\"9@D\"\nFROM a:${V}\n"}},
		{"argument for all", "ARG B=a:1 C=x\nFROM $B\nARG C\n", []string{"ARG B=a:9@D C=x\nFROM $B\nARG C\n"}},
		{"same argument twice", "ARG V=1\nFROM a:$V AS x\nFROM a:$V\n", []string{"ARG V=9@D\nFROM a:$V AS x\nFROM a:$V\n", "ARG V=9@D\nFROM a:$V AS x\nFROM a:$V\n"}},
		{"several values", "ARG V=1\nFROM a:$V AS x\nFROM b:$V\n", []string{"!the argument V is also used in line 3, for something else", "!the argument V is also used in line 2, for something else"}},
		{"fragment", "ARG V=1\nFROM a:$V-slim\n", []string{"!the argument V is only a part of \"a:$V-slim\", and a digest fits only one value"}},
		{"two arguments", "ARG N=a V=1\nFROM $N:$V\n", []string{"!\"$N:$V\" is made of several arguments"}},
		{"argument of the stage", "ARG V=1\nFROM a:$V\nARG V\nRUN echo $V\n", []string{"!the argument V is also used in line 3, for something else"}},
		{"own argument of the stage", "ARG V=1\nFROM a:$V\nARG V=2\n", []string{"ARG V=9@D\nFROM a:$V\nARG V=2\n"}},
		{"argument in an argument", "ARG V=1\nARG W=$V\nFROM a:$V\n", []string{"!the argument V is also used in line 2, for something else"}},
		{"argument of arguments", "ARG V=1\nARG W=a:$V\nFROM $W\n", []string{"!the default of W is made of other arguments"}},
		{"set twice", "ARG V=1\nARG V=2\nFROM a:$V\n", []string{"!the argument V is also used in line 1, for something else"}},
		{"platform", "ARG V=1\nFROM --platform=$V a:$V\n", []string{"!the argument V is also used in line 2, for something else"}},
		{"own default", "FROM a:${V:-1}\n", []string{"FROM a:${V:-9@D}\n"}},
		{"own default of an argument", "ARG V\nFROM a:${V:-1} AS x\nARG V\n", []string{"ARG V\nFROM a:${V:-9@D} AS x\nARG V\n"}},
		{"own default that never counts", "ARG V=2\nFROM a:${V:-1}\n", []string{"!\"a:${V:-1}\" depends on whether V is set"}},
		{"own default the other way", "FROM a:1${V:+-x}\n", []string{"!\"a:1${V:+-x}\" depends on whether V is set"}},
		{"own default without colon", "FROM a:${V-1}\n", []string{"!\"a:${V-1}\" depends on whether V is set"}},
		{"no default", "ARG V\nFROM a:$V\n", nil},
		{"quotes", "FROM \"a:1\"\n", []string{"!\"\\\"a:1\\\"\" is written with quotes or escapes"}},
		{"context", "FROM a:1\nCOPY --from=web x y\n", []string{"FROM a:9@D\nCOPY --from=web x y\n", "!\"web\" can be the name of a build context"}},
		{"variable in copy", "FROM scratch\nCOPY --from=$X x y\n", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := NewDockerfile(dockerfile.Parse([]byte(tt.src)))
			var got []string
			for _, x := range f.ImageSites() {
				edit, ok := x.Rewrite("9", "D")
				if !ok {
					got = append(got, "!"+x.Refusal)
					continue
				}
				after, err := text.Apply([]byte(tt.src), []text.Edit{edit})
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, string(after))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// FuzzRewrite holds every edit to what it is for: the site names the new tag and
// digest, and no other place changes.
func FuzzRewrite(f *testing.F) {
	for _, s := range fuzzseed.Texts(f, "dockerfile") {
		f.Add(s)
	}
	for _, s := range []string{
		"# syntax=docker/dockerfile:1\nARG V=\"1\"\nFROM a:${V} AS x\nFROM x\nCOPY --from=b/c:2 x y\nRUN --mount=type=bind,from=d:3,target=/x true\n",
		"ARG A=a:1 B=2\nARG C=$A\nFROM $C\nFROM --platform=$A b:$B\nARG B\n", "FROM a:${X:-1}\nFROM a@sha256:1\nCOPY --from='b:1' x y\n",
		"ARG V=1\nFROM a:$V AS b\nFROM $V\nFROM b\n", "FROM a:1 \\\n AS b\nONBUILD COPY --from=c/d:1 x y\n",
	} {
		f.Add(s)
	}
	const tag = "9.9"
	digest := "sha256:" + strings.Repeat("1", 64)
	f.Fuzz(func(t *testing.T, src string) {
		sites := NewDockerfile(dockerfile.Parse([]byte(src))).ImageSites()
		for i, x := range sites {
			edit, ok := x.Rewrite(tag, digest)
			if _, err := reference.ParseNormalizedNamed(x.Reference()); !ok || err != nil {
				continue // a registry is never asked about it
			}
			after, err := text.Apply([]byte(src), []text.Edit{edit})
			if err != nil {
				t.Fatalf("site %d of %q: %v", i, src, err)
			}
			now := NewDockerfile(dockerfile.Parse(after)).ImageSites()
			if len(now) != len(sites) {
				t.Fatalf("site %d of %q: %d sites become %d in %q", i, src, len(sites), len(now), after)
			}
			for j, y := range now {
				same := y.Image.Text == sites[j].Image.Text
				pinned := y.Image.Tag == tag && y.Image.Digest == digest && y.Image.Repository == x.Image.Repository
				if i == j && !pinned || i != j && !same && (!pinned || sites[j].Image.Raw != x.Image.Raw) {
					t.Fatalf("site %d of %q: site %d is %q in %q", i, src, j, y.Image.Text, after)
				}
			}
		}
	})
}

func TestImageSiteKeepsWhatStays(t *testing.T) {
	f := NewDockerfile(dockerfile.Parse([]byte("FROM --platform=linux/ARM64 python:3.13-slim AS x\n")))
	site := f.ImageSites()[0]
	edit, ok := site.Rewrite("3.13-slim", "sha256:1")
	if !ok || edit.New != "@sha256:1" || edit.Span.Len() != 0 {
		t.Errorf("%+v, %v", edit, ok)
	}
	if edit, ok := site.Rewrite("3.13.1-slim", ""); !ok || edit.New != "3.13.1-slim" || edit.Span.Len() != len("3.13-slim") {
		t.Errorf("%+v, %v", edit, ok)
	}
	if !slices.Equal(site.Platforms, []string{"linux/arm64"}) || site.Reference() != "python:3.13-slim" || site.Moves() {
		t.Errorf("%+v", site)
	}
	if strings.Contains(site.Refusal, "x") {
		t.Error(site.Refusal)
	}
}
