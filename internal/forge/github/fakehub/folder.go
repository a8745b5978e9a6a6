package fakehub

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FilesOf reads a folder as OrgRepo.Files has a repository: by path, a symbolic link by its
// mode and its path.
func FilesOf(tb testing.TB, dir string) map[string]string {
	tb.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name := filepath.ToSlash(strings.TrimPrefix(path, dir+string(filepath.Separator)))
		if d.Type()&fs.ModeSymlink != 0 {
			target, err := os.Readlink(path)
			files["120000 "+name] = target
			return err
		}
		src, err := os.ReadFile(path)
		files[name] = string(src)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return files
}
