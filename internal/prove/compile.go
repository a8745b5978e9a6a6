// Package prove says what an edit does to the build: it compiles the Dockerfile
// before and after to BuildKit's LLB, offline, and classes the difference
// (docs/contract.md section 5). It is the only importer of BuildKit's compiler.
package prove

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"sync"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/solver/pb"
	"github.com/moby/buildkit/util/apicaps"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// variant is one of the worlds in which a build is compared: what its base
// images are like, for which platform it is, which arguments are passed.
type variant struct {
	base baseModel
	arch string
	args map[string]string
	// windows is set for a build of Windows images.
	windows bool
	// env is what all base images set besides.
	env []string
	// all dispatches every stage, not only what the last one is made of.
	all bool
}

func (v variant) platform() ocispecs.Platform {
	p := ocispecs.Platform{OS: "linux", Architecture: v.arch}
	if v.windows {
		p.OS = "windows"
	}
	return p
}

// allCaps are what a builder of this version can do.
var allCaps = sync.OnceValue(func() apicaps.CapSet { return pb.Caps.CapSet(pb.Caps.All()) }) //nolint:gochecknoglobals // made once, never changed

// dispatch makes the build's state. It asks nothing of the network.
func (v variant) dispatch(ctx context.Context, src []byte) (*dockerfile2llb.Result, error) {
	caps := allCaps()
	platform := v.platform()
	return dockerfile2llb.Dockerfile2LLB(ctx, src, dockerfile2llb.ConvertOpt{
		Config: dockerui.Config{
			BuildArgs: maps.Clone(v.args), BuildPlatforms: []ocispecs.Platform{{OS: "linux", Architecture: "amd64"}},
		},
		MetaResolver:   stubResolver{v.base, platform, v.env},
		TargetPlatform: &platform,
		LLBCaps:        &caps,
		AllStages:      v.all,
	})
}

// errCrashed is a fault of the compiler, not of the file.
var errCrashed = errors.New("BuildKit's compiler crashed")

// safely runs a part of the compiler, which never panics then.
func safely(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%w: %v", errCrashed, r)
	}
}

// refuses compiles a file as far as it takes to know whether it can be built.
func (v variant) refuses(ctx context.Context, src []byte) (err error) {
	defer safely(&err)
	result, err := v.dispatch(ctx, src)
	if err != nil {
		return err
	}
	if result.State.Output() == nil {
		return nil // an empty image
	}
	// Some steps are looked at only when the graph is written.
	platform := v.platform()
	return result.State.Validate(ctx, &llb.Constraints{Platform: &platform})
}

// compile makes the build's graph and image config. It never panics.
func (v variant) compile(ctx context.Context, src []byte) (b *build, err error) {
	defer safely(&err)
	platform := v.platform()
	result, err := v.dispatch(ctx, src)
	if err != nil {
		return nil, err
	}
	definition, err := result.State.Marshal(ctx, llb.LocalUniqueID("dockmend"), llb.Platform(platform))
	if err != nil {
		return nil, err
	}
	if result.Image == nil {
		return nil, errors.New("BuildKit made no image config")
	}
	config, err := json.Marshal(result.Image)
	if err != nil {
		return nil, err
	}
	return newBuild(definition.ToPB(), config)
}

// baseModel is what all base images of a build are taken to be like.
type baseModel uint8

const (
	// plainBase configures nothing but PATH.
	plainBase baseModel = iota
	// richBase configures what an edit may wrongly take to be unset.
	richBase
	// onbuildBase has a trigger.
	onbuildBase
)

// stubResolver answers for every image with the config of a model.
type stubResolver struct {
	base     baseModel
	platform ocispecs.Platform
	env      []string
}

// imageConfig is the part of an image config that builds read.
type imageConfig struct {
	Architecture string       `json:"architecture"`
	OS           string       `json:"os"`
	Config       innerConfig  `json:"config"`
	RootFS       imageRootFS  `json:"rootfs"`
	History      []imageLayer `json:"history"`
}

type innerConfig struct {
	Env        []string `json:"Env,omitempty"`
	Entrypoint []string `json:"Entrypoint,omitempty"`
	Cmd        []string `json:"Cmd,omitempty"`
	Shell      []string `json:"Shell,omitempty"`
	User       string   `json:"User,omitempty"`
	WorkingDir string   `json:"WorkingDir,omitempty"`
	OnBuild    []string `json:"OnBuild,omitempty"`
}

type imageRootFS struct {
	Type    string          `json:"type"`
	DiffIDs []digest.Digest `json:"diff_ids"`
}

type imageLayer struct {
	CreatedBy string `json:"created_by"`
}

// What the rich base sets, in a form that no file has.
const (
	richUser   = "dockmend-user"
	richFolder = "/dockmend/base"
)

// ResolveImageConfig implements llb.ImageMetaResolver. An empty digest keeps it
// out of the graph; a base without any layer would become scratch.
func (r stubResolver) ResolveImageConfig(_ context.Context, ref string, _ sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	c := imageConfig{
		Architecture: r.platform.Architecture, OS: r.platform.OS,
		Config:  innerConfig{Env: []string{"PATH=/usr/local/bin:/usr/bin:/bin"}},
		RootFS:  imageRootFS{Type: "layers", DiffIDs: []digest.Digest{digest.FromString("dockmend")}},
		History: []imageLayer{{CreatedBy: "base"}},
	}
	c.Config.Env = append(c.Config.Env, r.env...)
	switch r.base {
	case richBase:
		c.Config.Env = append(c.Config.Env, "DOCKMEND_BASE=1")
		c.Config.Entrypoint = []string{"/dockmend-entrypoint"}
		c.Config.Cmd = []string{"dockmend-command"}
		c.Config.Shell = []string{"/bin/bash", "-o", "pipefail", "-c"}
		c.Config.User = richUser
		c.Config.WorkingDir = richFolder
	case onbuildBase:
		c.Config.OnBuild = []string{"RUN dockmend-trigger", "COPY . /dockmend"}
	case plainBase:
	}
	config, err := json.Marshal(c)
	return ref, "", config, err
}
