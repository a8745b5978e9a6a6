package terminal

import (
	"strings"

	"github.com/spf13/cobra"
)

// Complete completes one of the values, or the last of several between commas.
func Complete(values func() []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		head := typed[:strings.LastIndexByte(typed, ',')+1]
		var found []string
		for _, v := range values() {
			if len(v) >= len(typed)-len(head) && strings.EqualFold(v[:len(typed)-len(head)], typed[len(head):]) {
				found = append(found, head+v)
			}
		}
		return found, cobra.ShellCompDirectiveNoFileComp
	}
}
