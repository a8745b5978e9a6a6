package facts

import (
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/google/go-cmp/cmp"
)

func parse(src string) *Dockerfile { return NewDockerfile(dockerfile.Parse([]byte(src))) }

func TestStages(t *testing.T) {
	f := parse(`ARG V=3.12
FROM python:${V}-slim AS Base
SHELL ["/bin/bash", "-c"]
USER app
FROM base AS test
RUN pytest
FROM base AS build
RUN --mount=type=bind,from=tools,target=/t make
FROM alpine AS tools
FROM base
COPY --from=build /a /a
COPY --from=2 /b /b
COPY --from=nginx:1 /c /c
RUN echo
`)
	stages := f.Stages()
	if got := stages[0].Image.Text; got != "python:3.12-slim" {
		t.Errorf("image %q", got)
	}
	if stages[1].Parent != stages[0] || f.Final().Base().Tag != "3.12-slim" {
		t.Error("a stage that builds on another one does not know its parent")
	}
	var reach []bool
	for _, s := range stages {
		reach = append(reach, s.ReachesFinal())
	}
	if diff := cmp.Diff([]bool{true, false, true, false, true}, reach); diff != "" {
		t.Error(diff)
	}
	final := f.Final()
	if user, in := final.User(); user != "app" || in == nil {
		t.Errorf("user %q is not inherited", user)
	}
	if got := final.Shell(final.Instructions[3]).Words[0]; got != "/bin/bash" {
		t.Errorf("shell %q is not inherited", got)
	}
}

func TestVariables(t *testing.T) {
	f := parse(`ARG A=1
ARG B
ARG TAG=${A}.2
FROM x:$TAG AS one
ARG A
ARG B
ENV C=$A D=$C
ENV E=${C}
WORKDIR /${A}${B}
FROM one
WORKDIR /$E$A
FROM y:${B}
WORKDIR /$A
`)
	if got := f.Stages()[0].Image.Text; got != "x:1.2" {
		t.Errorf("image %q", got)
	}
	if f.Stages()[2].Image.Known {
		t.Error("an ARG without default has a value")
	}
	for _, x := range []struct {
		at    int
		word  string
		want  string
		known bool
	}{
		{8, "${A}", "1", true}, {8, "$B", "", false}, {8, "$E", "1", true}, {8, "${D}x", "x", false}, {8, "${Z:-q}", "q", true},
		{10, "$E", "1", true}, {10, "$A", "1", true}, // BuildKit gives a stage the ARGs of the one below it
		{12, "$A", "", false},
	} {
		got, known := f.Expand(f.Instructions[x.at], x.word)
		if known != x.known || known && got != x.want {
			t.Errorf("%s at %d: %q %v, want %q %v", x.word, x.at, got, known, x.want, x.known)
		}
	}
	var uses []string
	for _, u := range VariableUses("$E'$F'\"$G\"${Q:-x$R}\\$S", '\\') {
		uses = append(uses, u.Name)
	}
	if diff := cmp.Diff([]string{"E", "G", "Q", "R"}, uses); diff != "" {
		t.Error(diff)
	}
}

func TestParseImage(t *testing.T) {
	for ref, want := range map[string][4]string{
		"python":                        {"", "python", "", ""},
		"python:3.12":                   {"", "python", "3.12", ""},
		"localhost:5000/a/b":            {"localhost:5000", "a/b", "", ""},
		"ghcr.io/a/b:c@sha256:d":        {"ghcr.io", "a/b", "c", "sha256:d"},
		"bitnami/redis":                 {"", "bitnami/redis", "", ""},
		"docker.io/library/python:3":    {"docker.io", "library/python", "3", ""},
		"registry:5000/x:1":             {"registry:5000", "x", "1", ""},
		"user/name@sha256:abc":          {"", "user/name", "", "sha256:abc"},
		"mcr.microsoft.com/dotnet/sdk:": {"mcr.microsoft.com", "dotnet/sdk", "", ""},
	} {
		i := ParseImage(ref)
		if got := [4]string{i.Registry, i.Repository, i.Tag, i.Digest}; got != want {
			t.Errorf("%s: %q, want %q", ref, got, want)
		}
	}
	if got := ParseImage("docker.io/library/python:3").Name(); got != "python" {
		t.Errorf("name %q", got)
	}
}

func TestCommands(t *testing.T) {
	f := parse("FROM a\nRUN set -ex; apt-get update && DEBIAN_FRONTEND=x sudo -E apt-get -o A=b install -y \\\n  'curl' git=1.* $X && (cd /x; python3 -m pip install -r r.txt flask)\n")
	var got []string
	f.AllCommands(func(c *Command) {
		line := c.Name()
		if p, ok := Packages(c); ok {
			line = p.Manager + " " + p.Action + ":"
			for _, a := range p.Packages {
				line += " " + a.Text
				if !strings.Contains(f.Text(a.Span), a.Text) {
					t.Errorf("span of %q shows %q", a.Text, f.Text(a.Span))
				}
			}
		}
		got = append(got, line)
	})
	want := []string{"set", "apt-get update:", "apt-get install: curl git=1.* $X", "cd", "pip install: flask"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCommandFlags(t *testing.T) {
	f := parse("FROM a\nRUN useradd -rl --uid=100000 -g 5 -d/home x -- -z\n")
	c := f.Commands(f.Instructions[1])[0]
	if !c.HasFlag("-l", "--no-log-init") || c.HasFlag("-z") {
		t.Error("flags are not found as useradd finds them")
	}
	for flag, want := range map[string]string{"--uid": "100000", "-g": "5", "-d": "/home"} {
		if got, ok := c.FlagValue(flag); !ok || got.Text != want {
			t.Errorf("%s: %q", flag, got.Text)
		}
	}
}

func TestCommandsNeedAPOSIXShell(t *testing.T) {
	for _, src := range []string{
		"FROM a\nSHELL [\"powershell\", \"-Command\"]\nRUN apt-get update\n",
		"FROM mcr.microsoft.com/windows/nanoserver:1809\nRUN apt-get update\n",
	} {
		f := parse(src)
		if got := f.Commands(f.Instructions[len(f.Instructions)-1]); len(got) != 0 {
			t.Errorf("%q: %d commands", src, len(got))
		}
	}
}

func TestLookupBase(t *testing.T) {
	for ref, want := range map[string]Base{
		"scratch":                            {Entrypoint: NoEntrypoint},
		"python:3.12-slim":                   {Entrypoint: NoEntrypoint, HasShell: true, DefaultShell: true},
		"node:22":                            {Entrypoint: SomeEntrypoint, HasShell: true, DefaultShell: true},
		"gcr.io/distroless/static:nonroot":   {Entrypoint: NoEntrypoint, User: "65532"},
		"gcr.io/distroless/python3":          {Entrypoint: SomeEntrypoint},
		"cgr.dev/chainguard/python":          {Entrypoint: SomeEntrypoint, User: "65532"},
		"memcached:1.6":                      {Entrypoint: SomeEntrypoint, User: "memcache", HasShell: true, DefaultShell: true},
		"haproxy:2.1":                        {Entrypoint: SomeEntrypoint, HasShell: true},
		"haproxy:3.2-alpine":                 {Entrypoint: SomeEntrypoint, User: "haproxy", HasShell: true},
		"public.ecr.aws/docker/library/ruby": {Entrypoint: NoEntrypoint, HasShell: true, DefaultShell: true},
		"mcr.microsoft.com/dotnet/aspnet:8.0-jammy-chiseled": {Entrypoint: NoEntrypoint, User: "1654", DefaultShell: true},
		"mcr.microsoft.com/dotnet/aspnet:9.0":                {Entrypoint: NoEntrypoint, HasShell: true, DefaultShell: true},
		"docker.io/library/debian:bookworm":                  {Entrypoint: NoEntrypoint, HasShell: true, DefaultShell: true},
	} {
		if got, ok := LookupBase(ParseImage(ref)); !ok || got != want {
			t.Errorf("%s: %+v, want %+v", ref, got, want)
		}
	}
	if _, ok := LookupBase(ParseImage("example.com/x")); ok {
		t.Error("an unknown image is known")
	}
}

func TestMounts(t *testing.T) {
	f := parse("FROM a\nRUN --mount=target=/src --mount=type=cache,dst=/c/ --mount=type=secret,id=k --mount=type=secret,id=e,env=E --mount=type=tmpfs,destination=/ true\n")
	var got []string
	for _, m := range Mounts(f.Final().Instructions[0]) {
		got = append(got, m.Type+" "+m.Target+" "+m.ID+" "+m.Env)
	}
	want := []string{"bind /src  ", "cache /c  ", "secret /run/secrets/k k ", "secret  e E", "tmpfs /  "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSystem(t *testing.T) {
	for ref, want := range map[string]System{
		"alpine": Alpine, "python:3.14-alpine3.23": Alpine, "docker.io/library/node:24-slim": Debian, "ubuntu": Debian,
		"python@sha256:0123": UnknownSystem, "debian@sha256:0123": Debian, "debian:13@sha256:0123": Debian, "fedora:43": RedHat, "scratch": UnknownSystem,
		"example.com/python:3": UnknownSystem, "golang:1.26-nanoserver": UnknownSystem, "eclipse-temurin:21-ubi9-minimal": UnknownSystem,
	} {
		if got := ParseImage(ref).System(); got != want {
			t.Errorf("%s: system %d, want %d", ref, got, want)
		}
	}
}

func TestUserAt(t *testing.T) {
	f := parse("FROM a AS base\nUSER one\nFROM base\nRUN first\nUSER two\nRUN second\nFROM a\nRUN third\n")
	var got []string
	f.Each("run", false, func(in *dockerfile.Instruction) {
		user := "none"
		if u := f.StageOf(in).UserAt(in); u != nil {
			user = u.Args
		}
		got = append(got, in.Args+" "+user)
	})
	if diff := cmp.Diff([]string{"first one", "second two", "third none"}, got); diff != "" {
		t.Error(diff)
	}
}
