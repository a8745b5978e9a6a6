package cli

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"github.com/dockmend/dockmend/internal/lsp"
)

// streams of an editor: its messages come from standard input.
type editor struct {
	io.Reader
	io.Writer
	close context.CancelFunc
}

// Close implements io.Closer. Whoever reads from standard input still waits for it.
func (e editor) Close() error {
	e.close()
	return nil
}

func newLSP(env *Env) *cobra.Command {
	flags := &lintFlags{}
	all := &cobra.Command{}
	flags.register(all)
	var stdio bool
	cmd := &cobra.Command{
		Use: "lsp", Short: "Run the language server, for editors", Args: cobra.NoArgs,
		Long: "Speak the Language Server Protocol on standard input and output: findings as you type, fixes with what\n" +
			"was verified, explanations, completion. An editor starts it; docs/editors.md says how. The findings are\n" +
			"those of dockmend lint, with the repository's configuration and the files that are not saved yet.",
		Example: "  dockmend lsp\n  dockmend lsp --preset strict --shellcheck off",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := flags.check(); err != nil {
				return err
			}
			ctx, cancel := context.WithCancel(cmd.Context())
			defer cancel()
			if err := flags.readPolicy(ctx, env, nil); err != nil {
				return err
			}
			err := lsp.Serve(ctx, editor{env.Stdin, env.Stdout, cancel}, lsp.Options{Env: env.plain(), Run: flags.Options, Wait: lsp.Wait})
			if errors.Is(err, lsp.ErrNoShutdown) {
				return &exitError{code: exitFindings} // as the protocol has it
			}
			return err
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVar(&stdio, "stdio", true, "speak on standard input and output, as some editors ask for")
	for _, name := range []string{"config", "policy", "preset", "select", "ignore", "as-of", "shellcheck", "no-gitignore", "online-registry"} {
		cmd.Flags().AddFlag(all.Flags().Lookup(name))
	}
	return cmd
}
