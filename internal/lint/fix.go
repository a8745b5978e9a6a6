package lint

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/text"
)

// Applicability says who may apply a fix. The zero value is the careful one.
type Applicability uint8

// Manual fixes are shown and never applied, Unsafe ones applied only when
// asked for, Safe ones keep what the image does (docs/contract.md section 5).
const (
	Manual Applicability = iota
	Unsafe
	Safe
)

var applicabilityNames = [...]string{"manual", "unsafe", "safe"}

func (a Applicability) String() string { return applicabilityNames[a] }

// MarshalText writes the name that reports use.
func (a Applicability) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// Effect is what a fix does to the build, least first (docs/contract.md section 5).
type Effect uint8

// The effect classes. A rule declares the largest one that its fix may have;
// the proof measures the real one.
const (
	EffectNone Effect = iota
	EffectConfig
	EffectSource
	EffectRepin
	EffectShell
	EffectGraph
	EffectUnknown
)

var effectNames = [...]string{"none", "config", "source", "repin", "shell", "graph", "unknown"}

// Words says in one clause what an effect means for a file of a kind.
func (e Effect) Words(t Target) string {
	switch t {
	case TargetIgnoreFile:
		return ignoreFileWords[e]
	case TargetCompose:
		return composeWords[e]
	default:
		return buildWords[e]
	}
}

// What the effects mean, least first. Of a file with no image to build only some can
// be.
var (
	buildWords = [...]string{
		"same build steps, same image configuration",
		"same build steps, and only the image's configuration changes",
		"same image, now also named by its digest",
		"same image under another name",
		"same commands in another layout; the layer is built again once",
		"build steps change",
		"the effect is not known",
	}
	composeWords = [...]string{
		"Compose reads the same from the file",
		"what Compose reads from the file changes",
		"same image, now also named by its digest",
		"same image under another name",
		"same commands in another layout",
		"the image that a service gets changes",
		"the effect is not known",
	}
	ignoreFileWords = [...]string{
		"the build gets the same files",
		"the build gets the same files",
		"the build gets the same files",
		"the build gets the same files",
		"the build gets the same files",
		"the build gets other files",
		"the effect is not known",
	}
)

func (e Effect) String() string { return effectNames[e] }

// MarshalText writes the name that reports use.
func (e Effect) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// FileEdit is an edit to one file. File is empty for the document in which the
// finding stands; else it is a path relative to the root, with slashes.
type FileEdit struct {
	File string
	text.Edit
}

// Fix is one way to fix a finding. Title is a verb phrase that says what the
// edit does ("rewrite as a JSON array").
type Fix struct {
	Title         string
	Applicability Applicability
	// MaxEffect is the largest effect that the fix may have on the build.
	MaxEffect Effect
	// Changes are the parts of a compose file's model that the fix may change,
	// with all that lies below them: "services.*.ports", where "*" stands for any
	// name. They count where MaxEffect is EffectConfig; other files have no model.
	Changes []string
	Edits   []FileEdit
}

// MayChange reports whether a value of the model, given by the keys and places that
// lead to it, lies in what the fix declares. Extensions of the top level (x-...)
// need no declaration: what services merge from them shows there.
func (f *Fix) MayChange(path []string) bool {
	return strings.HasPrefix(path[0], "x-") || slices.ContainsFunc(f.Changes, func(part string) bool {
		names := strings.Split(part, ".")
		if len(names) > len(path) {
			return false
		}
		for i, name := range names {
			if name != "*" && name != path[i] {
				return false
			}
		}
		return true
	})
}

// Replace makes the edit that replaces span in the finding's own document.
func Replace(span text.Span, replacement string) FileEdit {
	return FileEdit{Edit: text.Edit{Span: span, New: replacement}}
}

// Insert makes the edit that inserts at a byte offset of the finding's own document.
func Insert(offset int, insertion string) FileEdit {
	return Replace(text.Span{Start: offset, End: offset}, insertion)
}

// Delete makes the edit that deletes span from the finding's own document.
func Delete(span text.Span) FileEdit { return Replace(span, "") }
