// Package model asks Compose's own loader what it makes of a file. It stands
// apart because linking it costs every start of the program some milliseconds:
// the loader's schema library compiles its meta-schemas when it is initialised,
// which cannot be put off. Only a proof needs it.
package model

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/compose-spec/compose-go/v2/interpolation"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/tree"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/sirupsen/logrus"
	yamllib "go.yaml.in/yaml/v4"
)

// Load gives what Compose makes of a file, by its own loader: short forms
// written out, defaults of variables put in. Two files with equal models start
// the same containers. lookup gives variables their values; nil means that none
// is set.
//
// It reads the bytes and nothing else: include, extends, env_file and label_file
// stay as they are, and no path is resolved. An error says why Compose refuses
// the file, or that it is one which cannot be told about by itself.
func Load(src []byte, lookup func(name string) (string, bool)) (model map[string]any, err error) {
	model, _, err = LoadChecked(src, lookup)
	return model, err
}

// LoadChecked is Load with what Compose has against the file once it knows the whole
// project: a volume that is not declared, two limits that differ. Files that others
// complete are refused for nothing, so that an error there is one to compare only.
func LoadChecked(src []byte, lookup func(name string) (string, bool)) (model map[string]any, inconsistent, err error) {
	model, err = load(src, lookup, true)
	if err == nil {
		return model, nil, nil
	}
	inconsistent = err
	if model, err = load(src, lookup, false); err != nil {
		return nil, nil, err
	}
	return model, inconsistent, nil
}

func load(src []byte, lookup func(name string) (string, bool), check bool) (model map[string]any, err error) {
	defer recovered(&err)
	silence()
	content, err := withoutVersion(src)
	if err != nil {
		return nil, err
	}
	details, options := settings(content, lookup, check)
	dict, err := loader.LoadModelWithContext(context.Background(), details, options)
	if err != nil {
		return nil, err
	}
	// A project has neither: it has the name that was set above.
	include, name := dict["include"], dict["name"]
	// The loader's types make one of the forms that a value may have: lists and
	// mappings of variables, numbers in quotes and without.
	project, err := loader.ModelToProject(dict, loader.ToOptions(&details, []func(*loader.Options){options}), details)
	if err != nil {
		return nil, err
	}
	written, err := project.MarshalYAML() // its JSON fails for keys of SSH
	if err != nil {
		return nil, err
	}
	if err := yamllib.Unmarshal(written, &model); err != nil {
		return nil, err
	}
	model["name"] = name
	if include != nil {
		model["include"] = include
	}
	return model, nil
}

// settings are those of a load that reads nothing but the content.
func settings(content map[string]any, lookup func(name string) (string, bool), check bool) (types.ConfigDetails, func(*loader.Options)) {
	if lookup == nil {
		lookup = unset
	}
	details := types.ConfigDetails{
		WorkingDir: "/",
		// A file without Config and Content would be read from the disk.
		ConfigFiles: []types.ConfigFile{{Filename: "compose.yaml", Config: content}},
		Environment: types.Mapping{},
	}
	var casts map[tree.Path]interpolation.Cast // made before the loader changes the content
	return details, func(o *loader.Options) {
		if casts == nil {
			casts = castsFor(content, o.Interpolate.TypeCastMapping)
		}
		o.Interpolate.TypeCastMapping = casts
		o.SetProjectName("project", true)
		o.SkipExtends, o.SkipInclude = true, true
		o.SkipResolveEnvironment, o.SkipResolveLabels = true, true
		o.SkipConsistencyCheck, o.SkipNormalization, o.SkipDefaultValues = !check, true, true
		o.ResolvePaths = false
		o.Profiles = []string{"*"}         // all services, whichever would be started
		o.Interpolate.LookupValue = lookup // nil would ask the process's environment
		o.Interpolate.Substitute = func(s string, m template.Mapping) (string, error) {
			return template.SubstituteWithOptions(s, m, template.WithoutLogging)
		}
	}
}

// recovered makes an error of a panic.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("compose-go failed: %v", r)
	}
}

// silence keeps the loader from writing its hints to the standard error, which
// is not its to write to; it has no option for most of them.
var silence = sync.OnceFunc(func() { logrus.SetOutput(io.Discard) }) //nolint:gochecknoglobals // the logger is the loader's global, turned off once

// withoutVersion decodes a file as the loader does, but for two things: what
// !reset takes away is gone, and so is version, which means nothing.
func withoutVersion(src []byte) (map[string]any, error) {
	decoder := yamllib.NewDecoder(bytes.NewReader(src))
	var doc, second yamllib.Node
	if err := decoder.Decode(&doc); err != nil {
		return nil, err
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, errors.New("the file has several documents, which Compose merges")
	}
	reset(&doc, 0)
	var content map[string]any
	if err := doc.Decode(&content); err != nil {
		return nil, err
	}
	if content == nil {
		return nil, errors.New("the file is empty")
	}
	delete(content, "version")
	return content, nil
}

// reset removes the pairs whose value is tagged so. The library bounds the
// depth of a tree.
func reset(n *yamllib.Node, depth int) {
	if depth > maxDepth {
		return
	}
	if n.Kind == yamllib.MappingNode {
		kept := n.Content[:0]
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i+1].Tag != "!reset" {
				kept = append(kept, n.Content[i], n.Content[i+1])
			}
		}
		n.Content = kept
	}
	for _, c := range n.Content {
		reset(c, depth+1)
	}
}

// maxDepth is how deep a file may be; compose.Parse refuses what is deeper.
const maxDepth = 200
