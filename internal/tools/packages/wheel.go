package main

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// wheelTags are the platforms of a wheel, in the words of packaging.python.org's
// "Platform compatibility tags". The program is static, so it runs on every libc.
var wheelTags = map[string]string{
	"linux/amd64":   "manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64",
	"linux/arm64":   "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
	"darwin/amd64":  "macosx_12_0_x86_64",
	"darwin/arm64":  "macosx_12_0_arm64",
	"windows/amd64": "win_amd64",
	"windows/arm64": "win_arm64",
}

const wheelMetadata = `Metadata-Version: 2.1
Name: dockmend
Version: %s
Summary: Linter for Dockerfiles, compose files and what belongs to them
Home-page: https://github.com/dockmend/dockmend
License: Apache-2.0
Classifier: License :: OSI Approved :: Apache Software License
Classifier: Topic :: Software Development :: Quality Assurance
Requires-Python: >=3.7
Description-Content-Type: text/markdown

The dockmend program as a wheel. See https://github.com/dockmend/dockmend.
`

func (r *release) writeWheels(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, b := range r.binaries {
		tags, ok := wheelTags[b.OS+"/"+b.Arch]
		if !ok {
			return fmt.Errorf("no platform tag is known for wheels of %s/%s", b.OS, b.Arch)
		}
		program, err := os.ReadFile(b.Path)
		if err != nil {
			return err
		}
		if err := r.writeWheel(
			filepath.Join(dir, fmt.Sprintf("dockmend-%s-py3-none-%s.whl", pep440(r.version), tags)), tags, b.name(), program,
		); err != nil {
			return err
		}
	}
	return nil
}

// pep440 turns a semantic version into one that Python's tools accept: of the
// pre-releases only -dev, -rc.N and goreleaser's snapshots occur.
func pep440(version string) string {
	base, pre, ok := strings.Cut(version, "-")
	if !ok {
		return version
	}
	if n, ok := strings.CutPrefix(pre, "rc."); ok {
		return base + "rc" + n
	}
	return base + ".dev0"
}

func (r *release) writeWheel(path, tags, name string, program []byte) (err error) {
	version := pep440(r.version)
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	w := zip.NewWriter(f)
	info := fmt.Sprintf("dockmend-%s.dist-info/", version)
	var wheel, record strings.Builder
	wheel.WriteString("Wheel-Version: 1.0\nGenerator: dockmend\nRoot-Is-Purelib: false\n")
	for tag := range strings.SplitSeq(tags, ".") {
		wheel.WriteString("Tag: py3-none-" + tag + "\n")
	}
	for _, file := range []struct {
		name string
		mode os.FileMode
		body []byte
	}{
		{fmt.Sprintf("dockmend-%s.data/scripts/%s", version, name), 0o755, program},
		{info + "METADATA", 0o644, fmt.Appendf(nil, wheelMetadata, version)},
		{info + "WHEEL", 0o644, []byte(wheel.String())},
		{info + "licenses/LICENSE", 0o644, r.license},
	} {
		if err := addFile(w, file.name, file.mode, file.body); err != nil {
			return err
		}
		sum := sha256.Sum256(file.body)
		fmt.Fprintf(&record, "%s,sha256=%s,%d\n", file.name, base64.RawURLEncoding.EncodeToString(sum[:]), len(file.body))
	}
	fmt.Fprintf(&record, "%sRECORD,,\n", info)
	if err := addFile(w, info+"RECORD", 0o644, []byte(record.String())); err != nil {
		return err
	}
	return w.Close()
}

// addFile adds a file with a fixed time, so that the same input gives the same bytes.
func addFile(w *zip.Writer, name string, mode os.FileMode, body []byte) error {
	header := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
	header.SetMode(mode)
	entry, err := w.CreateHeader(header)
	if err != nil {
		return err
	}
	_, err = entry.Write(body)
	return err
}
