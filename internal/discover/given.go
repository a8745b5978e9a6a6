package discover

import (
	"bytes"
	"encoding/json"
	"path"
	"strings"

	"github.com/tailscale/hujson"
	"go.yaml.in/yaml/v4"
)

// maxGiver is the size in bytes up to which a file that names Dockerfiles is read.
const maxGiver = 1 << 20

// isGiver tells whether a file may name Dockerfiles: compose files, bake files in
// JSON, devcontainers. Bake files in HCL are programs and are not read.
func isGiver(name string) bool {
	base := path.Base(name)
	return isCompose(strings.ToLower(base)) || base == "docker-bake.json" || base == "docker-bake.override.json" ||
		base == "devcontainer.json" || base == ".devcontainer.json"
}

// followNames adds the files that compose files, bake files and devcontainers
// name. What these files have wrong is for rules to say.
func (s *search) followNames() {
	for _, giver := range s.givers {
		src, err := s.root.Read(giver, maxGiver)
		if err != nil || !bytes.Contains(bytes.ToLower(src), []byte("dockerfile")) {
			continue
		}
		for _, b := range builds(giver, src) {
			name, ok := b.path(path.Dir(giver))
			if !ok || s.skippedAbove(name) {
				continue
			}
			if _, known := s.files[name]; known {
				continue
			}
			info, err := s.root.Lstat(name)
			if err != nil || !info.Mode().IsRegular() {
				continue
			}
			if pattern, excluded := s.excluded(name); excluded {
				s.skip(name, kindExcluded, "excluded by "+pattern)
				continue
			}
			c, _ := classify(name)
			s.files[name] = File{Path: name, Template: c.template}
		}
	}
}

func (s *search) skippedAbove(name string) bool {
	for at := name; at != "."; at = path.Dir(at) {
		if why := s.skipped[at].Reason; why != "" && !strings.HasPrefix(why, "the name ends in") {
			return true
		}
	}
	return false
}

// build is a build as such files describe it.
type build struct {
	Context    string `json:"context" yaml:"context"`
	Dockerfile string `json:"dockerfile" yaml:"dockerfile"`
}

// path is the Dockerfile's place in the root; ok is false for one that is not
// named, is remote, has variables, or lies outside.
func (b build) path(dir string) (name string, ok bool) {
	if b.Dockerfile == "" || strings.ContainsAny(b.Context+b.Dockerfile, "$\x00") || strings.Contains(b.Context, "://") || path.IsAbs(b.Dockerfile) || path.IsAbs(b.Context) {
		return "", false
	}
	name = path.Join(dir, b.Context, b.Dockerfile)
	return name, name != ".." && !strings.HasPrefix(name, "../")
}

func builds(giver string, src []byte) []build {
	switch base := path.Base(giver); {
	case strings.HasSuffix(base, "devcontainer.json"):
		return devcontainerBuilds(src)
	case strings.HasSuffix(base, ".json"):
		return bakeBuilds(src)
	}
	return composeBuilds(src)
}

func devcontainerBuilds(src []byte) []build {
	plain, err := hujson.Standardize(src)
	if err != nil {
		return nil
	}
	var file struct {
		Build      build  `json:"build"`
		DockerFile string `json:"dockerFile"`
	}
	if json.Unmarshal(plain, &file) != nil {
		return nil
	}
	// Unlike elsewhere, the path is relative to the file, not to the context.
	file.Build.Context = ""
	return []build{file.Build, {Dockerfile: file.DockerFile}}
}

func bakeBuilds(src []byte) []build {
	var file struct {
		Target map[string]build `json:"target"`
	}
	if json.Unmarshal(src, &file) != nil {
		return nil
	}
	var all []build
	for _, b := range file.Target {
		all = append(all, b)
	}
	return all
}

// composeBuilds reads nodes, so that no alias is ever expanded.
func composeBuilds(src []byte) []build {
	var document yaml.Node
	if yaml.Unmarshal(src, &document) != nil || len(document.Content) == 0 {
		return nil
	}
	services := child(document.Content[0], "services")
	if services == nil || services.Kind != yaml.MappingNode {
		return nil
	}
	var all []build
	for i := 1; i < len(services.Content); i += 2 {
		node := child(services.Content[i], "build")
		if node == nil || node.Kind != yaml.MappingNode {
			continue
		}
		b := build{}
		if n := child(node, "context"); n != nil {
			b.Context = n.Value
		}
		if n := child(node, "dockerfile"); n != nil {
			b.Dockerfile = n.Value
		}
		all = append(all, b)
	}
	return all
}

func child(node *yaml.Node, key string) *yaml.Node {
	if node.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}
	return nil
}
