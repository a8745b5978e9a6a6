//go:build !unix

package files

import "os"

// nonblock is nothing here: no file of a folder waits when it is opened.
const nonblock = 0

// keepOwner does nothing: a new file has the right owner here.
func keepOwner(*os.File, os.FileInfo) error { return nil }
