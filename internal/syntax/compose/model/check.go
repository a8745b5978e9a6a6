package model

import (
	"context"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/interpolation"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/override"
	"github.com/compose-spec/compose-go/v2/tree"
	"github.com/compose-spec/compose-go/v2/types"
)

// Content is what a Compose file holds, by its keys.
type Content = map[string]any

// Decode reads a file as Compose does: anchors and merge keys are followed, and what
// !reset takes away is gone. An error is why Compose does not take it for YAML.
func Decode(src []byte) (Content, error) { return withoutVersion(src) }

// Refusal is why Compose refuses a content; nil if it loads it. lookup gives variables
// their values. Where whole is false, nothing is said of what another file may add: a
// service without an image, a name that is not declared. Compose names any of several
// reasons.
func Refusal(content Content, lookup func(name string) (string, bool), whole bool) error {
	_, err := loadContent(content, lookup, whole)
	return err
}

// Refuses reports whether Refusal gives a reason, and takes less time.
func Refuses(content Content, lookup func(name string) (string, bool), whole bool) bool {
	if lookup == nil {
		lookup = unset
	}
	put, err := puts(content, lookup)
	if err != nil {
		return true
	}
	if whole && lacks(put.(Content)) {
		return true
	}
	left := lean(content, put.(Content))
	return left != nil && Refusal(left, lookup, whole) != nil
}

// unset is what gives no variable a value.
func unset(string) (string, bool) { return "", false }

// Merge is what a file makes of an earlier one that it completes.
func Merge(earlier, later Content) (merged Content, err error) {
	defer recovered(&err)
	return override.Merge(clone(earlier).(Content), clone(later).(Content))
}

// Extend is a service as another one that extends it makes of it.
func Extend(base, service map[string]any) (merged map[string]any, err error) {
	defer recovered(&err)
	return override.ExtendService(clone(base).(map[string]any), clone(service).(map[string]any))
}

// Variables reads a file of variables. An error is why Compose refuses it.
func Variables(src []byte, lookup func(name string) (string, bool)) (map[string]string, error) {
	silence()
	return dotenv.ParseWithLookup(strings.NewReader(string(src)), lookup)
}

// clone copies a content, since the loader changes what it is given.
func clone(value any) any {
	switch v := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, entry := range v {
			out[key] = clone(entry)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, entry := range v {
			out[i] = clone(entry)
		}
		return out
	}
	return value
}

// loadContent is the part of load that takes a decoded file.
func loadContent(content Content, lookup func(name string) (string, bool), check bool) (project *types.Project, err error) {
	defer recovered(&err)
	silence()
	details, plain := settings(clone(content).(Content), lookup, check)
	options := func(o *loader.Options) {
		plain(o)
		o.SkipNormalization = !check // which adds what is checked: the network "default", what links depend on
	}
	dict, err := loader.LoadModelWithContext(context.Background(), details, options)
	if err != nil {
		return nil, err
	}
	return loader.ModelToProject(dict, loader.ToOptions(&details, []func(*loader.Options){options}), details)
}

// castsFor are those of the loader's conversions that can apply to a content: the loader
// compares the way to each value with each of them, which is a third of its time.
func castsFor(content Content, all map[tree.Path]interpolation.Cast) map[tree.Path]interpolation.Cast {
	names := map[string]bool{tree.PathMatchAll: true, tree.PathMatchList: true}
	known := true
	var visit func(value any)
	visit = func(value any) {
		switch v := value.(type) {
		case map[string]any:
			for key, entry := range v {
				for part := range strings.SplitSeq(key, ".") { // a key of the file itself counts as several
					names[part] = true
				}
				visit(entry)
			}
		case []any:
			for _, entry := range v {
				visit(entry)
			}
		case map[any]any: // the loader makes texts of the keys, or refuses them
			known = false
		}
	}
	if visit(content); !known {
		return all
	}
	casts := map[tree.Path]interpolation.Cast{}
	for pattern, cast := range all {
		if !slices.ContainsFunc(pattern.Parts(), func(part string) bool { return !names[part] }) {
			casts[pattern] = cast
		}
	}
	return casts
}
