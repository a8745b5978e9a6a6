//go:build unix

package cli

import (
	"os"
	"syscall"
)

// keepOwner gives a new file the owner of the one that it replaces, where this
// process may.
func keepOwner(f *os.File, old os.FileInfo) error {
	stat, ok := old.Sys().(*syscall.Stat_t)
	if !ok || os.Geteuid() != 0 {
		return nil
	}
	return f.Chown(int(stat.Uid), int(stat.Gid))
}
