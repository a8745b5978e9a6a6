package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/dockmend/dockmend/docs"
	"github.com/dockmend/dockmend/internal/nearest"
	"github.com/dockmend/dockmend/internal/rules"
)

func newExplain(env *Env) *cobra.Command {
	return &cobra.Command{
		Use: "explain RULE", Short: "Print a rule's page, by its id or its name in another tool", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			catalog := rules.All()
			found := catalog.Find(args[0])
			if len(found) == 0 {
				return unknownRule(catalog, args[0])
			}
			for i, m := range found {
				page, err := docs.Rules.ReadFile("rules/" + m.ID + ".md")
				if err != nil {
					return fmt.Errorf("the page of %s is missing in this build: %w", m.ID, err)
				}
				if i > 0 {
					page = append([]byte("\n"), page...)
				}
				if _, err := env.Stdout.Write(page); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func unknownRule(catalog *rules.Catalog, name string) error {
	var names []string
	for _, m := range catalog.Metas() {
		names = append(names, m.ID)
		for _, a := range m.Aliases {
			names = append(names, a.Name)
		}
	}
	if near, ok := nearest.Name(name, names); ok {
		return fmt.Errorf("unknown rule %q, did you mean %q?", name, near)
	}
	return fmt.Errorf("unknown rule %q; dockmend rules lists them", name)
}
