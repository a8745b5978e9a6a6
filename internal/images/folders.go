package images

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// DataFolder is where the image of a database keeps its data.
type DataFolder struct {
	// Path is the folder of the data.
	Path string
	// Volume is Path or a folder above it on which the image declares a volume; empty
	// where it declares none.
	Volume string
}

// DataFolders are the folders in which a database may keep its data: one where the
// image and its version decide, one for each layout where the tag has no version, the
// newest first. A version without a row of its own has the layout of the last one
// before it. name is that of Canonical.
func DataFolders(name, tag string) []DataFolder {
	base := BaseOf(name, tag, true)
	if data, known := base.text(dataColumn); known {
		volumes, _ := base.text(volumesColumn)
		return []DataFolder{newFolder(base.owned(data), volumes)}
	}
	layouts := layoutsOf(name)
	isExtension := slices.ContainsFunc(layouts, func(l layout) bool { return l.isExtension })
	if major, _ := databaseVersion(tag, !isExtension); major > 0 {
		for _, l := range layouts {
			if l.major <= major {
				return []DataFolder{l.folder}
			}
		}
	}
	return DataLayouts(name)
}

// DataLayouts are the folders in which the versions of a database keep their data where
// they differ by version, the newest first.
func DataLayouts(name string) []DataFolder {
	var folders []DataFolder
	for _, l := range layoutsOf(name) {
		if !slices.Contains(folders, l.folder) {
			folders = append(folders, l.folder)
		}
	}
	return folders
}

// layout is where a database keeps its data since a major version.
type layout struct {
	major       int
	isExtension bool
	folder      DataFolder
}

// layoutsOf are the layouts of a repository that differ by version, the newest first.
func layoutsOf(name string) []layout {
	var layouts []layout
	for _, r := range ownRows(name) {
		_, variant, _ := strings.Cut(r.pattern, ":")
		major, isExtension := databaseVersion(variant, true)
		if r.cells[dataColumn] == "" || major == 0 {
			continue
		}
		volumes := r.cells[volumesColumn]
		layouts = append(layouts, layout{major, isExtension, newFolder(r.cells[dataColumn], volumes)})
	}
	slices.SortStableFunc(layouts, func(a, b layout) int { return cmp.Compare(b.major, a.major) })
	return layouts
}

// owned puts what the "*" of a pattern of repositories stands for into a text.
func (b Base) owned(text string) string {
	for _, r := range b.rows {
		if before, wild := strings.CutSuffix(r.pattern, "*"); wild && r.cells[dataColumn] == text {
			return strings.ReplaceAll(text, "*", strings.TrimPrefix(b.name, before))
		}
	}
	return text
}

// newFolder is a folder of data with the volume that holds it.
func newFolder(data, volumes string) DataFolder {
	for v := range strings.FieldsSeq(volumes) {
		if data == v || strings.HasPrefix(data, v+"/") {
			return DataFolder{Path: data, Volume: v}
		}
	}
	return DataFolder{Path: data}
}

// databaseVersion is the major version in a tag: "17.2-alpine", and "2.17.2-pg17" of an
// extension, whose own version comes first. Without isPlain only the latter counts. It
// is 0 where the tag has none.
func databaseVersion(tag string, isPlain bool) (major int, isExtension bool) {
	for part := range strings.SplitSeq(tag, "-") {
		if n, ok := strings.CutPrefix(strings.TrimLeft(part, "*"), "pg"); ok {
			return leadingNumber(n), true
		}
	}
	if !isPlain {
		return 0, false
	}
	return leadingNumber(tag), false
}

// leadingNumber is the number with which a text begins, 0 where it begins otherwise.
func leadingNumber(text string) int {
	digits := len(text) - len(strings.TrimLeft(text, "0123456789"))
	n, err := strconv.Atoi(text[:digits])
	if err != nil {
		return 0
	}
	return n
}
