package facts

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
)

// olderRelease is the name of a folder that the document lies in and that keeps an older
// release: it is a version, as "1.6" and "server-5.6" are, and one of a newer version lies
// beside it. It is empty where there is none.
func (p *Project) olderRelease() string {
	below := ""
	for gate := range p.foldersUp(maxFoldersUp) {
		if below != "" && lint.Derived(gate, func() *releaseFolders { return releaseFoldersOf(gate) }).older[below] {
			return below
		}
		below = path.Base(gate.Path("."))
	}
	return ""
}

// releaseFolders are the folders of older releases in a folder.
type releaseFolders struct{ older map[string]bool }

func releaseFoldersOf(gate lint.Context) *releaseFolders {
	names, err := gate.List(".")
	if err != nil {
		return &releaseFolders{}
	}
	newest := map[string][]int{}
	for _, name := range names {
		if of, version, ok := releaseOfFolder(name); ok && slices.Compare(version, newest[of]) > 0 {
			newest[of] = version
		}
	}
	f := &releaseFolders{older: map[string]bool{}}
	for _, name := range names {
		of, version, ok := releaseOfFolder(name)
		f.older[strings.TrimSuffix(name, "/")] = ok && slices.Compare(version, newest[of]) < 0
	}
	return f
}

// releaseOfFolder is what the name of a folder says: of what it keeps a release, empty for
// what the folder above is of, and the numbers of the version. A number that follows a
// name counts things and not releases, as in "node-1".
func releaseOfFolder(name string) (of string, version []int, ok bool) {
	name, isFolder := strings.CutSuffix(name, "/")
	if !isFolder {
		return "", nil, false
	}
	rest := strings.TrimPrefix(name, "v")
	for rest != "" && !isDigit(rest[0]) {
		at := strings.IndexAny(rest, "-_")
		if at < 0 {
			return "", nil, false
		}
		rest = strings.TrimPrefix(rest[at+1:], "v")
	}
	of = strings.TrimSuffix(name[:len(name)-len(rest)], "v")
	numbers := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789."))]
	behind := rest[len(numbers):]
	for number := range strings.SplitSeq(strings.Trim(numbers, "."), ".") {
		n, err := strconv.Atoi(number)
		if err != nil {
			return "", nil, false
		}
		version = append(version, n)
	}
	isPlain := of == "" && behind == ""
	return of, version, (isPlain || len(version) > 1) && (behind == "" || strings.ContainsRune("-_+", rune(behind[0])))
}
