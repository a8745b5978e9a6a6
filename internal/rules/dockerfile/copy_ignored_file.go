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

// CopyIgnoredFile finds COPY, ADD and bind mounts of files and folders that the
// ignore file keeps out of the build.
//
// The build fails with "not found", though the file is there. Take it back in with
// a "!" pattern, or copy something else. A pattern of COPY of which nothing is left
// copies nothing, without a word: a warning.
//
// The context is the one that a Compose file says, else the folder of the
// Dockerfile, or one above, that has most of what is copied. Where none has any of
// it the rule skips.
//
// Silent for other stages and images, addresses and here-documents, for folders in
// which a "!" pattern keeps something, and for what is not in the build context at
// all. It is a warning where a variable has a part in the name.
var CopyIgnoredFile = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "copy-ignored-file",
		Title:    ".dockerignore keeps a copied file out of the build",
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
		return // copy-source-missing says that no context is known
	}
	for _, s := range sources {
		pattern, what, severity := "", "", lint.Error
		if strings.ContainsAny(s.name, "*?[") {
			pattern = ignoredGlob(context, s.name)
			what, severity = "so it copies nothing", lint.Warning
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
			Message: fmt.Sprintf("%q is kept out of the build by %q in %s, %s; take it back in with %q, or do not copy it",
				short(s.name), short(pattern), path.Base(context.IgnoreFile().Source.Path), what, "!"+short(s.name)),
			Related: []lint.Related{{File: context.IgnoreFile().Source.Path, Message: "the ignore file"}},
		})
	}
}

// contextSource is something of the build context that an instruction names.
type contextSource struct {
	name    string
	span    text.Span
	guessed bool // a variable has a part in it
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
	if !ignored || isDir && keepsBelow(context, name) {
		return ""
	}
	return pattern
}

// keepsBelow reports whether something of a folder may be sent: a pattern takes it back
// in, be it there now or made later.
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
