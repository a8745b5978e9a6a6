package facts

import (
	"cmp"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// DataFolder is where the image of a database keeps its data.
type DataFolder struct {
	images.DataFolder
}

// Target is where a volume has to be mounted to keep the data.
func (f DataFolder) Target() string { return cmp.Or(f.Volume, f.Path) }

// IsKeptBy reports whether a mount with that target holds the data, or a part of
// them. The engine puts an anonymous volume on the image's own unless a mount has
// exactly this target, so that a mount above it holds no data.
func (f DataFolder) IsKeptBy(target string) bool {
	target = path.Clean(target)
	if f.Volume != "" && target != f.Volume && isWithin(f.Volume, target) {
		return false
	}
	return isWithin(f.Path, target) || isWithin(target, f.Path)
}

func isWithin(name, folder string) bool {
	return name == folder || strings.HasPrefix(name, strings.TrimSuffix(folder, "/")+"/")
}

// DataFolders are the folders in which the service's database may keep its data,
// and where a volume belongs. There is one where the image and its version are
// known, and one for each layout where the version is not. There is none where the
// image is not known, or a variable without a value decides.
func (s *ComposeService) DataFolders() []DataFolder {
	image, ok := s.Image()
	if !ok || s.Has("build") {
		return nil
	}
	if !image.Known {
		// "postgres:${VERSION}": the name is known, the version is not.
		name, _, tagged := strings.Cut(image.Raw, ":$")
		if !tagged || strings.Contains(name, "$") {
			return nil
		}
		image = ParseImage(name)
	}
	name := images.Canonical(officialName(image))
	var folders []DataFolder
	for _, f := range images.DataFolders(name, image.Tag) {
		folders = append(folders, DataFolder{f})
	}
	if sets, _ := images.BaseOf(name, image.Tag, true).SetsVariable("PGDATA"); sets {
		return s.withPGDATA(folders)
	}
	return folders
}

// officialName is Image.Name, with the name on Docker Hub for the official images
// of the mirrors that keep them under library/.
func officialName(i Image) string {
	if _, name, ok := strings.Cut("/"+i.Repository, "/library/"); ok {
		return name
	}
	return i.Name()
}

// withPGDATA moves the data to where the service's environment says.
func (s *ComposeService) withPGDATA(folders []DataFolder) []DataFolder {
	kv, ok := s.Getenv("PGDATA")
	if !ok {
		return folders
	}
	at := pgdata(kv)
	if at == "" {
		return nil
	}
	var moved []DataFolder
	for _, f := range folders {
		if !isWithin(at, f.Volume) {
			f.Volume = ""
		}
		f.Path = at
		moved = append(moved, f)
	}
	return moved
}

func pgdata(kv compose.KeyValue) string {
	if !kv.Value.Known || !path.IsAbs(kv.Value.Text) {
		return ""
	}
	return path.Clean(kv.Value.Text)
}
