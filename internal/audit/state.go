package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"

	"github.com/dockmend/dockmend/internal/files"
)

const (
	// maxRecord bounds a record in bytes, maxBlob a file, maxMeta the rest.
	maxRecord = 64 << 20
	maxBlob   = 8 << 20
	maxMeta   = 1 << 20
	metaName  = "audit.json"
)

// Memory is a folder in which an audit keeps what it knows: a record for each repository,
// and files by the hash of their blob. Who can write there can change the audit's
// answers, as with its reports. It is safe for concurrent use.
type Memory struct{ root *files.Root }

// NewMemory keeps an audit in a folder.
func NewMemory(root *files.Root) *Memory { return &Memory{root} }

// meta is what is kept of the audit itself.
type meta struct {
	AsOf     string `json:"as_of"`
	Settings string `json:"settings"`
	Finished bool   `json:"finished"`
}

func (m *Memory) meta() (kept meta) {
	src, err := m.root.Read(metaName, maxMeta)
	if err == nil && json.Unmarshal(src, &kept) != nil {
		return meta{}
	}
	return kept
}

func (m *Memory) setMeta(kept meta) error {
	src, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	return m.root.Write(metaName, src, files.Writing{})
}

func recordName(repository string) string {
	return "repositories/" + url.PathEscape(repository) + ".json"
}

// load reads the record of a repository; nil where there is none that can be read.
func (m *Memory) load(repository string) *Record {
	src, err := m.root.Read(recordName(repository), maxRecord)
	r := &Record{}
	if err != nil || json.Unmarshal(src, r) != nil || r.Repository != repository {
		return nil
	}
	return r
}

func (m *Memory) save(r *Record) error {
	src, err := json.Marshal(r)
	if err == nil {
		err = m.root.Write(recordName(r.Repository), src, files.Writing{Folders: true})
	}
	if err != nil {
		return fmt.Errorf("the record of %s cannot be kept: %w", r.Repository, err)
	}
	return nil
}

func blobName(hash string) string { return "blobs/" + hash[:2] + "/" + hash }

// Get implements remote.Cache. What was changed in the folder is found out by its hash.
func (m *Memory) Get(hash string) (content []byte, ok bool) {
	src, err := m.root.Read(blobName(hash), maxBlob)
	return src, err == nil
}

// Put implements remote.Cache. A file that cannot be kept is read again.
func (m *Memory) Put(hash string, content []byte) {
	if len(content) > maxBlob {
		return
	}
	if _, err := m.root.Lstat(blobName(hash)); errors.Is(err, fs.ErrNotExist) {
		_ = m.root.Put(blobName(hash), content)
	}
}
