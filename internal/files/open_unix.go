//go:build unix

package files

import (
	"os"
	"syscall"
)

// nonblock keeps open(2) from waiting for the other end of a pipe. Reading a
// regular file is not changed by it.
const nonblock = syscall.O_NONBLOCK | syscall.O_NOCTTY

// keepOwner gives a new file the owner of another one, where this process may.
func keepOwner(f *os.File, other os.FileInfo) error {
	stat, ok := other.Sys().(*syscall.Stat_t)
	if !ok || os.Geteuid() != 0 {
		return nil
	}
	return f.Chown(int(stat.Uid), int(stat.Gid))
}
