package prove_test

import (
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/prove"
)

// said is a registry that was asked already.
type said map[string]string

// Said implements lint.Registry.
func (s said) Said(ref string) (string, bool) {
	digest, ok := s[ref]
	return digest, ok
}

func (said) Digest(string) (string, error)                   { panic("a proof asks nobody") }
func (said) Settled(string, string) error                    { panic("a proof asks nobody") }
func (said) Platforms(string) ([]string, error)              { panic("a proof asks nobody") }
func (said) Version(string) (lint.Version, error)            { panic("a proof asks nobody") }
func (said) Config(string, string) (lint.ImageConfig, error) { panic("a proof asks nobody") }

// TestRefreshIsToldApart from a pin to the very same image.
func TestRefreshIsToldApart(t *testing.T) {
	const d1, d2 = "sha256:1111111111111111111111111111111111111111111111111111111111111111", "sha256:2222222222222222222222222222222222222222222222222222222222222222"
	registry := said{"docker.io/library/a:1": d2, "docker.io/library/a:latest": d2}
	for after, want := range map[string]bool{"FROM a:1@" + d2 + "\n": true, "FROM a@" + d1 + "\n": false} {
		v := prove.New([]byte("FROM a:1@"+d1+"\n"), prove.Budget, registry).Compare(t.Context(), []byte(after))
		if v.Effect != lint.EffectRepin || v.Refreshed != want {
			t.Errorf("%q: %s, refreshed %v, want %v", after, v.Effect, v.Refreshed, want)
		}
	}
}

// TestPairs holds edits to the class that they have by BuildKit's own compiler.
// The first group was measured before this package was written; in the last one
// a plausible fixer is wrong.
func TestPairs(t *testing.T) {
	const (
		none, config, source, repin = lint.EffectNone, lint.EffectConfig, lint.EffectSource, lint.EffectRepin
		shell, graph, unknown       = lint.EffectShell, lint.EffectGraph, lint.EffectUnknown
	)
	const d1 = "@sha256:1111111111111111111111111111111111111111111111111111111111111111"
	const d2 = "@sha256:2222222222222222222222222222222222222222222222222222222222222222"
	tests := []struct {
		name, before, after string
		want                lint.Effect
		// detail is a part of one of the details, or of the reason.
		detail string
	}{
		{"cmd to exec form", "FROM a\nCMD npm start", "FROM a\nCMD [\"npm\",\"start\"]", config, `Cmd: ["/bin/sh","-c","npm start"] -> ["npm","start"]`},
		{"entrypoint to exec form", "FROM a\nENTRYPOINT npm start", "FROM a\nENTRYPOINT [\"npm\",\"start\"]", config, "Entrypoint: "},
		{"maintainer to label", "FROM a\nMAINTAINER me", "FROM a\nLABEL org.opencontainers.image.authors=\"me\"", config, "Labels: "},
		{"legacy env", "FROM a\nENV k v w", "FROM a\nENV k=\"v w\"", none, ""},
		{"legacy label", "FROM a\nLABEL k v w", "FROM a\nLABEL k=\"v w\"", none, ""},
		{"env split merged", "FROM a\nENV a=1\nENV b=2", "FROM a\nENV a=1 b=2", none, ""},
		{"keyword casing", "from a\nrun x", "FROM a\nRUN x", none, ""},
		{"as casing", "FROM a as b\nFROM b", "FROM a AS b\nFROM b", none, ""},
		{"stage name casing", "FROM a AS B\nRUN x\nFROM c\nCOPY --from=B /x /x", "FROM a AS b\nRUN x\nFROM c\nCOPY --from=b /x /x", none, ""},
		{"tag pinned", "FROM a:1\nRUN x", "FROM a:1" + d1 + "\nRUN x", source, "docker-image://"},
		{"copy --from pinned", "FROM a\nCOPY --from=b:1 /x /x", "FROM a\nCOPY --from=b:1" + d1 + " /x /x", source, "b:1@sha256"},
		{"other repository pinned", "FROM a:1\nRUN x", "FROM b:1" + d1 + "\nRUN x", graph, ""},
		{"add to copy", "FROM a\nADD x /x", "FROM a\nCOPY x /x", graph, "copy"},
		{"cd to workdir", "FROM a\nRUN cd /x && make", "FROM a\nWORKDIR /x\nRUN make", graph, "added"},
		{"no recommends", "FROM a\nRUN apt-get install -y x", "FROM a\nRUN apt-get install -y --no-install-recommends x", graph, "--no-install-recommends"},
		{"lists removed", "FROM a\nRUN apt-get update", "FROM a\nRUN apt-get update && rm -rf /var/lib/apt/lists/*", graph, ""},
		{"useradd without log", "FROM a\nRUN useradd -u 100000 x", "FROM a\nRUN useradd -l -u 100000 x", graph, ""},
		{"packages sorted", "FROM a\nRUN apk add b a", "FROM a\nRUN apk add a b", graph, ""},
		{"cache mount", "FROM a\nRUN make", "FROM a\nRUN --mount=type=cache,target=/c make", graph, ""},
		{"runs merged", "FROM a\nRUN x\nRUN y", "FROM a\nRUN x && y", graph, "removed"},
		{"healthcheck", "FROM a\nCMD [\"x\"]", "FROM a\nHEALTHCHECK CMD y\nCMD [\"x\"]", config, "Healthcheck: "},
		{"stop signal", "FROM a\nCMD [\"x\"]", "FROM a\nSTOPSIGNAL SIGINT\nCMD [\"x\"]", config, "StopSignal: "},
		{"user at the end", "FROM a\nRUN x", "FROM a\nRUN x\nUSER 1", config, "User: "},
		{"user before a run", "FROM a\nRUN x", "FROM a\nUSER 1\nRUN x", graph, "as 1"},
		{"relative workdir", "FROM a\nWORKDIR app\nRUN x", "FROM a\nWORKDIR /app\nRUN x", graph, "(the base's folder)/app"},
		{"run to heredoc", "FROM a\nRUN x && y", "FROM a\nRUN <<E\nx && y\nE", shell, ""},
		{"line ends in a heredoc", "FROM a\nRUN <<E\r\nx\r\nE\r\n", "FROM a\nRUN <<E\nx\nE\n", graph, ""},
		{"line ends", "FROM a\r\nRUN x \\\r\n y\r\n", "FROM a\nRUN x \\\n y\n", none, ""},
		{"comments and blanks", "FROM a\n# c\n\nRUN x", "FROM a\nRUN x", none, ""},
		{"run wrapped again", "FROM a\nRUN x &&   y", "FROM a\nRUN x && \\\n    y", shell, ""},
		{"port in lower case", "FROM a\nEXPOSE 80/TCP", "FROM a\nEXPOSE 80/tcp", none, ""},
		{"port with protocol", "FROM a\nEXPOSE 80", "FROM a\nEXPOSE 80/tcp", none, ""},
		{"syntax line", "FROM a\nRUN x", "# syntax=docker/dockerfile:1\nFROM a\nRUN x", unknown, "# syntax="},
		{"copy with owner", "FROM a\nCOPY x /x", "FROM a\nCOPY --chown=1 x /x", graph, ""},
		{"copy --link", "FROM a\nCOPY x /x", "FROM a\nCOPY --link x /x", graph, ""},
		{"checksum", "FROM a\nADD https://x.example/y /y", "FROM a\nADD --checksum=sha256:1111111111111111111111111111111111111111111111111111111111111111 https://x.example/y /y", graph, ""},
		{"pipefail", "FROM a\nRUN x | y", "FROM a\nSHELL [\"/bin/bash\",\"-o\",\"pipefail\",\"-c\"]\nRUN x | y", graph, ""},
		{"unused argument removed", "FROM a\nARG X\nRUN y", "FROM a\nRUN y", graph, ""},
		{"platform removed", "FROM --platform=linux/amd64 a\nRUN x", "FROM a\nRUN x", graph, ""},
		{"argument inlined", "ARG T=12\nFROM a:$T\nRUN x", "FROM a:12\nRUN x", graph, "a:42.42"},
		{"digest in an argument", "ARG T=12\nFROM a:$T\nRUN x", "ARG T=12" + d1 + "\nFROM a:$T\nRUN x", source, "a:12@sha256"},
		{"latest written out", "FROM a\nRUN x", "FROM a:latest" + d1 + "\nRUN x", source, ""},
		{"version tag", "FROM a\nRUN x", "FROM a:12\nRUN x", repin, ""},
		{"tag for a digest", "FROM a" + d1 + "\nRUN x", "FROM a:12" + d1 + "\nRUN x", repin, ""},
		{"digest that nobody said", "FROM d:1\nRUN x", "FROM d:1" + d1 + "\nRUN x", graph, "no registry confirmed"},
		{"digest of another image", "FROM a:1\nRUN x", "FROM a:1" + d2 + "\nRUN x", graph, "said in this run that they are"},
		{"tag of another image", "FROM a:1\nRUN x", "FROM a:2\nRUN x", graph, "said in this run that they are"},
		{"tag that nobody said", "FROM a:1\nRUN x", "FROM a:3\nRUN x", graph, "no registry confirmed"},
		{"digest refreshed to a stale one", "FROM a:1" + d1 + "\nRUN x", "FROM a:1" + d2 + "\nRUN x", graph, ""},
		{"digest of another tag", "FROM a:1" + d1 + "\nRUN x", "FROM a:2" + d2 + "\nRUN x", graph, ""},
		{"entrypoint added", "FROM a\nRUN x", "FROM a\nRUN x\nENTRYPOINT [\"y\"]", config, "Cmd: "},
		{"earlier target", "FROM a AS x\nRUN y\nFROM a\nRUN z", "FROM a AS x\nRUN yy\nFROM a\nRUN z", graph, "yy"},

		{"unnamed earlier stage", "FROM a\nRUN y\nFROM a\nRUN z", "FROM a\nRUN yy\nFROM a\nRUN z", graph, "yy"},
		{"shadowed stage", "FROM a AS s\nRUN y\nFROM a AS s\nRUN z\nFROM s", "FROM a AS s\nRUN yy\nFROM a AS s\nRUN z\nFROM s", graph, "yy"},
		{"digest refreshed", "FROM c:1" + d1 + "\nRUN x", "FROM c:1" + d2 + "\nRUN x", repin, "c:1@sha256:2222"},
		{"tag changed and pinned", "FROM a\nRUN x", "FROM a:12" + d1 + "\nRUN x", repin, ""},
		{"short name spelled out", "FROM a:1\nRUN x", "FROM docker.io/library/a:1\nRUN x", none, ""},
		{"label added", "FROM a\nRUN x", "FROM a\nRUN x\nLABEL a=b", config, "Labels: "},
		{"label quotes", "FROM a\nLABEL a=b", "FROM a\nLABEL a=\"b\"", none, ""},
		{"json spaces", "FROM a\nCMD [ \"a\" , \"b\" ]", "FROM a\nCMD [\"a\", \"b\"]", none, ""},
		{"continuation joined", "FROM a\nENV a=b \\\n  c=d", "FROM a\nENV a=b c=d", none, ""},
		{"empty continuation line", "FROM a\nRUN x \\\n\n  && y", "FROM a\nRUN x \\\n  && y", none, ""},
		{"overruled cmd removed", "FROM a\nCMD [\"x\"]\nCMD [\"y\"]", "FROM a\nCMD [\"y\"]", none, ""},
		{"copy of a folder", "FROM a\nCOPY x /y", "FROM a\nCOPY x /y/", graph, ""},
		{"two commands apart", "FROM a\nRUN x; y", "FROM a\nRUN x && y", graph, ""},
		{"shell comment goes", "FROM a\nRUN <<E\nx # c\nE", "FROM a\nRUN <<E\nx\nE", shell, ""},
		{"a first run moved", "FROM a\nRUN x\nCOPY f /", "FROM a\nCOPY f /\nRUN x", graph, ""},
		{"does not compile before", "FROM a\nCOPY --from=$X a b\nRUN x", "FROM a\nCOPY --from=$X a b\nRUN y", unknown, "as it is"},
		{"other frontend", "# syntax=example/frontend\nFROM a\nRUN x", "# syntax=example/frontend\nFROM a\nRUN y", unknown, "another program"},

		{"wrong: env merged over a reference", "FROM a\nENV a=1\nENV b=$a", "FROM a\nENV a=1 b=$a", config, "Env: "},
		{"wrong: quotes make a literal", "FROM a\nENV a=1\nENV b $a c", "FROM a\nENV a=1\nENV b='$a c'", config, "Env: "},
		{"wrong: legacy env with quotes and blanks", "FROM a\nENV k \"a\" b", "FROM a\nENV k=\"a\" b", unknown, "after the fix"},
		{"wrong: last user moved above a run", "FROM a\nUSER 0\nRUN x\nUSER 1", "FROM a\nUSER 1\nRUN x", graph, ""},
		{"wrong: default of an argument inlined", "FROM a\nARG P=/x\nWORKDIR $P", "FROM a\nARG P=/x\nWORKDIR /x", graph, ""},
		{"wrong: merge drops the second of two equal labels", "FROM a\nLABEL a=1\nLABEL a=2", "FROM a\nLABEL a=1", config, "Labels: "},
	}
	registry := said{
		"docker.io/library/a:latest": d1[1:], "docker.io/library/a:1": d1[1:], "docker.io/library/a:12": d1[1:], "docker.io/library/a:2": d2[1:],
		"docker.io/library/b:1": d1[1:], "docker.io/library/c:1": d2[1:],
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := prove.New([]byte(tt.before+"\n"), prove.Budget, registry).Compare(t.Context(), []byte(tt.after+"\n"))
			if v.Effect != tt.want {
				t.Fatalf("effect %s, want %s: %s %q", v.Effect, tt.want, v.Reason, v.Details)
			}
			if said := strings.Join(append(v.Details, v.Reason), "\n"); !strings.Contains(said, tt.detail) {
				t.Errorf("nothing says %q in\n%s", tt.detail, said)
			}
		})
	}
}
