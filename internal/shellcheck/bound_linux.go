package shellcheck

import (
	"syscall"
	"unsafe"

	"github.com/dockmend/dockmend/internal/limits"
)

// bound limits the processor time and the memory of a process that has just begun.
// Address space is no measure: the program's runtime reserves a terabyte of it. A
// process that cannot be bounded still has its time by the clock.
func bound(pid, scripts int) {
	seconds := uint64(limits.ScriptSeconds + scripts/10) //nolint:gosec // a few hundred at most
	for resource, most := range map[int]uint64{syscall.RLIMIT_CPU: seconds, syscall.RLIMIT_DATA: limits.ScriptData} {
		limit := syscall.Rlimit{Cur: most, Max: most}
		_, _, _ = syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(pid), uintptr(resource), uintptr(unsafe.Pointer(&limit)), 0, 0, 0) //nolint:gosec // prlimit(2) takes a pointer
	}
}
