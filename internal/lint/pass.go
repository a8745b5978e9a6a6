package lint

import (
	"errors"

	"github.com/dockmend/dockmend/internal/text"
)

// Finding is what a rule says about a place in its document.
type Finding struct {
	// Span is the place that a person would underline.
	Span text.Span
	// Message quotes the text, says what is wrong with it and then what to do;
	// lower case, no final full stop.
	Message string
	// Variant is one of the rule's variants, or empty.
	Variant string
	// Severity differs from the rule's only where the rule says why.
	Severity   Severity
	Confidence Confidence
	Related    []Related
	// Within is the part of the document that is refused, for a rule whose findings
	// give way to more exact ones there; Span is the place in it. See Meta.Refusal.
	Within text.Span
	// Fixes are alternatives, the first preferred.
	Fixes []Fix
	// Dated is set for a finding that a day brings, such as the end of support. It is no
	// part of what identifies the finding.
	Dated Dated
	// Next is what is said instead where an ignore comment silences the finding, by a rule
	// that speaks once of several places: the finding of the next one.
	Next *Finding
}

// Dated says since when a finding holds and why.
type Dated struct {
	// Since is the first day on which it holds, in UTC as "2006-01-02"; empty for a
	// finding that depends on no day.
	Since string
	// What happened then, as "support ended".
	What string
}

// Related is a further place that explains a finding. It lies in the finding's
// own document, unless Source or File name another file.
type Related struct {
	// Source is another file that was read, in which Span lies.
	Source *Source
	// File is the path of another file as a whole, as Context.Path gives it; Span
	// says nothing then.
	File    string
	Span    text.Span
	Message string
	// Cause is set for the change that made a new finding, which stands on no changed line.
	Cause bool
}

// CauseMessage is the message of a Related that is a cause.
const CauseMessage = "this is what changed"

// Name is the path of the other file, empty for the finding's own document.
func (r Related) Name() string {
	if r.Source != nil {
		return r.Source.Path
	}
	return r.File
}

// Pass is what a rule gets for one document, and where it reports. It serves the
// next rule once Check has returned, so a rule keeps nothing of it. D is the type of
// documents, P that of the project: both lie above this package.
type Pass[D, P any] struct {
	Doc D
	// Project answers what other files of the repository say: a rule that asks it reads
	// more than the document.
	Project P
	Options Options
	// Settings are those of the whole configuration that rules may read.
	Settings *Settings
	// Hadolint asks for hadolint's triggers where ours are narrower or wider.
	Hadolint bool
	// Files is the gate to the build context; see Context.
	Files Context
	// Registry answers for image references, or says why it cannot.
	Registry Registry
	// Notes are what ShellCheck says about the document's scripts.
	Notes []ScriptNote
	// Refusals asks the program that reads such documents, once, why it refuses
	// this one; the error says why it was not asked. It is nil for kinds of which
	// no program is here.
	Refusals func() ([]Refusal, error)
	// Report takes a finding. Its span must lie in the document.
	Report func(Finding)
	// Skip says that the rule could not check this document, and why. A rule
	// that skips is shown as skipped, never as passed.
	Skip func(reason string)
}

// Refusal is why the program that reads a document does not take it.
type Refusal struct {
	// Within is the part of the document that is refused; it is empty where that
	// is the whole document.
	Within text.Span
	// At is the place in it, where that is known.
	At text.Span
	// Reason is what the program says, on one line.
	Reason string
	// Whole is set where the reason is what the document lacks or names: another
	// one that completes it may have that.
	Whole bool
}

// Settings is the part of the configuration that is not a rule's own.
type Settings struct {
	// TrustedRegistries is empty when every registry is trusted.
	TrustedRegistries []string
	// Labels maps a required label's name to the format of its value.
	Labels       map[string]string
	StrictLabels bool
	Pin          Pin
	// AsOf is the day, in UTC as "2006-01-02", as of which the run looks at what ends
	// on a day, such as support for a release. Empty is the day of the shipped tables.
	AsOf string
}

// Pin says how references to images are pinned (docs/contract.md section 3).
type Pin struct {
	// Digest asks for digests, Version for the tag with the most specific
	// version. With neither, a fix that pins is offered and never safe, but for
	// that of a rule which asks for digests itself.
	Digest, Version bool
	// Refresh lets a digest follow its tag in a safe fix.
	Refresh bool
}

// Context is read-only, bounded and root-checked access to the files around a
// document. Paths are relative to the build context, with slashes; a path that
// leaves the root, by a link or by "..", is ErrOutside.
type Context interface {
	// ReadFile returns a file's bytes, at most the limit for a linted file.
	ReadFile(path string) ([]byte, error)
	// Source returns a file with its lines, the same one to all who ask.
	Source(path string) (*Source, error)
	// Shared returns what derive makes of a file, and the file: once for all who ask
	// by the same key, which says what derive does. What it makes is read by several
	// goroutines at a time, and derive asks no Context.
	Shared(path string, key any, derive func(*Source) any) (made any, source *Source, err error)
	// Derived returns what derive makes of the folder, what lies in it and around,
	// and its ignore file: the same for all who ask by the same key, which says what
	// derive does. Several goroutines read it at a time. Several may make it, too.
	Derived(key any, derive func() any) any
	// Exists reports whether the path names a file or a folder.
	Exists(path string) (isDir, ok bool)
	// List returns the names in a folder, sorted; folders end in a slash.
	List(path string) ([]string, error)
	// Ignored reports whether .dockerignore keeps the path out of the build, and
	// by which pattern.
	Ignored(path string) (pattern string, ignored bool)
	// Known is false when there is no build context, as for standard input.
	Known() bool
	// In is the gate to another folder, given relative to this one; it may lead up
	// ("../api"). What the folder's own ignore file leaves out is as for a build of
	// the Dockerfile, a path relative to the new folder, that may be empty. The
	// error is ErrOutside for a folder out of the root, and wraps fs.ErrNotExist
	// for one that is not there.
	In(folder, dockerfile string) (Context, error)
	// Path is how reports name a path of the context.
	Path(name string) string
	// Cut notes that a bound keeps the rest of the folder from being looked at; reason
	// says which. What is left depends on the order of the paths alone.
	Cut(reason string)
}

// Shared is a file of a context, parsed once for all who ask. For each type there
// is one parse, and what it returns must be safe for concurrent use.
func Shared[D any](files Context, name string, parse func(*Source) D) (D, *Source, error) {
	made, source, err := files.Shared(name, sharedKey[D]{}, func(src *Source) any { return parse(src) })
	if err != nil {
		var none D
		return none, nil, err
	}
	return made.(D), source, nil
}

// Derived is what derive makes of the folder of a context, kept for all who ask.
// For each type there is one derive, which may ask the context for anything, and what
// it returns must be safe for concurrent use.
func Derived[D any](files Context, derive func() D) D {
	return files.Derived(sharedKey[D]{}, func() any { return derive() }).(D)
}

// sharedKey is the key of what is parsed, or derived, as a D.
type sharedKey[D any] struct{}

// ErrOutside is the answer for a path that leads out of the root.
var ErrOutside = errors.New("path leads outside of the root")
