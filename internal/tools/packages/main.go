// Command packages makes, of the binaries that goreleaser built, wheels for PyPI and
// packages for npm: both carry the program itself and download nothing.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	dist := flag.String("dist", "dist", "goreleaser's folder, with artifacts.json and metadata.json; the packages go to pypi/ and npm/ below it")
	flag.Parse()
	if err := run(*dist); err != nil {
		fmt.Fprintln(os.Stderr, "packages:", err)
		os.Exit(1)
	}
}

// A binary is one that goreleaser built.
type binary struct {
	Path string `json:"path"`
	OS   string `json:"goos"`
	Arch string `json:"goarch"`
	Type string `json:"type"`
}

// name is the program's file name on its system.
func (b *binary) name() string {
	if b.OS == "windows" {
		return "dockmend.exe"
	}
	return "dockmend"
}

// A release is what the packages are made of.
type release struct {
	version  string
	binaries []binary
	// license is the text that each package carries.
	license []byte
}

func run(dist string) error {
	r, err := load(dist)
	if err != nil {
		return err
	}
	if err := r.writeWheels(filepath.Join(dist, "pypi")); err != nil {
		return err
	}
	return r.writeNPM(filepath.Join(dist, "npm"))
}

// load reads goreleaser's list of artifacts. Its paths start at the repository's
// root, where this program runs.
func load(dist string) (*release, error) {
	var metadata struct{ Version string }
	if err := readJSON(filepath.Join(dist, "metadata.json"), &metadata); err != nil {
		return nil, err
	}
	var artifacts []binary
	if err := readJSON(filepath.Join(dist, "artifacts.json"), &artifacts); err != nil {
		return nil, err
	}
	r := &release{version: metadata.Version}
	for _, a := range artifacts {
		if a.Type == "Binary" {
			r.binaries = append(r.binaries, a)
		}
	}
	if len(r.binaries) == 0 {
		return nil, fmt.Errorf("%s/artifacts.json lists no binary", dist)
	}
	var err error
	r.license, err = os.ReadFile("LICENSE")
	return r, err
}

func readJSON(path string, v any) error {
	src, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(src, v); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
