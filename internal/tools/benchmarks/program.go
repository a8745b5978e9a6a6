package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/solver/pb"
	digest "github.com/opencontainers/go-digest"
)

// program is a linter, and what was measured of it.
type program struct {
	name, path string
	// args come before the files, version shows a version and does nothing else.
	args, version []string
	// fine are the exit codes with which it says that it has read the files.
	fine []int

	// total is of all files, in all rounds.
	total spent
	// some are by how many files one process got.
	some map[int]spent
	// start is the processor time to start, in seconds, the median.
	start float64
	// crashed, slow and refused count files that it was given alone: those for which it
	// was ended by a signal or a panic, took more than a bound, and did not read.
	crashed, slow, refused, alone int
}

// ours is how dockmend lints for all comparisons: on one core, as the others do.
var ours = []string{"lint", "--no-gitignore", "--fail-on", "never", "--jobs", "1", "-o", "json"}

func dockmendWith(name, path, shellcheck string) *program {
	return &program{
		name: name, path: path, args: slices.Concat(ours, []string{"--shellcheck", shellcheck, "--"}),
		version: []string{"version"}, fine: []int{0},
	}
}

func dockerfileLinters(dockmend, self, peers string) (there []*program, missing []string) {
	return present(
		dockmendWith("dockmend", dockmend, "off"),
		dockmendWith("dockmend with ShellCheck", dockmend, "auto"),
		&program{name: "BuildKit's own lint", path: self, args: []string{asBuildKit}, version: []string{asBuildKit}, fine: []int{0}},
		&program{
			name: "hadolint", path: filepath.Join(peers, "venv/bin/hadolint"),
			args: []string{"--no-fail", "-f", "json", "--"}, version: []string{"--version"}, fine: []int{0},
		},
		&program{
			name: "tally", path: filepath.Join(peers, "node_modules/@wharflab/tally-linux-x64/bin/tally"),
			args:    []string{"lint", "--format", "json", "--slow-checks", "off", "--fail-level", "none", "--"},
			version: []string{"version"}, fine: []int{0},
		},
		&program{
			name: "droast", path: filepath.Join(peers, "cargo/bin/droast"),
			args: []string{"--format", "json", "--"}, version: []string{"--version"}, fine: []int{0, 1},
		},
	)
}

func composeLinters(dockmend, peers string) (there []*program, missing []string) {
	return present(
		dockmendWith("dockmend", dockmend, "off"),
		&program{
			name: "dclint", path: filepath.Join(peers, "node_modules/dclint/bin/dclint.cjs"),
			args: []string{"-f", "json"}, version: []string{"--version"}, fine: []int{0, 1},
		},
		&program{
			name: "compose-lint", path: filepath.Join(peers, "venv/bin/compose-lint"),
			args: []string{"check", "--format", "json", "--no-merge-overrides", "--"}, version: []string{"--version"}, fine: []int{0, 1},
		},
	)
}

// present are the programs that are installed, and the names of the others.
func present(all ...*program) (there []*program, missing []string) {
	for _, p := range all {
		if _, err := os.Stat(p.path); err != nil {
			missing = append(missing, p.name)
			continue
		}
		p.some = map[int]spent{}
		there = append(there, p)
	}
	return there, missing
}

// lintAsBuildKit gives files to BuildKit's parser, compiler and linter.
func lintAsBuildKit(files []string) {
	for _, name := range files {
		if src, err := os.ReadFile(name); err == nil { //nolint:gosec // a file that was named
			lintByBuildKit(context.Background(), src)
		}
	}
}

func lintByBuildKit(ctx context.Context, src []byte) {
	defer func() { _ = recover() }() // it panics for some files, which counts as read
	caps := pb.Caps.CapSet(pb.Caps.All())
	source := llb.NewSourceMap(nil, "Dockerfile", "", src)
	source.Definition = &llb.Definition{}
	options := dockerfile2llb.ConvertOpt{MetaResolver: plainBase{}, LLBCaps: &caps, SourceMap: source}
	_, _ = dockerfile2llb.DockerfileLint(ctx, src, options)
}

// plainBase answers for each base image, so that no registry is asked.
type plainBase struct{}

// ResolveImageConfig implements llb.ImageMetaResolver.
func (plainBase) ResolveImageConfig(_ context.Context, ref string, _ sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	config := []byte(`{"architecture":"amd64","os":"linux","config":{"Env":["PATH=/bin"]},"rootfs":{"type":"layers"}}`)
	return ref, "", config, nil
}
