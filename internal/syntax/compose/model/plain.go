package model

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// plainKeys are the keys of a service that depend on nothing else, with what reports
// whether Compose takes a value.
var plainKeys = map[string]func(any) bool{
	"image":             isText,
	"build":             isPlainBuild,
	"restart":           isText,
	"hostname":          isText,
	"user":              isText,
	"working_dir":       isText,
	"stop_signal":       isText,
	"runtime":           isText,
	"pull_policy":       isOneOf("always", "missing", "never", "if_not_present"),
	"environment":       arePairs,
	"labels":            arePairs,
	"command":           isPlainCommand,
	"entrypoint":        isPlainCommand,
	"env_file":          func(v any) bool { return isText(v) || areTexts(v) },
	"profiles":          areNames,
	"cap_add":           areTexts,
	"cap_drop":          areTexts,
	"security_opt":      areDifferentTexts,
	"ports":             arePlainPorts,
	"expose":            arePlainPorts,
	"attach":            isBool,
	"tty":               isBool,
	"stdin_open":        isBool,
	"privileged":        isBool,
	"init":              isBool,
	"read_only":         isBool,
	"stop_grace_period": isPlainTime,
	"shm_size":          isPlainSize,
	"healthcheck":       isPlainHealthcheck,
	"logging":           isPlainLogging,
}

const nameBytes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

// isPlainPart reports whether Compose takes a key of the file, whatever else is there.
func isPlainPart(key string, value any) bool {
	resource := map[string]func(any) bool{"name": isLongName, "driver": isText}
	switch key {
	case "secrets", "configs":
		return false
	case "name":
		return isText(value)
	case "networks":
		resource["internal"], resource["attachable"] = isBool, isBool
	case "volumes":
	default:
		return isPlainValue(value)
	}
	external := map[string]func(any) bool{"name": isLongName, "external": func(v any) bool { return v == true }}
	all, ok := value.(map[string]any)
	for name, entry := range all {
		isPlain := entry == nil || hasOnly(entry, resource) || hasOnly(entry, external)
		ok = ok && isSimple(name) && isPlain
	}
	return ok
}

// isPlainValue reports whether a value is one that may stand where any may.
func isPlainValue(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		for _, entry := range v {
			if !isPlainValue(entry) {
				return false
			}
		}
		return true
	case []any:
		return !slices.ContainsFunc(v, func(entry any) bool { return !isPlainValue(entry) })
	}
	return isScalar(value)
}

// isScalar reports whether a value is a text, a number, true, false or nothing.
func isScalar(value any) bool {
	return value == nil || isText(value) || isNumber(value) || isBool(value)
}

func isText(value any) bool {
	_, ok := value.(string)
	return ok
}

func isNumber(value any) bool {
	_, ok := value.(int)
	return ok
}

func isBool(value any) bool {
	_, ok := value.(bool)
	return ok
}

func isOneOf(values ...string) func(any) bool {
	return func(value any) bool {
		s, ok := value.(string)
		return ok && slices.Contains(values, s)
	}
}

// isMadeOf reports whether a text is not empty and has such bytes only.
func isMadeOf(s, bytes string) bool { return s != "" && strings.Trim(s, bytes) == "" }

// isSimple reports whether a name has no dots, which part the ways through a file.
func isSimple(name string) bool { return isMadeOf(name, nameBytes+"-") }

// isLongName reports whether a value is a name of a container, a network or a volume.
func isLongName(value any) bool {
	s, ok := value.(string)
	return ok && len(s) > 2 && isSimple(s) && !strings.ContainsRune("_-", rune(s[0]))
}

// areAll reports whether a value is a list of such items, and not empty.
func areAll(value any, is func(any) bool) bool {
	items, ok := value.([]any)
	return ok && len(items) > 0 && !slices.ContainsFunc(items, func(item any) bool { return !is(item) })
}

func areTexts(value any) bool { return areAll(value, isText) }

func areDifferentTexts(value any) bool {
	seen := map[string]bool{}
	return areAll(value, func(item any) bool {
		s, ok := item.(string)
		ok = ok && !seen[s]
		seen[s] = true
		return ok
	})
}

// areNames reports whether a value is a list of different names.
func areNames(value any) bool { return areDifferentTexts(value) && areAll(value, isName) }

func isName(value any) bool {
	s, ok := value.(string)
	return ok && isSimple(s)
}

// hasOnly reports whether a value is a mapping of nothing but such keys, and not empty.
func hasOnly(value any, keys map[string]func(any) bool) bool {
	entries, ok := value.(map[string]any)
	for key, entry := range entries {
		is := keys[key]
		if is == nil || !is(entry) {
			return false
		}
	}
	return ok && len(entries) > 0
}

// arePairs reports whether a value has names and values, as a mapping or a list.
func arePairs(value any) bool {
	entries, ok := value.(map[string]any)
	if !ok {
		return areAll(value, func(item any) bool {
			s, _ := item.(string)
			name, _, _ := strings.Cut(s, "=")
			return isMadeOf(name, nameBytes+"-./")
		})
	}
	for key, entry := range entries {
		if !isMadeOf(key, nameBytes+"-./") || !isScalar(entry) {
			return false
		}
	}
	return true
}

// isPlainCommand reports whether a value is a list of arguments, or words without quotes.
func isPlainCommand(value any) bool {
	if s, ok := value.(string); ok {
		return isMadeOf(s, nameBytes+" -./:=,@%+")
	}
	return areTexts(value)
}

// arePlainPorts reports whether a value is a list of ports that are not ranges.
func arePlainPorts(value any) bool { return areAll(value, isPlainPort) }

func isPlainPort(value any) bool {
	if n, ok := value.(int); ok {
		return n > 0 && n < 1<<16
	}
	s, _ := value.(string)
	for _, address := range []string{"127.0.0.1:", "0.0.0.0:"} {
		if rest, has := strings.CutPrefix(s, address); has && strings.Contains(rest, ":") {
			s = rest
			break
		}
	}
	for _, protocol := range []string{"/tcp", "/udp"} {
		s = strings.TrimSuffix(s, protocol)
	}
	host, port, both := strings.Cut(s, ":")
	return isPortNumber(host) && (!both || isPortNumber(port))
}

func isPortNumber(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0 && s[0] != '0'
}

// isAmount reports whether a value is a number of at most six digits and a unit.
func isAmount(value any, units ...string) bool {
	s, ok := value.(string)
	rest := strings.TrimLeft(s, "0123456789")
	const digits = 6
	length := len(s) - len(rest)
	return ok && length > 0 && length <= digits && slices.Contains(units, rest)
}

func isPlainTime(value any) bool { return isAmount(value, "ms", "s", "m", "h") }

func isPlainSize(value any) bool { return isAmount(value, "k", "kb", "m", "mb", "M", "g", "gb", "G") }

func isPlainHealthcheck(value any) bool {
	return hasOnly(value, map[string]func(any) bool{
		"test": isPlainTest, "interval": isPlainTime, "timeout": isPlainTime, "start_period": isPlainTime, "start_interval": isPlainTime,
		"retries": isPlainPort,
	}) && !isText(mapping(value)["retries"])
}

func isPlainTest(value any) bool {
	items, ok := value.([]any)
	if !ok {
		return isText(value)
	}
	return areTexts(value) && isOneOf("CMD", "CMD-SHELL", "NONE")(items[0])
}

func isPlainLogging(value any) bool {
	return hasOnly(value, map[string]func(any) bool{"driver": isText, "options": func(v any) bool {
		options, ok := v.(map[string]any)
		for key, option := range options {
			ok = ok && isSimple(key) && (isText(option) || isNumber(option))
		}
		return ok
	}})
}

// isPlainBuild reports whether a value is a context, or one with a few plain settings.
func isPlainBuild(value any) bool {
	settings := map[string]func(any) bool{"context": isText, "dockerfile": isText, "target": isText, "args": arePairs}
	return isText(value) || hasOnly(value, settings)
}

// arePlainMounts reports whether a value is a list of mounts in their short form, on
// different folders, of volumes that the file has.
func (l *leaner) arePlainMounts(value any) bool {
	seen := map[string]bool{}
	return areAll(value, func(item any) bool {
		s, _ := item.(string)
		if !isMadeOf(s, nameBytes+"-./:~@+,= ") {
			return false
		}
		parts := strings.Split(s, ":")
		const most = 3 // source, target, options
		target := path.Clean(parts[min(1, len(parts)-1)])
		switch {
		case len(parts) > most || slices.Contains(parts, "") || target[0] != '/' || seen[target]:
			return false
		case len(parts) > 1 && !l.isPlainSource(parts[0]):
			return false
		}
		seen[target] = true
		return true
	})
}

// isPlainSource reports whether what is mounted is a path or a volume of the file. One
// letter could be a drive.
func (l *leaner) isPlainSource(source string) bool {
	_, declared := l.volumes[source]
	if declared && len(source) > 1 {
		return true
	}
	return strings.ContainsRune("./~", rune(source[0]))
}

// arePlainDependencies reports whether a value names plain services, which depend on none
// but such: there is no circle.
func (l *leaner) arePlainDependencies(value any) bool {
	if entries, ok := value.(map[string]any); ok {
		for name, entry := range entries {
			_, hasCondition := mapping(entry)["condition"]
			if !hasCondition || !l.isPlain(name) || !hasOnly(entry, plainDependency) {
				return false
			}
		}
		return len(entries) > 0
	}
	return areNames(value) && areAll(value, func(item any) bool { return l.isPlain(item.(string)) })
}

var plainDependency = map[string]func(any) bool{
	"condition": isOneOf("service_started", "service_healthy", "service_completed_successfully"), "required": isBool, "restart": isBool,
}
