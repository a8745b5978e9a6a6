// Command dockmend lints Dockerfiles and fixes what can be fixed.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/dockmend/dockmend/internal/cli"
)

const (
	// garbage is how much may pile up before it is collected, in percent of what is
	// in use. A run is short: with 200 it takes a tenth less time and a fifth more memory.
	garbage = 120
	// much is the memory in bytes from which on garbage is collected as often as it
	// takes to stay there.
	much = 320 << 20
	// grace is how long a run may take to end after the first signal: long enough
	// to write what was found. Some calls of the operating system cannot be
	// interrupted, such as opening a named pipe.
	grace = 3 * time.Second
	// incomplete is the exit code of a run that could not be completed.
	incomplete = 3
)

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(much)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ended := make(chan int)
	go func() { ended <- cli.Main(ctx, os.Args, cli.OSEnv()) }()
	select {
	case code := <-ended:
		os.Exit(code)
	case <-ctx.Done():
	}
	stop() // from here on, a signal kills
	select {
	case code := <-ended:
		os.Exit(code)
	case <-time.After(grace):
		_, _ = fmt.Fprintln(os.Stderr, "dockmend: the run was stopped by a signal, in a step that could not be ended; there is no report")
		os.Exit(incomplete)
	}
}
