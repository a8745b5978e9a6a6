package prove_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/syntax/compose/model"
)

// BenchmarkCompilerAlone calls BuildKit's compiler, with nothing of ours around it, on
// files of several sizes: what grows faster than the file does so in the compiler.
// docs/limits.md has the figures. The last size of each is at our bounds, or just
// below.
func BenchmarkCompilerAlone(b *testing.B) {
	platform := ocispecs.Platform{OS: "linux", Architecture: "amd64"}
	shapes := []struct {
		name string
		most int
		make func(n int) string
	}{
		{"RUN", limits.CompiledInstructions, func(n int) string { return "FROM a\n" + strings.Repeat("RUN x\n", n) }},
		{"ARG and RUN", 600, func(n int) string { return "FROM a\n" + numbered("ARG A%d=1\n", n/2) + strings.Repeat("RUN x\n", n/2) }},
		{"ENV", 600, func(n int) string { return "FROM a\n" + numbered("ENV A%d=1\n", n) }},
		{"stages", limits.Stages, func(n int) string { return numbered("FROM a AS s%d\nRUN x\n", n) }},
	}
	for _, s := range shapes {
		for _, n := range []int{s.most / 4, s.most / 2, s.most} {
			b.Run(fmt.Sprintf("%s/%d", s.name, n), func(b *testing.B) {
				src := []byte(s.make(n))
				for b.Loop() {
					result, err := dockerfile2llb.Dockerfile2LLB(b.Context(), src, dockerfile2llb.ConvertOpt{
						Config:       dockerui.Config{BuildPlatforms: []ocispecs.Platform{platform}},
						MetaResolver: anyImage{}, TargetPlatform: &platform,
					})
					if err != nil {
						b.Fatal(err)
					}
					if _, err := result.State.Marshal(b.Context(), llb.Platform(platform)); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkLoaderAlone calls Compose's loader on files of several sizes. The last one
// is at our bound.
func BenchmarkLoaderAlone(b *testing.B) {
	shapes := map[string]func(i int) string{
		"services": func(i int) string { return fmt.Sprintf("  s%d: {image: x}\n", i) },
		"environment": func(i int) string {
			return fmt.Sprintf("  s%d:\n    image: x\n    environment: {A: 1, B: 2, C: 3}\n", i)
		},
		"ports": func(i int) string {
			return fmt.Sprintf("  s%d:\n    image: x\n    ports: [\"80\", \"81\", \"82\"]\n", i)
		},
	}
	for name, line := range shapes {
		for _, size := range []int{limits.LoadedFile / 4, limits.LoadedFile / 2, limits.LoadedFile} {
			b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
				src := []byte("services:\n")
				for i := 0; len(src) < size-100; i++ {
					src = append(src, line(i)...)
				}
				for b.Loop() {
					if _, err := model.Load(src, nil); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func numbered(format string, n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, format, i)
	}
	return out.String()
}

// anyImage is a registry that has every image.
type anyImage struct{}

// ResolveImageConfig implements llb.ImageMetaResolver.
func (anyImage) ResolveImageConfig(_ context.Context, ref string, _ sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	config, err := json.Marshal(ocispecs.Image{
		Platform: ocispecs.Platform{OS: "linux", Architecture: "amd64"},
		RootFS:   ocispecs.RootFS{Type: "layers", DiffIDs: []digest.Digest{digest.FromString("x")}},
	})
	return ref, "", config, err
}
