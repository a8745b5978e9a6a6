package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

// notYet lists the commands that are promised and not built: they answer exit
// code 2, so that nobody takes silence for success.
var notYet = []struct{ use, short string }{
	{"init", "Write a configuration and a workflow (not built yet)"},
}

func notYetCommand(use, short string) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Hidden: true, DisableFlagParsing: true,
		RunE: func(*cobra.Command, []string) error {
			return fmt.Errorf("the command %q is not built yet", use)
		},
	}
}
