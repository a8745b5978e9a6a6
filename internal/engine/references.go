package engine

import (
	"path"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// Reference is a place that names an image of others.
type Reference struct {
	Image facts.Image
	// Source is the file, At the place in it.
	Source *lint.Source
	At     text.Span
	// End is the last day of support, of the product or the distribution, whichever is
	// over first; empty where none is known. Ended says that support is over.
	End   images.Date
	Ended bool
}

// References lists the images of others that a file names, in file order; none for a
// template, and for a file that cannot be read.
func (c *Checker) References(f File) (all []Reference) {
	bytes, err := Read(f)
	if err != nil || len(bytes) > MaxFileSize {
		return nil
	}
	src := lint.NewSource(f.Path, bytes)
	if seen := f.seen(); seen != nil {
		src = seen
	}
	add := func(i facts.Image) {
		if i.Known && i.Repository != "" && !i.IsScratch() {
			all = append(all, c.reference(i, src))
		}
	}
	switch f.Target { //nolint:exhaustive // the other kinds name no images
	case lint.TargetDockerfile:
		doc := facts.NewDockerfile(shared(f, src, facts.ParseDockerfile))
		doc.Name = path.Base(f.Path)
		if f.Template || IsTemplate(doc.Document) {
			return nil
		}
		for _, s := range doc.ImageSites() {
			if !s.Local {
				add(s.Image)
			}
		}
	case lint.TargetCompose:
		doc := shared(f, src, facts.ParseCompose)
		if f.Template || isYAMLTemplate(doc.File) {
			return nil
		}
		for _, s := range facts.NewProject(f.Context).ImageSites(doc) {
			if !s.Local && !doc.Builds(s.Image) {
				add(s.Image)
			}
		}
	case lint.TargetKubernetes:
		doc := shared(f, src, facts.ParseManifest)
		if f.Template || isYAMLTemplate(doc.File) {
			return nil
		}
		for _, w := range doc.Workloads() {
			for _, container := range w.Containers {
				if i, ok := container.Image(); ok {
					add(i)
				}
			}
		}
	}
	return all
}

func (c *Checker) reference(i facts.Image, src *lint.Source) Reference {
	r := Reference{Image: i, Source: src, At: i.Span}
	day := images.TableDate
	if c.Settings != nil && c.Settings.AsOf != "" {
		day = images.Date(c.Settings.AsOf)
	}
	name := images.Canonical(i.Name())
	for _, find := range []func(string, string) (images.Release, bool){images.ReleaseOf, images.SystemOf} {
		release, ok := find(name, i.Tag)
		if !ok {
			continue
		}
		r.Ended = r.Ended || release.HasEnded(day)
		if end, known := release.EndDay(); known && (r.End == "" || end < r.End) {
			r.End = end
		}
	}
	return r
}
