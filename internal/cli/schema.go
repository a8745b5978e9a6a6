package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/rules"
)

func newSchema(env *Env) *cobra.Command {
	return &cobra.Command{
		Use: "schema config|report", Short: "Print the JSON Schema of the configuration or of the JSON report", Args: cobra.ExactArgs(1),
		Long:      "Print the JSON Schema of .dockmend.yaml, for editors, or of the report that -o json writes.",
		Example:   "  dockmend schema config > dockmend.schema.json\n  dockmend schema report",
		ValidArgs: []string{"config", "report"},
		RunE: func(_ *cobra.Command, args []string) error {
			var schema []byte
			var err error
			switch args[0] {
			case "config":
				schema, err = config.Schema(rules.All().Metas())
			case "report":
				schema = report.Schema()
			default:
				return fmt.Errorf("there is no schema %q; want config or report", args[0])
			}
			if err != nil {
				return err
			}
			_, err = env.Stdout.Write(schema)
			return err
		},
	}
}
