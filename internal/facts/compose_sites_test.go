package facts

import (
	"slices"
	"strings"
	"testing"

	"github.com/distribution/reference"
	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/fuzzseed"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

func TestComposeImageSites(t *testing.T) {
	for _, tt := range []struct {
		name, src string
		// want is as for TestImageSites.
		want []string
	}{
		{"plain", "services:\n  a:\n    image: a:1 # why\n  b: {image: b}\n", []string{
			"services:\n  a:\n    image: a:9@D # why\n  b: {image: b}\n",
			"services:\n  a:\n    image: a:1 # why\n  b: {image: b:9@D}\n",
		}},
		{"quotes", "services:\n  a:\n    image: 'a:1'\n  b: {\"image\": \"b:1\"}\n", []string{
			"services:\n  a:\n    image: 'a:9@D'\n  b: {\"image\": \"b:1\"}\n",
			"services:\n  a:\n    image: 'a:1'\n  b: {\"image\": \"b:9@D\"}\n",
		}},
		{"escapes", "services:\n  a:\n    image: \"a\\x3A1\"\n", []string{"!\"a:1\" is written with quotes or escapes"}},
		{"over lines", "services:\n  a:\n    image: >-\n      a:1\n", []string{"!\"a:1\" is written with quotes or escapes"}},
		{"default", "services:\n  a:\n    image: a:${V:-1}\n", []string{"services:\n  a:\n    image: a:${V:-9@D}\n"}},
		{"default without colon", "services:\n  a:\n    image: a:${V-1}\n", []string{"services:\n  a:\n    image: a:${V-9@D}\n"}},
		{"default of all", "services:\n  a:\n    image: \"${I:-r.example:5000/a}\"\n", []string{"services:\n  a:\n    image: \"${I:-r.example:5000/a:9@D}\"\n"}},
		{"same default twice", "services:\n  a:\n    image: a:${V:-1}\n  b:\n    image: a:${V:-1}\n", []string{
			"services:\n  a:\n    image: a:${V:-9@D}\n  b:\n    image: a:${V:-1}\n",
			"services:\n  a:\n    image: a:${V:-1}\n  b:\n    image: a:${V:-9@D}\n",
		}},
		{"several values", "services:\n  a:\n    image: a:${V:-1}\n  b:\n    image: a:${V:-2}\n", []string{
			"!the variable V is also used in line 5, for something else", "!the variable V is also used in line 3, for something else",
		}},
		{"elsewhere", "services:\n  a:\n    image: a:${V:-1}\n    environment: {V: \"$V\"}\n", []string{"!the variable V is also used in line 4, for something else"}},
		{"same text for something else", "services:\n  a:\n    image: ${V:-a:1}\n    environment: {V: \"${V:-a:1}\"}\n", []string{"!the variable V is also used in line 4, for something else"}},
		{"midst", "services:\n  a:\n    image: a:${V:-1}-slim\n", []string{"!the variable V is only a part of \"a:${V:-1}-slim\", and a digest fits only one value"}},
		{"two variables", "services:\n  a:\n    image: ${N:-a}:${V:-1}\n", []string{"!\"${N:-a}:${V:-1}\" is made of several variables"}},
		{"default of a default", "services:\n  a:\n    image: a:${V:-${W:-1}}\n", []string{"!\"a:${V:-${W:-1}}\" is made of several variables"}},
		{"other", "services:\n  a:\n    image: a:1${V:+2}\n", []string{"!\"a:1${V:+2}\" depends on whether V is set"}},
		{"no default", "services:\n  a:\n    image: a:$V\n  b:\n    image: b:${V:?}\n", nil},
		{"anchor", "x-i: &i a:1\nservices:\n  a:\n    image: *i\n  b:\n    image: *i\n", []string{"x-i: &i a:9@D\nservices:\n  a:\n    image: *i\n  b:\n    image: *i\n"}},
		{"anchor at a service", "services:\n  a:\n    image: &i a:1\n  b:\n    image: *i\n", []string{"services:\n  a:\n    image: &i a:9@D\n  b:\n    image: *i\n"}},
		{"merge", "x-s: &s\n  image: a:1\nservices:\n  a:\n    <<: *s\n  b:\n    <<: [*s]\n", []string{"x-s: &s\n  image: a:9@D\nservices:\n  a:\n    <<: *s\n  b:\n    <<: [*s]\n"}},
		{"anchor elsewhere", "x-i: &i a:1\nservices:\n  a:\n    image: *i\n    labels: [*i]\n", []string{"!\"services.a.labels.0\" uses the same value, through its anchor"}},
		{"mapping elsewhere", "services:\n  a: &a\n    image: a:1\nvolumes:\n  v: {labels: *a}\n", []string{"!\"volumes.v.labels.image\" uses the same value, through its anchor"}},
		{"anchor for a build argument", "x-i: &i a:1\nservices:\n  a:\n    image: *i\n  b:\n    build: {context: ., args: {I: *i}}\n", []string{"!another build argument uses the same value, through its anchor"}},
		{"built", "services:\n  a:\n    image: a:1\n    build: .\n  b:\n    image: a:1\n", []string{"!\"a:1\" is built by the same service", "!\"a:1\" is built by another service of the file"}},
		{"built through an anchor", "x-s: &s\n  image: a:1\nservices:\n  a:\n    <<: *s\n  b:\n    <<: *s\n    build: .\n", []string{"!\"a:1\" is built by another service of the file"}},
		{"never pulled", "services:\n  a:\n    image: a:1\n    pull_policy: never\n", []string{"!\"a:1\" is never pulled"}},
		{"extends a build", "services:\n  a:\n    build: .\n  b:\n    extends: a\n    image: b:1\n", []string{"!\"b:1\" is possibly built: the service extends one that has a build, or that is not known"}},
		{"extends another file", "services:\n  b:\n    extends: {file: x.yaml, service: a}\n    image: b:1\n", []string{"!\"b:1\" is possibly built: the service extends one that has a build, or that is not known"}},
		{"extends an image", "services:\n  a:\n    image: a:1\n    build: !reset null\n  b:\n    extends: {service: a}\n", []string{"services:\n  a:\n    image: a:9@D\n    build: !reset null\n  b:\n    extends: {service: a}\n"}},
		{"extends itself", "services:\n  a:\n    image: a:1\n    extends: a\n", []string{"!\"a:1\" is possibly built: the service extends one that has a build, or that is not known"}},
		{"taken away", "services:\n  a:\n    image: !reset a:1\n", nil},
		{"unused fragment", "x-s:\n  image: a:1\nservices:\n  b:\n    image: b:1\n", []string{"x-s:\n  image: a:1\nservices:\n  b:\n    image: b:9@D\n"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, x := range noProject().ImageSites(parseCompose(tt.src)) {
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

func TestComposeSitePlatforms(t *testing.T) {
	sites := noProject().ImageSites(parseCompose("x-i: &i a:1\nservices:\n  a: {image: *i, platform: linux/ARM64}\n  b: {image: *i, platform: \"${P}\"}\n  c: {image: *i, platform: linux/amd64}\n"))
	if len(sites) != 1 || !slices.Equal(sites[0].Platforms, []string{"linux/arm64", "linux/amd64"}) {
		t.Errorf("%+v", sites)
	}
}

// FuzzComposeRewrite holds every edit to what it is for: the site names the new
// tag and digest, and no other place changes.
func FuzzComposeRewrite(f *testing.F) {
	for _, s := range fuzzseed.Texts(f, "compose") {
		f.Add(s)
	}
	for _, s := range []string{
		"services:\n  a:\n    image: a:1 # x\n  b: {image: \"b\", platform: linux/amd64}\n",
		"x-s: &s\n  image: 'a:${V:-1}'\nservices:\n  a:\n    <<: *s\n  b: *s\n  c: {<<: [*s], image: \"${I:-c/d:2@sha256:1}\"}\n",
		"services:\n  a: {image: a}\n  b: {image: \"a:\\x31\"}\n  c: {image: >-\n      c:1\n    }\n",
		"services: {a: {image: &i a:1, labels: [*i]}, b: {build: ., image: b:1}, c: {image: b:1}}\n",
	} {
		f.Add(s)
	}
	const tag = "9.9"
	digest := "sha256:" + strings.Repeat("1", 64)
	f.Fuzz(func(t *testing.T, src string) {
		doc := parseCompose(src)
		if doc.File.Err != nil || len(src) > 10_000 {
			return
		}
		sites := noProject().ImageSites(doc)
		for i, x := range sites[:min(len(sites), 20)] {
			edit, ok := x.Rewrite(tag, digest)
			if _, err := reference.ParseNormalizedNamed(x.Reference()); !ok || err != nil {
				continue // a registry is never asked about it
			}
			after, err := text.Apply([]byte(src), []text.Edit{edit})
			if err != nil {
				t.Fatalf("site %d of %q: %v", i, src, err)
			}
			if err := yaml.Parse(after, text.NewLineIndex(after)).Err; err != nil {
				t.Fatalf("site %d of %q: %q is no YAML: %v", i, src, after, err)
			}
			now := noProject().ImageSites(parseCompose(string(after)))
			if len(now) != len(sites) {
				t.Fatalf("site %d of %q: %d sites become %d in %q", i, src, len(sites), len(now), after)
			}
			for j, y := range now {
				same := y.Image.Text == sites[j].Image.Text
				pinned := y.Image.Tag == tag && y.Image.Digest == digest && y.Image.Repository == x.Image.Repository
				if j == i && !pinned || j != i && !same {
					t.Fatalf("site %d of %q: site %d is %q in %q", i, src, j, y.Image.Text, after)
				}
			}
		}
	})
}

// noProject is that of a document around which nothing is known.
func noProject() *Project { return nil }
