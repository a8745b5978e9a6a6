// Package terminal is what a person at a terminal sees besides reports: help in groups,
// pages and diffs in colour, the progress of a long run.
package terminal

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Group is a title in a command's help, with the names of the flags below it.
type Group struct {
	Title string
	Flags []string
}

// GroupFlags shows a command's flags in groups. Those of no group come last, under
// "Other flags".
func GroupFlags(cmd *cobra.Command, groups ...Group) {
	cmd.SetUsageFunc(func(c *cobra.Command) error { return usage(c.OutOrStderr(), c, groups) })
}

func usage(w io.Writer, c *cobra.Command, groups []Group) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Usage:\n  %s\n", c.UseLine())
	if c.HasExample() {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", c.Example)
	}
	flags, listed := c.LocalFlags(), []string{}
	for _, g := range groups {
		listed = append(listed, g.Flags...)
		writeFlags(&b, flags, g.Title, func(name string) bool { return slices.Contains(g.Flags, name) })
	}
	writeFlags(&b, flags, "Other flags", func(name string) bool { return !slices.Contains(listed, name) })
	_, err := io.WriteString(w, b.String())
	return err
}

// writeFlags writes those of the flags that are chosen, in their order.
func writeFlags(b *strings.Builder, flags *pflag.FlagSet, title string, chosen func(name string) bool) {
	some := pflag.NewFlagSet(title, pflag.ContinueOnError)
	some.SortFlags = false
	flags.VisitAll(func(f *pflag.Flag) {
		if chosen(f.Name) {
			some.AddFlag(f)
		}
	})
	if some.HasAvailableFlags() {
		fmt.Fprintf(b, "\n%s:\n%s", title, some.FlagUsages())
	}
}

// GroupCommands shows the commands below root in groups: the title of each, and the names
// of its commands.
func GroupCommands(root *cobra.Command, groups ...Group) {
	for _, g := range groups {
		root.AddGroup(&cobra.Group{ID: g.Title, Title: g.Title + ":"})
		for _, c := range root.Commands() {
			if slices.Contains(g.Flags, c.Name()) {
				c.GroupID = g.Title
			}
		}
	}
}
