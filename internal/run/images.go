package run

import (
	"cmp"
	"strings"

	"github.com/dockmend/dockmend/internal/engine"
)

// Image is a reference to an image of others.
type Image struct {
	// Ref is the reference as it is written, with variables that are known put in.
	Ref        string `json:"ref"`
	Registry   string `json:"registry"`
	Repository string `json:"repository"`
	Tag        string `json:"tag,omitempty"`
	Digest     string `json:"digest,omitempty"`
	// File is the path as reports show it, Line counts from 1.
	File string `json:"file"`
	Line int    `json:"line"`
	// EndOfSupport is a day, as "2006-01-02"; empty where none is known. Ended says that it
	// is over.
	EndOfSupport string `json:"end_of_support,omitempty"`
	Ended        bool   `json:"ended,omitempty"`
}

// Name is what people call an image: that of Docker Hub without the registry, with the tag.
func (i *Image) Name() string {
	name := i.Registry + "/" + i.Repository
	if i.Registry == "docker.io" {
		name = strings.TrimPrefix(i.Repository, "library/")
	}
	switch {
	case i.Repository == "":
		return i.Ref
	case i.Tag != "":
		name += ":" + i.Tag
	case i.Digest == "":
		name += ":latest"
	}
	return name
}

// Images are the references of all files, in the order of the files and the lines.
func (w *Workspace) Images() []Image {
	var all []Image
	for _, f := range w.Files {
		engine.Recover(engine.StepParse, func() { // what a file breaks, checking it says
			for _, r := range w.checker.References(f) {
				i := r.Image
				all = append(all, Image{
					Ref: i.Text, Registry: cmp.Or(i.Registry, "docker.io"), Repository: i.Repository, Tag: i.Tag, Digest: i.Digest,
					File: r.Source.Path, Line: r.Source.Lines.Position(r.At.Start).Line, EndOfSupport: string(r.End), Ended: r.Ended,
				})
			}
		})
	}
	return all
}
