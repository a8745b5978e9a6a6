package fakehub

import (
	"io/fs"
	"os"
	"testing"
)

// FilesOf reads a folder as OrgRepo.Files has a repository: by path, a symbolic link by its
// mode and its path.
func FilesOf(tb testing.TB, dir string) map[string]string {
	tb.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = root.Close() }() // it was only read from
	files := map[string]string{}
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if d.Type()&fs.ModeSymlink != 0 {
			target, err := root.Readlink(name)
			files["120000 "+name] = target
			return err
		}
		src, err := root.ReadFile(name)
		files[name] = string(src)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return files
}
