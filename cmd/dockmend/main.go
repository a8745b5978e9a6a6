// Command dockmend lints Dockerfiles and mends what can be mended.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/dockmend/dockmend/internal/cli"
)

// garbage is how much may pile up before it is collected, in percent of what is
// in use. A run is short: a sixth of its time is worth half as much memory again.
const garbage = 200

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Main(ctx, os.Args, cli.OSEnv())
	stop()
	os.Exit(code)
}
