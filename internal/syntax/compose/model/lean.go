package model

import (
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/template"
)

// The loader's time goes with what it is given, about 0.6 ms for each service, and it is
// asked often: to find the part of a file that it refuses. Nearly all that people write is
// of a few plain forms, which it takes whatever else the file holds. So it is given the rest.

// lean is a content, with its variables put in, without what is plain: Compose refuses one
// exactly when it refuses the other. It is nil where nothing is left to ask. What a file
// names counts as there: lacks has the other answer.
func lean(content, put Content) Content {
	services, ok := put["services"].(map[string]any)
	if !ok || len(services) == 0 {
		return content
	}
	l := &leaner{services: services, known: make(map[string]plainness, len(services))}
	l.volumes = mapping(put["volumes"])
	left := Content{}
	for key, value := range put {
		switch {
		case key == "services":
		case !slices.Contains(parts, key) && !strings.HasPrefix(key, "x-"):
			return content
		case !isPlainPart(key, value):
			left[key] = content[key]
		}
	}
	rest := l.rest(mapping(content["services"]))
	switch {
	case len(rest) > 0:
	case len(left) == 0:
		return nil
	default:
		rest["dockmend"] = map[string]any{"image": "dockmend"}
	}
	for _, key := range []string{"networks", "volumes"} { // what is left may name them
		if value, ok := content[key]; ok {
			left[key] = value
		}
	}
	left["services"] = rest
	return left
}

// parts are the keys of a file, besides services, that name none of these; jobs may.
var parts = []string{"name", "networks", "volumes", "secrets", "configs"}

// leaner looks through the services of a file, whose variables are put in.
type leaner struct {
	services, volumes map[string]any
	known             map[string]plainness
}

// plainness is what is known of a service.
type plainness int

const (
	unseen plainness = iota
	notPlain
	plain
)

// rest are the services that are not plain, without what is plain in them, and the plain
// ones that they may name, by their source alone. written are the services as they are
// in the file.
func (l *leaner) rest(written map[string]any) map[string]any {
	rest, words := map[string]any{}, map[string]bool{}
	for name, value := range l.services {
		if l.isPlain(name) {
			continue
		}
		service := mapping(value)
		if service == nil || !isSimple(name) {
			rest[name] = written[name]
			eachWord(value, words)
			continue
		}
		kept := map[string]any{}
		for key, entry := range service {
			if isSource := key == "image" || key == "build"; isSource || !l.isPlainKey(service, key, entry) {
				kept[key] = mapping(written[name])[key]
				eachWord(entry, words)
			}
		}
		rest[name] = kept
	}
	for word := range words {
		if l.known[word] != plain {
			continue
		}
		kept := map[string]any{}
		for _, key := range []string{"image", "build"} {
			if value, ok := mapping(written[word])[key]; ok {
				kept[key] = value
			}
		}
		rest[word] = kept
	}
	return rest
}

// isPlain reports whether all of a service is plain, and so are those on which it depends.
// Those that wait for each other are not.
func (l *leaner) isPlain(name string) bool {
	if known := l.known[name]; known != unseen {
		return known == plain
	}
	l.known[name] = notPlain
	service := mapping(l.services[name])
	_, builds := service["build"]
	image, _ := service["image"].(string)
	if isEmpty := image == "" && !builds; isEmpty || !isSimple(name) {
		return false
	}
	for key, value := range service {
		if !l.isPlainKey(service, key, value) {
			return false
		}
	}
	l.known[name] = plain
	return true
}

// isPlainKey reports whether Compose takes a key of a service, whatever else is there.
func (l *leaner) isPlainKey(service map[string]any, key string, value any) bool {
	has := func(others ...string) bool {
		return slices.ContainsFunc(others, func(other string) bool {
			_, ok := service[other]
			return ok
		})
	}
	if has("pre_start", "provider") {
		return false // the first inherit from the service, the second is another kind of service
	}
	switch key {
	case "container_name":
		return isLongName(value) && !has("scale", "deploy")
	case "networks":
		return areNames(value) && !has("network_mode")
	case "network_mode":
		return isOneOf("host", "bridge", "none")(value) && !has("networks")
	case "volumes":
		return l.arePlainMounts(value) && !has("tmpfs")
	case "depends_on":
		return l.arePlainDependencies(value)
	case "platform":
		return isText(value) && !has("build")
	}
	if strings.HasPrefix(key, "x-") && key != "x-develop" { // which is one for develop
		return isPlainValue(value)
	}
	is, ok := plainKeys[key]
	return ok && is(value)
}

// puts is a value with its variables put in. It shares what has none with the value. An
// error is why the loader does not put one in.
func puts(value any, lookup func(string) (string, bool)) (any, error) {
	switch v := value.(type) {
	case map[string]any:
		if !hasDollar(v) {
			return v, nil
		}
		out := make(map[string]any, len(v))
		for key, entry := range v {
			var err error
			if out[key], err = puts(entry, lookup); err != nil {
				return nil, err
			}
		}
		return out, nil
	case []any:
		if !hasDollar(v) {
			return v, nil
		}
		out := make([]any, len(v))
		for i, entry := range v {
			var err error
			if out[i], err = puts(entry, lookup); err != nil {
				return nil, err
			}
		}
		return out, nil
	case string:
		if strings.IndexByte(v, '$') < 0 {
			return v, nil
		}
		return template.SubstituteWithOptions(v, lookup, template.WithoutLogging)
	}
	return value, nil
}

// hasDollar reports whether a value has texts with variables.
func hasDollar(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		for _, entry := range v {
			if hasDollar(entry) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, hasDollar)
	case string:
		return strings.IndexByte(v, '$') >= 0
	}
	return false
}

// eachWord notes the words of a value that could be names.
func eachWord(value any, words map[string]bool) {
	switch v := value.(type) {
	case map[string]any:
		for key, entry := range v {
			eachWord(key, words)
			eachWord(entry, words)
		}
	case []any:
		for _, entry := range v {
			eachWord(entry, words)
		}
	case string:
		for word := range strings.FieldsFuncSeq(v, func(r rune) bool { return !strings.ContainsRune(nameBytes+"-", r) }) {
			words[word] = true
		}
	}
}

func mapping(value any) map[string]any {
	entries, _ := value.(map[string]any)
	return entries
}

// lacks reports whether a whole file lacks something that it names, which Compose refuses
// whatever else it has: the source of a service, or a network, a volume or a service.
func lacks(put Content) bool {
	services, isMapping := put["services"].(map[string]any)
	if _, hasJobs := put["jobs"]; hasJobs || !isMapping {
		return false
	}
	networks, volumes := mapping(put["networks"]), mapping(put["volumes"])
	for _, value := range services {
		service := mapping(value)
		_, builds := service["build"]
		_, isProvided := service["provider"]
		image, hasImage := service["image"]
		switch {
		case service == nil || isProvided:
		case (!hasImage || image == "") && !builds, lacksAny(service["depends_on"], services):
			return true
		case lacksAny(service["networks"], networks), lacksVolume(service["volumes"], volumes):
			return true
		}
	}
	return false
}

// lacksAny reports whether one of the names in a list or a mapping is not there. The
// network "default" always is.
func lacksAny(names any, there map[string]any) bool {
	lacks := func(name string) bool {
		_, ok := there[name]
		return !ok && name != "default"
	}
	switch v := names.(type) {
	case map[string]any:
		for name := range v {
			if lacks(name) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, func(item any) bool {
			name, ok := item.(string)
			return ok && lacks(name)
		})
	}
	return false
}

// lacksVolume reports whether a mount in its short form names a volume that is not there.
func lacksVolume(mounts any, there map[string]any) bool {
	items, _ := mounts.([]any)
	return slices.ContainsFunc(items, func(item any) bool {
		s, _ := item.(string)
		source, target, _ := strings.Cut(s, ":")
		_, ok := there[source]
		return !ok && len(source) > 1 && isSimple(source) && strings.HasPrefix(target, "/")
	})
}
