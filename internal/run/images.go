package run

import (
	"github.com/dockmend/dockmend/internal/engine"
)

// Image is a reference to an image of others.
type Image struct {
	// Ref is the reference, with variables that are known put in.
	Ref, Registry, Repository, Tag, Digest string
	// File is the path as reports show it, Line counts from 1.
	File string
	Line int
	// EndOfSupport is a day, as "2006-01-02"; empty where none is known.
	EndOfSupport string
	Ended        bool
}

// Images are the references of all files, in the order of the files and the lines.
func (w *Workspace) Images() []Image {
	var all []Image
	for _, f := range w.Files {
		engine.Recover(engine.StepParse, func() { // what a file breaks, checking it says
			for _, r := range w.checker.References(f) {
				i := r.Image
				all = append(all, Image{
					Ref: i.Text, Registry: i.Registry, Repository: i.Repository, Tag: i.Tag, Digest: i.Digest,
					File: r.Source.Path, Line: r.Source.Lines.Position(r.At.Start).Line, EndOfSupport: string(r.End), Ended: r.Ended,
				})
			}
		})
	}
	return all
}
