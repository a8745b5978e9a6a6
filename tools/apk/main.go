// Command apk installs one Alpine package into a folder, as "apk add" does into a
// root: its files, and its entry in the database of installed packages. A system
// without Alpine has no apk program; the library is the one that Wolfi's images
// were built with.
//
//	apk FILE.apk ROOT
package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"

	"github.com/chainguard-dev/go-apk/pkg/apk"
	"github.com/chainguard-dev/go-apk/pkg/fs"
)

// local is a package in a file.
type local struct {
	path string
	pkg  *apk.Package
}

func (l local) URL() string         { return l.path }
func (l local) PackageName() string { return l.pkg.Name }

// ChecksumString is the checksum as an index of packages has it: "Q1" and the SHA-1
// of the control part.
func (l local) ChecksumString() string {
	return "Q1" + base64.StdEncoding.EncodeToString(l.pkg.Checksum)
}

func install(ctx context.Context, path, root string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	pkg, err := apk.ParsePackage(ctx, file)
	if err != nil {
		return err
	}
	db, err := apk.New(apk.WithFS(fs.DirFS(root)), apk.WithArch(pkg.Arch), apk.WithIgnoreMknodErrors(true))
	if err != nil {
		return err
	}
	if err := db.InitDB(ctx); err != nil {
		return err
	}
	if err := db.InstallPackages(ctx, nil, []apk.InstallablePackage{local{path, pkg}}); err != nil {
		return err
	}
	installed, err := db.GetInstalled()
	if err != nil {
		return err
	}
	for _, one := range installed {
		fmt.Printf("installed %s %s for %s, %d bytes, licence %s\n", one.Name, one.Version, one.Arch, one.InstalledSize, one.License)
	}
	return nil
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: apk FILE.apk ROOT")
		os.Exit(2)
	}
	if err := install(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "apk:", err)
		os.Exit(1)
	}
}
