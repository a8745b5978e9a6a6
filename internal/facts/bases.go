package facts

import "github.com/dockmend/dockmend/internal/images"

// Base is what is known about a base image without asking a registry.
type Base struct {
	// Entrypoint is NoEntrypoint, SomeEntrypoint or UnknownEntrypoint.
	Entrypoint Entrypoint
	// User is the configured user; empty means root.
	User string
	// HasShell is set where /bin/sh is known to be in the image.
	HasShell bool
	// DefaultShell is set where the image is known to set no SHELL of its own.
	DefaultShell bool
}

// Entrypoint says whether a base image has an entrypoint.
type Entrypoint uint8

// What can be known about a base image's entrypoint.
const (
	UnknownEntrypoint Entrypoint = iota
	NoEntrypoint
	SomeEntrypoint
)

// LookupBase is what the table of images has of an image; ok is false for one whose
// user it does not have.
func LookupBase(i Image) (b Base, ok bool) {
	if !i.Known {
		return Base{}, false
	}
	if i.IsScratch() {
		return Base{Entrypoint: NoEntrypoint}, true
	}
	known := i.Table()
	user, ok := known.User()
	if !ok {
		return Base{}, false
	}
	if user != "root" {
		b.User = user
	}
	if entrypoint, said := known.Entrypoint(); said && entrypoint == "" {
		b.Entrypoint = NoEntrypoint
	} else if said {
		b.Entrypoint = SomeEntrypoint
	}
	shell, _ := known.Shell()
	sets, said := known.SetsShell()
	b.HasShell, b.DefaultShell = shell != "", said && !sets
	return b, true
}

// Table is what the table of images has of an image; nothing where its name is not known.
func (i Image) Table() images.Base {
	if !i.Known {
		return images.Base{}
	}
	return images.BaseOf(images.Canonical(i.Name()), i.Tag, i.Tag != "" || i.Digest == "")
}

// BaseSets reports whether an image of its own sets a variable. known is false
// where nothing is known of the image, or of the variable's name in it.
func (i Image) BaseSets(name string) (sets, known bool) {
	switch {
	case !i.Known:
		return false, false
	case name == "PATH": // the builder sets it for every stage
		return true, true
	case i.IsScratch():
		return false, true
	case i.IsWindows():
		return false, false
	}
	return i.Table().SetsVariable(name)
}
