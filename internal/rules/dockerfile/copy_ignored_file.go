package dockerfile

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// CopyIgnoredFile reports `COPY`, `ADD` and bind mounts of files and folders that the
// ignore file excludes from the build. The build context is the one that a Compose file
// gives; otherwise it is the folder of the Dockerfile, or one above it, that has most of
// the copied files.
//
// # Why it matters
//
// The builder does not get the file, so the build fails with "not found" although the
// file exists. If the source is a pattern and no file is left for it, `COPY` copies
// nothing and prints no error. For such a pattern, and where the name contains a
// variable, the severity is warning.
//
// # How to fix it
//
// Include the file with a pattern that begins with `!`, at the end of the ignore file,
// or remove the `COPY`:
//
//	dist
//	!dist/app.js
//
// # Fix safety
//
// There is no automatic fix: either the pattern or the `COPY` is wrong, and only the author knows
// which.
//
// # Exceptions
//
// It does not report:
//
//   - copies from other stages and images, URLs and here-documents
//   - folders of which a `!` pattern includes something
//   - files that are not in the build context at all; the rule `copy-source-missing`
//     reports these
//   - files whose build context is not known, because no folder has any of the copied
//     files
var CopyIgnoredFile = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "copy-ignored-file",
		Title:    ".dockerignore excludes a copied file from the build",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
		Aliases:  lint.Names("CopyIgnoredFile", "DF077"),
	},
	Check: checkCopyIgnoredFile,
}

func checkCopyIgnoredFile(p *facts.Pass[*facts.Dockerfile]) {
	sources := contextSources(p.Doc)
	if len(sources) == 0 || !p.Files.Known() {
		return
	}
	context, ok := p.Project.LikelyContext(p.Doc)
	if !ok || context.IgnoreFile() == nil {
		return // copy-source-missing reports that no context is known
	}
	for _, s := range sources {
		pattern, what, severity := "", "", lint.Error
		if strings.ContainsAny(s.name, "*?[") {
			pattern = ignoredGlob(context, s.name)
			what, severity = "so nothing is copied", lint.Warning
		} else if pattern = ignoredSource(context, s.name); pattern != "" {
			what = "so the build fails"
		}
		if pattern == "" {
			continue
		}
		if s.guessed {
			severity = lint.Warning
		}
		p.Report(lint.Finding{
			Span: s.span, Severity: severity,
			Message: fmt.Sprintf("%q is excluded from the build by %q in %s, %s; include it with %q, or do not copy it",
				short(s.name), short(pattern), path.Base(context.IgnoreFile().Source.Path), what, "!"+short(s.name)),
			Related: []lint.Related{{File: context.IgnoreFile().Source.Path, Message: "the ignore file"}},
		})
	}
}

// contextSource is something of the build context that an instruction names.
type contextSource struct {
	name    string
	span    text.Span
	guessed bool // a part of it is from a variable
}

// contextSources lists what COPY, ADD and bind mounts name.
func contextSources(d *facts.Dockerfile) (sources []contextSource) {
	for _, c := range d.ContextCopies() {
		if c.Instruction.Err == nil && !c.Whole() && !strings.HasPrefix(c.Path, "../") && !strings.Contains(c.Path, `\`) {
			sources = append(sources, contextSource{name: c.Path, span: c.Word.Span})
		}
	}
	for _, in := range d.Instructions {
		switch in.Keyword {
		case "copy", "add":
			sources = append(sources, variableSources(d, in)...)
		case "run":
			for _, m := range facts.Mounts(in) {
				source, ok := facts.BoundSource(m)
				if ok && source != "." && !strings.HasPrefix(source, "../") {
					sources = append(sources, contextSource{name: source, span: m.Flag.Span})
				}
			}
		}
	}
	return sources
}

// variableSources are those of an instruction with variables whose values are known.
func variableSources(d *facts.Dockerfile, in *dockerfile.Instruction) (sources []contextSource) {
	if _, from := in.Flag("from"); from || in.Err != nil || len(in.Words) < 2 {
		return nil
	}
	if _, excludes := in.Flag("exclude"); excludes {
		return nil
	}
	for _, w := range in.Words[:len(in.Words)-1] {
		if !strings.Contains(w.Text, "$") {
			continue
		}
		name, known := d.Expand(in, w.Text)
		if !known || strings.Contains(name, "://") || strings.ContainsAny(name, `*?[\"'`) || strings.HasPrefix(name, "git@") {
			continue
		}
		if name = path.Clean(strings.TrimLeft("./"+name, "/")); name != "." && !strings.HasPrefix(name, "../") {
			sources = append(sources, contextSource{name: name, span: w.Span, guessed: true})
		}
	}
	return sources
}

// ignoredSource is the pattern that keeps a file, or a folder with all that is in
// it, out of a build; empty for one of which something is sent, or that is not there.
func ignoredSource(context *facts.BuildContext, name string) string {
	isDir, exists := context.Files.Exists(name)
	if !exists {
		return ""
	}
	pattern, ignored := context.Files.Ignored(name)
	if !ignored || (isDir && keepsBelow(context, name)) {
		return ""
	}
	return pattern
}

// keepsBelow reports whether something of a folder may be sent: a pattern includes it,
// whether it exists now or is made later.
func keepsBelow(context *facts.BuildContext, folder string) bool {
	for _, pattern := range context.IgnoreFile().Patterns {
		if !pattern.Negated {
			continue
		}
		kept := strings.TrimPrefix(pattern.Cleaned, "!")
		if i := strings.IndexAny(kept, `*?[\`); i >= 0 {
			kept = kept[:max(strings.LastIndexByte(kept[:i], '/'), 0)]
		}
		if kept == "" || kept == folder || strings.HasPrefix(kept, folder+"/") || strings.HasPrefix(folder, kept+"/") {
			return true
		}
	}
	return false
}

// ignoredGlob is the pattern that keeps the first of all matches of a glob out of the
// build; empty where one is sent, or where nothing matches.
func ignoredGlob(context *facts.BuildContext, glob string) (first string) {
	folder := path.Dir(glob)
	if strings.ContainsAny(folder, "*?[") {
		return "" // of several folders
	}
	names, err := context.Files.List(folder)
	if err != nil {
		return ""
	}
	for _, name := range names {
		name = strings.TrimSuffix(name, "/")
		if matches, err := path.Match(path.Base(glob), name); err != nil {
			return ""
		} else if !matches {
			continue
		}
		pattern := ignoredSource(context, path.Join(folder, name))
		if pattern == "" {
			return ""
		}
		if first == "" {
			first = pattern
		}
	}
	for _, pattern := range context.IgnoreFile().Patterns {
		kept := strings.TrimPrefix(pattern.Cleaned, "!")
		if matches, err := path.Match(glob, kept); pattern.Negated && (matches || err != nil) {
			return "" // for one that is made later
		}
	}
	if first != "" && keepsBelow(context, path.Join(folder, "x")) {
		return ""
	}
	return first
}
