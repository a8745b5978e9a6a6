package main

import (
	"archive/tar"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// launcher starts the program of the platform's own package.
//
//go:embed launcher.js
var launcher []byte

// npmOS and npmCPU are Node's names (process.platform, process.arch).
var (
	npmOS  = map[string]string{"linux": "linux", "darwin": "darwin", "windows": "win32"}
	npmCPU = map[string]string{"amd64": "x64", "arm64": "arm64"}
)

type npmFile struct {
	name string
	mode int64
	body []byte
}

// writeNPM writes a package for each platform, which npm installs only there, and
// the package dockmend, which depends on all of them and starts the one that is there.
func (r *release) writeNPM(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	platforms := map[string]string{}
	for _, b := range r.binaries {
		system, cpu := npmOS[b.OS], npmCPU[b.Arch]
		if system == "" || cpu == "" {
			return fmt.Errorf("npm has no name for %s/%s", b.OS, b.Arch)
		}
		program, err := os.ReadFile(b.Path)
		if err != nil {
			return err
		}
		name := fmt.Sprintf("@dockmend/%s-%s", system, cpu)
		platforms[name] = r.version
		manifest := r.manifest(name, map[string]any{"os": []string{system}, "cpu": []string{cpu}, "preferUnplugged": true})
		if err := r.writeTarball(filepath.Join(dir, fmt.Sprintf("dockmend-%s-%s-%s.tgz", system, cpu, r.version)), manifest,
			npmFile{"bin/" + b.name(), 0o755, program}); err != nil {
			return err
		}
	}
	manifest := r.manifest("dockmend", map[string]any{
		"bin": map[string]string{"dockmend": "bin/dockmend.js"}, "optionalDependencies": platforms, "engines": map[string]string{"node": ">=18"},
	})
	return r.writeTarball(filepath.Join(dir, fmt.Sprintf("dockmend-%s.tgz", r.version)), manifest, npmFile{"bin/dockmend.js", 0o755, launcher})
}

// manifest is a package.json with the keys that all packages have, and more.
func (r *release) manifest(name string, more map[string]any) map[string]any {
	m := map[string]any{
		"name": name, "version": r.version, "license": "Apache-2.0", "homepage": "https://github.com/dockmend/dockmend",
		"description": "Linter for Dockerfiles, compose files and what belongs to them",
		"repository":  map[string]string{"type": "git", "url": "git+https://github.com/dockmend/dockmend.git"},
	}
	for key, value := range more {
		m[key] = value
	}
	return m
}

func (r *release) writeTarball(path string, manifest map[string]any, files ...npmFile) (err error) {
	src, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	z := gzip.NewWriter(f)
	t := tar.NewWriter(z)
	for _, file := range append([]npmFile{{"package.json", 0o644, src}, {"LICENSE", 0o644, r.license}}, files...) {
		if err := t.WriteHeader(&tar.Header{
			Name: "package/" + file.name, Mode: file.mode, Size: int64(len(file.body)), Typeflag: tar.TypeReg,
		}); err != nil {
			return err
		}
		if _, err := t.Write(file.body); err != nil {
			return err
		}
	}
	if err := t.Close(); err != nil {
		return err
	}
	return z.Close()
}
