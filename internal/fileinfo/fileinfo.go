// Package fileinfo has what is known of a file that is on no disk.
package fileinfo

import (
	"io/fs"
	"time"
)

// Info is what is known of a file that is on no disk. It is a fs.FileInfo without a time.
type Info struct {
	// Base is the last part of the path, Bytes the size, Bits the mode with its type.
	Base  string
	Bytes int64
	Bits  fs.FileMode
}

// Name implements fs.FileInfo.
func (i Info) Name() string { return i.Base }

// Size implements fs.FileInfo.
func (i Info) Size() int64 { return i.Bytes }

// Mode implements fs.FileInfo.
func (i Info) Mode() fs.FileMode { return i.Bits }

// ModTime implements fs.FileInfo.
func (i Info) ModTime() time.Time { return time.Time{} }

// IsDir implements fs.FileInfo.
func (i Info) IsDir() bool { return i.Bits.IsDir() }

// Sys implements fs.FileInfo.
func (i Info) Sys() any { return nil }
