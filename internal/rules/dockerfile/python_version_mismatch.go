package dockerfile

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// PythonVersionMismatch reports Python images whose minor version does not match
// `requires-python` in `pyproject.toml` (variant `requires-python`), or is not the
// version in `.python-version` (variant `python-version`).
//
// # Why it matters
//
// pip and uv refuse to install a project on a version that `requires-python` excludes,
// so the build fails. With a version that differs from `.python-version`, the container
// runs code that you have not tested on it.
//
// # How to fix it
//
// Use an image with the version of the project, or change the file of the project.
//
// # Fix safety
//
// There is no automatic fix: either the image or the project must change, and only the author
// knows which.
//
// # Exceptions
//
// It does not report:
//
//   - builds in which uv can download its own Python
//   - tags without a minor version
//   - stages that copy nothing from the folder of these files
//   - for `.python-version`: files that name something else than plain versions, images
//     for tests, and images with a build argument
var PythonVersionMismatch = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "python-version-mismatch",
		Title:    "Python version of the image does not match the project",
		Category: lint.Python,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
		Variants: []string{"requires-python", "python-version"},
	},
	Check: checkPythonVersionMismatch,
}

func checkPythonVersionMismatch(p *facts.Pass[*facts.Dockerfile]) {
	told := map[string]bool{}
	for _, s := range p.Doc.Stages() {
		version := pythonVersion(s)
		if version == "" || s.Parent != nil || told[version] || !s.ReachesFinal() {
			continue
		}
		if !p.Files.Known() {
			continue
		}
		sources, _ := s.ContextSources(nil)
		if len(sources) == 0 || uvFetchesPython(p.Doc) {
			continue
		}
		_, minor, _ := strings.Cut(version, ".")
		n, err := strconv.Atoi(minor)
		if err != nil {
			continue
		}
		// Where there are several versions, another one than that of development can be meant.
		one := !s.Image.HasVariable() && !isForTrial(p.Doc, s)
		if f, ok := pythonAsked(p, sources, n); ok && (one || f.Variant == "requires-python") {
			told[version] = true
			f.Span = s.From.Words[0].Span
			p.Report(f)
		}
	}
}

// uvFetchesPython reports whether uv creates an environment and can use another Python
// than that of the image. An environment of an earlier stage that is copied without its
// Python does not count.
func uvFetchesPython(d *facts.Dockerfile) bool {
	if mentions(d, "UV_PYTHON_INSTALL_DIR", "uv/python") {
		return true
	}
	fetches := false
	d.EachPackageCommand(func(c facts.PackageCommand) {
		switch c.Action {
		case "sync", "venv", "run", "python":
			kept := c.HasFlag("--no-python-downloads", "--no-managed-python", "--system") || envAt(d, c.Command, "UV_PYTHON_DOWNLOADS") ||
				envAt(d, c.Command, "UV_NO_MANAGED_PYTHON") || envAt(d, c.Command, "UV_PYTHON_PREFERENCE") || envAt(d, c.Command, "UV_SYSTEM_PYTHON")
			fetches = fetches ||
				(!kept && (c.Action == "python" || !facts.Once(d, "the final stage has its environment", d.StageOf(c.Instruction), func() bool { return copiesVenv(d.Final(), d.StageOf(c.Instruction)) })))
		}
	}, "uv")
	return fetches
}

// copiesVenv reports whether a stage copies an environment from another one.
func copiesVenv(s, from *facts.Stage) bool {
	return s != nil && from != nil && slices.ContainsFunc(s.References(), func(r facts.Reference) bool {
		sources, _, ok := copyWords(r.Instruction)
		return ok && r.Stage == from && r.Instruction.Keyword == "copy" &&
			slices.ContainsFunc(sources, func(w dockerfile.Word) bool { return isVenv(bare(w.Text)) })
	})
}

// pythonAsked compares Python 3 of a minor version with what the project requires in the
// folders that the sources come from.
func pythonAsked(p *facts.Pass[*facts.Dockerfile], sources facts.Sources, minor int) (f lint.Finding, ok bool) {
	context, ok := contextOfSources(p)
	if !ok {
		return f, false
	}
	read := func(folder, name string) *lint.Source {
		src, err := context.Files.ReadFile(path.Join(folder, name))
		if err != nil {
			return nil
		}
		return lint.NewSource(context.Files.Path(path.Join(folder, name)), src)
	}
	for _, folder := range foldersOfSources(context, sources) {
		if file := read(folder, "pyproject.toml"); file != nil {
			if asked, place, found := requiresPython(file.Bytes); found && !takesPython(asked, minor) {
				return lint.Finding{
					Variant: "requires-python",
					Message: fmt.Sprintf("the image has Python 3.%d, but the project requires %q; use an image that matches, or change requires-python", minor, short(asked)),
					Related: []lint.Related{{Source: file, Span: place, Message: "the version is set here"}},
				}, true
			}
		}
		if file := read(folder, ".python-version"); file != nil {
			if asked, place, other := otherPython(string(file.Bytes), minor); other {
				return lint.Finding{
					Variant: "python-version",
					Message: fmt.Sprintf("the image has Python 3.%d, but .python-version names %s; use an image of that version, or change .python-version", minor, short(asked)),
					Related: []lint.Related{{Source: file, Span: place, Message: "the version is set here"}},
				}, true
			}
		}
	}
	return f, false
}

// requiresPython is the value of requires-python in the table project, and its
// place. It reads lines: the value is a string on one line, or it is not found.
func requiresPython(src []byte) (value string, place text.Span, ok bool) {
	table, at := "", 0
	for line := range strings.Lines(string(src)) {
		start := at
		at += len(line)
		trimmed := strings.TrimSpace(line)
		if strings.HasPrefix(trimmed, "[") {
			table, _, _ = strings.Cut(trimmed, "#")
			table = strings.TrimSpace(table)
			continue
		}
		key, rest, is := strings.Cut(line, "=")
		if table != "[project]" || !is || strings.Trim(strings.TrimSpace(key), `"'`) != "requires-python" {
			continue
		}
		rest = strings.TrimLeft(rest, " \t")
		from := start + len(line) - len(rest)
		if rest == "" || (rest[0] != '"' && rest[0] != '\'') {
			return "", place, false
		}
		end := strings.IndexByte(rest[1:], rest[0])
		if end <= 0 {
			return "", place, false
		}
		return rest[1 : 1+end], text.Span{Start: from, End: from + end + len(`""`)}, true
	}
	return "", place, false
}

// takesPython reports whether a list of specifiers (PEP 440) allows a release of Python 3
// with that minor version. A clause that cannot be read allows it.
func takesPython(specifiers string, minor int) bool {
	for clause := range strings.SplitSeq(specifiers, ",") {
		clause = strings.TrimSpace(clause)
		version := strings.TrimLeft(clause, "<>=!~ ")
		operator := strings.TrimSpace(clause[:len(clause)-len(version)])
		parts := strings.Split(strings.TrimSpace(version), ".")
		major, err := strconv.Atoi(parts[0])
		if err != nil {
			continue
		}
		asked, patch := 0, false
		if len(parts) > 1 {
			if parts[1] == "*" {
				parts = parts[:1]
			} else if asked, err = strconv.Atoi(parts[1]); err != nil {
				continue
			}
		}
		patch = len(parts) > 2 && parts[2] != "*" && parts[2] != "0"
		// Python 3 and the version, as one number each.
		const scale = 1000
		have, want := 3*scale+minor, major*scale+asked
		fits := true
		switch operator {
		case ">=", ">":
			fits = have >= want
		case "<":
			fits = have < want || (have == want && patch)
		case "<=":
			fits = have <= want
		case "==":
			fits = have == want || (len(parts) == 1 && major == 3)
		case "!=":
			fits = have != want || len(parts) < 3 || parts[2] != "*"
		case "~=":
			fits = have >= want && major == 3 && (len(parts) < 3 || have == want)
		}
		if !fits {
			return false
		}
	}
	return true
}

// otherPython reports whether a .python-version names only plain versions, and none of
// them is Python 3 with that minor version. asked is the first one, and place is where it is.
func otherPython(src string, minor int) (asked string, place text.Span, other bool) {
	at := 0
	for line := range strings.Lines(src) {
		start := at
		at += len(line)
		name := strings.TrimSpace(line)
		if name == "" || strings.HasPrefix(name, "#") {
			continue
		}
		parts := strings.Split(name, ".")
		if len(parts) < 2 || strings.Trim(name, "0123456789.") != "" {
			return "", place, false
		}
		if parts[0] == "3" && parts[1] == strconv.Itoa(minor) {
			return "", place, false
		}
		if asked == "" {
			lead := strings.Index(line, name)
			asked, place = name, text.Span{Start: start + lead, End: start + lead + len(name)}
		}
	}
	return asked, place, asked != ""
}
