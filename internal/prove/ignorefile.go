package prove

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/ignorefile"
)

// IgnoreFile compares edits of one ignore file by the files that a build would
// send. What steps do with them is not checked: equal files are equal builds,
// and every other edit is one of the graph.
type IgnoreFile struct {
	src   []byte
	doc   *ignorefile.Document
	files lint.Context
	// left is what is left of limits.ContextMatches.
	left int
}

// NewIgnoreFile prepares the proofs of edits to an ignore file. files is the
// gate to its context, budget a part of Budget: that much of limits.ContextMatches
// may be spent.
func NewIgnoreFile(src []byte, files lint.Context, budget int) *IgnoreFile {
	return &IgnoreFile{src: src, doc: ignorefile.Parse(src), files: files, left: budget * matchesEach}
}

// Compare says which files enter and leave the context when the ignore file
// becomes after.
func (p *IgnoreFile) Compare(ctx context.Context, after []byte) Verdict {
	if bytes.Equal(p.src, after) {
		return Verdict{}
	}
	if p.left -= len(after) / matchBytes; p.left <= 0 {
		return p.spent()
	}
	doc := ignorefile.Parse(after)
	before, now := refused(p.doc), refused(doc)
	switch {
	case before == nil && now != nil:
		v := unknown("Docker does not read the file after the fix: " + oneLine(now))
		v.Broken = true
		return v
	case before != nil:
		return unprovable("Docker does not read the file as it is: " + oneLine(before))
	case !p.files.Known():
		return unprovable("the files of the build context are not known")
	}
	w := contextWalk{files: p.files, before: p.doc, after: doc, left: limits.ContextFiles}
	w.reenters = slices.ContainsFunc(p.doc.Patterns, isNegated) || slices.ContainsFunc(doc.Patterns, isNegated)
	w.matches, w.each = p.left, 2+p.doc.Wildcards()+doc.Wildcards()
	w.folder(ctx, ".", 0)
	if p.left = w.matches; p.left <= 0 {
		return p.spent()
	}
	if w.reason != "" {
		return unknown(w.reason)
	}
	if len(w.details) == 0 {
		return Verdict{}
	}
	return Verdict{Effect: lint.EffectGraph, Details: w.details}
}

const (
	// matchesEach is what one of Budget stands for.
	matchesEach = limits.ContextMatches / Budget
	// matchBytes is how many bytes of the file cost as much to read as one match.
	matchBytes = 32
)

// Left is what is left of the budget.
func (p *IgnoreFile) Left() int { return max(p.left, 0) / matchesEach }

func (p *IgnoreFile) spent() Verdict {
	v := unknown(fmt.Sprintf("the files of the build context would have to be held against more than %d patterns in all", limits.ContextMatches))
	v.Spent = true
	return v
}

// refused is why Docker refuses an ignore file, nil if it does not.
func refused(d *ignorefile.Document) error {
	if d.Err != nil {
		return d.Err
	}
	for _, pattern := range d.Patterns {
		if pattern.Err != nil {
			return pattern.Err
		}
	}
	return nil
}

func isNegated(p *ignorefile.Pattern) bool { return p.Negated }

// contextWalk lists a context as it is sent before and after.
type contextWalk struct {
	files         lint.Context
	before, after *ignorefile.Document
	// reenters is set where what lies in an ignored folder may be taken back in.
	reenters bool
	left     int
	// matches is what is left of limits.ContextMatches, each what a file takes of it.
	matches, each int
	details       []string
	reason        string
}

func (w *contextWalk) folder(ctx context.Context, dir string, depth int) {
	names, err := w.files.List(dir)
	switch {
	case err != nil && dir != ".":
		return // it is gone, or may not be read: no build sends it
	case err != nil:
		w.reason = "the files of the build context cannot be listed"
		return
	case depth > limits.ContextDepth:
		w.reason = fmt.Sprintf("the build context is more than %d folders deep", limits.ContextDepth)
		return
	}
	for _, name := range names {
		if w.matches -= w.each; w.matches <= 0 {
			return
		}
		if w.left--; w.left < 0 {
			w.reason = fmt.Sprintf("the build context has more than %d files", limits.ContextFiles)
		}
		if ctx.Err() != nil {
			w.reason = "the run was stopped"
		}
		if w.reason != "" {
			return
		}
		folder, isDir := strings.CutSuffix(name, "/")
		w.entry(ctx, path.Join(dir, folder), isDir, depth)
	}
}

func (w *contextWalk) entry(ctx context.Context, name string, isDir bool, depth int) {
	_, before := w.before.Ignored(name)
	_, after := w.after.Ignored(name)
	shown := bounded(fmt.Sprintf("%q", name))
	if isDir {
		shown = bounded(fmt.Sprintf("%q", name+"/"))
	}
	switch {
	case !isDir && !before && after, isDir && !before && after && !w.reenters:
		w.details = append(w.details, shown+": is no longer sent")
		return
	case !isDir && before && !after, isDir && before && !after && !w.reenters:
		w.details = append(w.details, shown+": is sent now")
		return
	}
	// An ignored folder is entered only where a part of it may come back.
	if isDir && (w.reenters || !before) {
		w.folder(ctx, name, depth+1)
	}
}
