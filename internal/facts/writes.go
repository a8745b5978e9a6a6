package facts

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/text"
)

// Write is a folder to which a program writes.
type Write struct {
	Folder string
	// Who writes, as a message names it; Place in the Dockerfile shows it.
	Who   string
	Place text.Span
	// Lasting is set for downloads that are meant to last, and that the image may
	// hold already: an empty file system on the folder would hide them.
	Lasting bool
}

// Writes lists the folders to which the program of a container is known to
// write. The container's image is made of the stage; start is what it starts,
// where that is known.
func (s *Stage) Writes(start ServiceStart, known bool) []Write {
	var found []Write
	place := s.From.Head
	if known && start.Stage != nil {
		place = start.Place
	}
	base := s.Base()
	switch {
	case known && start.Program == "gunicorn":
		if folder, at := FlagAt(start.Args, "--worker-tmp-dir"); at < 0 {
			found = append(found, Write{Folder: "/tmp", Who: "gunicorn", Place: place})
		} else if folder != "/dev/shm" { // which is writable in every container
			found = append(found, Write{Folder: path.Clean(folder), Who: "gunicorn", Place: place})
		}
	case !known || start.Program == base.Table().Program():
		for _, folder := range base.Table().Writes() {
			found = append(found, Write{Folder: folder, Who: strings.TrimSuffix(base.Table().Program(), "-foreground"), Place: place})
		}
	}
	scope := s.EndScope()
	for _, name := range []string{"TMPDIR", "XDG_CACHE_HOME", "MPLCONFIGDIR", "HF_HOME", "TORCH_HOME", "NUMBA_CACHE_DIR"} {
		v, set := scope.Lookup(name)
		if set && v.IsEnv && v.Known && v.Instruction != nil && strings.HasPrefix(v.Value, "/") && v.Value != "/dev/shm" {
			lasting := name == "HF_HOME" || name == "TORCH_HOME"
			found = append(found, Write{Folder: path.Clean(v.Value), Who: "the program that reads " + name, Place: v.Pair.Span, Lasting: lasting})
		}
	}
	return found
}

// VolumeHolds reports whether a VOLUME of the stage's image holds the folder, or
// may do: it is writable then, whatever the root is.
func (s *Stage) VolumeHolds(folder string) bool {
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			if in.Keyword != "volume" {
				continue
			}
			for _, w := range in.Words {
				if strings.Contains(w.Text, "$") || Holds(w.Text, folder) {
					return true
				}
			}
		}
	}
	return false
}

// Holds reports whether what is mounted at a target holds a folder.
func Holds(target, folder string) bool {
	target = path.Clean(target)
	// /var/run is a link to /run.
	return target == "/" || folder == target || strings.HasPrefix(folder, target+"/") || (folder == "/var/run" && target == "/run")
}
