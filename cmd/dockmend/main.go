// Command dockmend lints Dockerfiles and mends what can be mended.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/dockmend/dockmend/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Main(ctx, os.Args, cli.OSEnv())
	stop()
	os.Exit(code)
}
