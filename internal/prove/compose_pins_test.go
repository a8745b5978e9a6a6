package prove_test

import (
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/fixture"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/prove"
)

// TestComposePins: an image gives way to itself by another name only where the
// registry says so, and a build argument by what its Dockerfile makes of it.
func TestComposePins(t *testing.T) {
	d1, d2 := "@sha256:"+strings.Repeat("1", 64), "@sha256:"+strings.Repeat("2", 64)
	registry := said{
		"docker.io/library/a:latest": d1[1:], "docker.io/library/a:1": d1[1:], "docker.io/library/a:1.2": d1[1:],
		"docker.io/library/a:2": d2[1:], "docker.io/library/c:1": d2[1:],
	}
	image := func(ref string) string { return "services:\n  web:\n    image: " + ref + "\n" }
	args := func(lines string) string {
		return "services:\n  app:\n    build:\n      context: app\n      args:\n" + lines
	}
	around := fixture.Files{
		"app/Dockerfile": []byte("ARG V=9\nARG MODE\nARG NOTHING\nFROM a:${V} AS base\nRUN x\nFROM base\nARG MODE\nRUN echo $MODE\n"),
		"app/Broken":     []byte("ARG V\nFROM a:${V}\nCOPY --from=$X a b\n"),
		"app/Foreign":    []byte("# syntax=example/frontend\nARG V\nFROM a:${V}\n"),
		"app/Target":     []byte("ARG V\nFROM a:${V} AS wanted\nRUN x\nFROM other:1\n"),
	}
	tests := []struct {
		name, before, after string
		want                lint.Effect
		detail              string
	}{
		{"digest added", image("a:1"), image("a:1" + d1), lint.EffectSource, `services.web.image: "a:1" -> "a:1` + d1 + `"`},
		{"digest added to no tag", image("a"), image("a:latest" + d1), lint.EffectSource, ""},
		{"digest added in a default", image("a:${V:-1}"), image("a:${V:-1" + d1 + "}"), lint.EffectSource, ""},
		{"version and digest", image("a"), image("a:1.2" + d1), lint.EffectRepin, ""},
		{"version", image("a:1"), image("a:1.2"), lint.EffectRepin, ""},
		{"refreshed", image("c:1" + d1), image("c:1" + d2), lint.EffectRepin, ""},
		{"refreshed to a stale one", image("a:1" + d1), image("a:1" + d2), lint.EffectGraph, "said in this run that they are"},
		{"wrong digest", image("a:1"), image("a:1" + d2), lint.EffectGraph, "said in this run that they are"},
		{"another image", image("a:1"), image("b:1"), lint.EffectGraph, ""},
		{"nobody said", image("b:1"), image("b:1" + d1), lint.EffectGraph, "no registry confirmed"},
		{"pin and more", image("a:1"), image("a:1"+d1) + "    init: true\n", lint.EffectGraph, "services.web.init"},
		{"anchor of a section of the file's own", "x-i: &i a:1\n" + image("*i"), "x-i: &i a:1" + d1 + "\n" + image("*i"), lint.EffectSource, "services.web.image"},
		{"only a section of the file's own", "x-i: a:1\n" + image("a:1"), "x-i: a:1" + d1 + "\n" + image("a:1"), lint.EffectConfig, "x-i"},
		{"anchor of something else", "x-i: &i a:1\n" + image("*i") + "    environment: {I: *i}\n", "x-i: &i a:1" + d1 + "\n" + image("*i") + "    environment: {I: *i}\n", lint.EffectGraph, "environment.I"},

		{"argument", args("        V: \"1\"\n"), args("        V: \"1" + d1 + "\"\n"), lint.EffectSource, "services.app.build: source docker-image://docker.io/library/a:1 -> source docker-image://docker.io/library/a:1" + d1},
		{"argument in a list", args("        - V=1\n"), args("        - V=1.2" + d1 + "\n"), lint.EffectRepin, ""},
		{"argument refreshed", args("        V: 1" + d2 + "\n"), args("        V: 1" + d1 + "\n"), lint.EffectRepin, ""},
		{"argument of another image", args("        V: 1\n"), args("        V: 2\n"), lint.EffectGraph, "said in this run that they are"},
		{"argument of a step", args("        MODE: 1\n"), args("        MODE: 2\n"), lint.EffectGraph, "other steps"},
		{"argument of both", args("        V: 1\n        MODE: 1\n"), args("        V: 1" + d1 + "\n        MODE: 2\n"), lint.EffectGraph, "other steps"},
		{"argument of nothing", args("        NOTHING: 1\n"), args("        NOTHING: 2\n"), lint.EffectConfig, "args.NOTHING"},
		{"argument renamed", args("        X: 1\n"), args("        V: 1\n"), lint.EffectConfig, ""},
		{"argument of a broken file", args("        V: 1\n      dockerfile: Broken\n"), args("        V: 1" + d1 + "\n      dockerfile: Broken\n"), lint.EffectGraph, "does not compile"},
		{"argument of a foreign file", args("        V: 1\n      dockerfile: Foreign\n"), args("        V: 1" + d1 + "\n      dockerfile: Foreign\n"), lint.EffectGraph, "another program"},
		{"argument of no file", args("        V: 1\n      dockerfile: None\n"), args("        V: 1" + d1 + "\n      dockerfile: None\n"), lint.EffectGraph, "no Dockerfile"},
		{"argument of a target", args("        V: 1\n      dockerfile: Target\n      target: wanted\n"), args("        V: 1" + d1 + "\n      dockerfile: Target\n      target: wanted\n"), lint.EffectSource, ""},
		{"argument of a stage that is not built", args("        V: 1\n      dockerfile: Target\n"), args("        V: 1" + d1 + "\n      dockerfile: Target\n"), lint.EffectConfig, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := prove.ComposeFile{Src: []byte(tt.before), Name: "compose.yaml", Around: around.Around("compose.yaml")}
			v := prove.NewCompose(file, prove.Budget, registry).Compare(t.Context(), []byte(tt.after))
			if v.Effect != tt.want {
				t.Fatalf("effect %s, want %s: %s %q", v.Effect, tt.want, v.Reason, v.Details)
			}
			if said := strings.Join(append(v.Details, v.Reason), "\n"); !strings.Contains(said, tt.detail) {
				t.Errorf("nothing says %q in\n%s", tt.detail, said)
			}
			if v.Refreshed != (strings.HasSuffix(tt.name, "refreshed") && tt.want == lint.EffectRepin) {
				t.Errorf("refreshed %v", v.Refreshed)
			}
		})
	}
}

// TestComposePinsOffline: nobody said anything, and nothing lies around.
func TestComposePinsOffline(t *testing.T) {
	src := "services:\n  app:\n    image: a\n    build: {context: ., args: {V: 1}}\n"
	for _, after := range []string{strings.Replace(src, "image: a", "image: a:1", 1), strings.Replace(src, "V: 1", "V: 2", 1)} {
		v := prove.NewCompose(prove.ComposeFile{Src: []byte(src)}, prove.Budget, nil).Compare(t.Context(), []byte(after))
		if v.Effect != lint.EffectGraph {
			t.Errorf("%+v", v)
		}
	}
}
