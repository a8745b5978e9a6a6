package discover

import (
	"bytes"
	"encoding/json"
	"path"
	"strings"

	"github.com/tailscale/hujson"
	"go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// maxGiver is the size in bytes up to which a file that names Dockerfiles is read.
const maxGiver = 1 << 20

// isGiver reports whether a file may name Dockerfiles: compose files, bake files,
// devcontainers.
func isGiver(name string) bool {
	base := path.Base(name)
	switch base {
	case "devcontainer.json", ".devcontainer.json":
		return true
	}
	return mayBeCompose(strings.ToLower(base)) || isBake(base)
}

// isBake reports whether buildx reads a file of that name by itself, or the name is
// made like those.
func isBake(base string) bool {
	return strings.HasPrefix(base, "docker-bake") && (strings.HasSuffix(base, ".json") || strings.HasSuffix(base, ".hcl"))
}

// followNames adds the files that compose files, bake files and devcontainers
// name. What these files have wrong is for rules to say.
func (s *search) followNames() {
	for i := 0; i < len(s.givers); i++ { // a compose file may name the next one
		giver := s.givers[i]
		src, err := s.root.Read(giver, maxGiver)
		if err != nil || !namesFiles(src) {
			continue
		}
		for _, b := range builds(giver, src) {
			name, ok := b.path(path.Dir(giver))
			if !ok || !s.follow(name) {
				continue
			}
			if b.compose {
				s.files[name] = File{Path: name, Target: lint.TargetCompose}
				s.givers = append(s.givers, name)
				continue
			}
			c, _ := classify(name)
			s.files[name] = File{Path: name, Template: c.template}
		}
	}
}

// namesFiles reports whether a text has a word with which another file is named.
func namesFiles(src []byte) bool {
	lower := bytes.ToLower(src)
	for _, word := range []string{"dockerfile", "include", "extends"} {
		if bytes.Contains(lower, []byte(word)) {
			return true
		}
	}
	return false
}

// follow reports whether a file that another one names is to be taken.
func (s *search) follow(name string) bool {
	if _, known := s.files[name]; known || s.skippedAbove(name) {
		return false
	}
	info, err := s.root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	pattern, excluded := s.excluded(name)
	if excluded {
		s.skip(name, kindExcluded, "excluded by "+pattern)
	}
	return !excluded
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
	// compose says that Dockerfile is the name of another compose file instead.
	compose bool
}

// path is the Dockerfile's place in the root; ok is false for one that is not
// named, is remote, has variables, or lies outside.
func (b build) path(dir string) (name string, ok bool) {
	isVariable := strings.ContainsAny(b.Context+b.Dockerfile, "$\x00")
	isElsewhere := strings.Contains(b.Context, "://") || path.IsAbs(b.Dockerfile) || path.IsAbs(b.Context)
	if b.Dockerfile == "" || isVariable || isElsewhere {
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
	case strings.HasSuffix(base, ".hcl"):
		return bakeTargets(src)
	}
	return composeBuilds(src)
}

func devcontainerBuilds(src []byte) []build {
	if text.CountAny(src, "[{") > limits.Brackets {
		return nil
	}
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
	all := included(child(document.Content[0], "include"))
	services := child(document.Content[0], "services")
	if services == nil || services.Kind != yaml.MappingNode {
		return all
	}
	for i := 1; i < len(services.Content); i += 2 {
		if extends := child(services.Content[i], "extends"); extends != nil {
			if file := child(extends, "file"); file != nil {
				all = append(all, build{Dockerfile: file.Value, compose: true})
			}
		}
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

// included are the compose files that the section include of another one names, each
// a text or a mapping with one path or several.
func included(section *yaml.Node) (all []build) {
	if section == nil || section.Kind != yaml.SequenceNode {
		return nil
	}
	for _, item := range section.Content {
		paths := []*yaml.Node{item}
		if p := child(item, "path"); p != nil {
			paths = []*yaml.Node{p}
			if p.Kind == yaml.SequenceNode {
				paths = p.Content
			}
		}
		for _, p := range paths {
			if p.Kind == yaml.ScalarNode && isYAML(p.Value) {
				all = append(all, build{Dockerfile: p.Value, compose: true})
			}
		}
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
