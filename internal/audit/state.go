package audit

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/limits"
)

const (
	// maxRecord bounds a record in bytes, maxBlob a file, maxMeta the rest.
	maxRecord = 64 << 20
	maxBlob   = 8 << 20
	maxMeta   = 1 << 20
	// mostNames is how many files of a folder are looked at.
	mostNames = 1 << 20
	metaName  = "audit.json"
)

// Memory is a folder in which an audit keeps what it knows: a record for each repository,
// and files by the hash of their blob. Who can write there can change the audit's
// answers, as with its reports. It is safe for concurrent use.
type Memory struct {
	// MostBlobs is how many bytes of files are kept, from run to run.
	MostBlobs int64

	root *files.Root
	// blobs are the bytes of files that are kept, as far as is known.
	blobs atomic.Int64
}

// NewMemory keeps an audit in a folder.
func NewMemory(root *files.Root) *Memory { return &Memory{root: root, MostBlobs: limits.AuditFiles} }

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

// kept is a record as it is stored.
type kept struct {
	*Record
	// Again says that the repository is read again by the next run even if nothing changed,
	// since what went wrong may have been the platform's or a registry's fault.
	Again bool `json:"again,omitempty"`
}

// load reads the record of a repository; nil where there is none that can be read.
func (m *Memory) load(repository string) *kept {
	src, err := m.root.Read(recordName(repository), maxRecord)
	k := &kept{Record: &Record{}}
	if err != nil || json.Unmarshal(src, k) != nil || k.Repository != repository {
		return nil
	}
	return k
}

func (m *Memory) save(k *kept) error {
	src, err := json.Marshal(k)
	if err == nil {
		err = m.root.Write(recordName(k.Repository), src, files.Writing{Folders: true})
	}
	if err != nil {
		return fmt.Errorf("the record of %s cannot be kept: %w", k.Repository, err)
	}
	return nil
}

// Trim counts the files that are kept, and removes the oldest where there is no room for
// many more.
func (m *Memory) Trim() {
	type file struct {
		name string
		size int64
		at   time.Time
	}
	var all []file
	total := int64(0)
	folders, _, err := m.root.List("blobs", mostNames)
	if err != nil {
		return // there is none yet
	}
	for _, folder := range folders {
		names, _, _ := m.root.List("blobs/"+folder.Name(), mostNames) // what cannot be listed is not removed
		for _, e := range names {
			if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
				all = append(all, file{"blobs/" + folder.Name() + "/" + e.Name(), info.Size(), info.ModTime()})
				total += info.Size()
			}
		}
	}
	most := m.MostBlobs
	if total > most/4*3 {
		slices.SortFunc(all, func(x, y file) int { return cmp.Or(x.at.Compare(y.at), cmp.Compare(x.name, y.name)) })
		for _, f := range all {
			if total <= most/2 {
				break
			}
			if m.root.Remove(f.name) == nil {
				total -= f.size
			}
		}
	}
	m.blobs.Store(total)
}

func blobName(hash string) string { return "blobs/" + hash[:2] + "/" + hash }

// Get implements remote.Cache. What was changed in the folder is found out by its hash.
func (m *Memory) Get(hash string) (content []byte, ok bool) {
	src, err := m.root.Read(blobName(hash), maxBlob)
	return src, err == nil
}

// Put implements remote.Cache. A file that there is no room for, or that cannot be kept, is
// read again.
func (m *Memory) Put(hash string, content []byte) {
	size := int64(len(content))
	if size > maxBlob {
		return
	}
	if m.blobs.Add(size) > m.MostBlobs || m.root.Put(blobName(hash), content) != nil {
		m.blobs.Add(-size)
	}
}
