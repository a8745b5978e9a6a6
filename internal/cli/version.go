package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// Version, Commit and Date are set by the linker in releases, which sets
// variables only.
var (
	Version = "0.1.0-dev" //nolint:gochecknoglobals // set by the linker
	Commit  = ""          //nolint:gochecknoglobals // set by the linker
	Date    = ""          //nolint:gochecknoglobals // set by the linker
)

func newVersion(env *Env) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print version, commit, date and Go version", Args: cobra.NoArgs,
		Example: "  dockmend version",
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(env.Stdout, "dockmend %s\n", describe())
			return err
		},
	}
}

// describe is the version with the commit, its date and the version of Go.
func describe() string {
	commit, date := build()
	return fmt.Sprintf("%s (commit %s, date %s, %s)", Version, commit, date, runtime.Version())
}

// build is what the linker set, or else what the Go tool stamped.
func build() (commit, date string) {
	commit, date = Commit, Date
	info, ok := debug.ReadBuildInfo()
	if ok {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision" && commit == "":
				commit = s.Value
			case s.Key == "vcs.time" && date == "":
				date = s.Value
			}
		}
	}
	return orUnknown(commit), orUnknown(date)
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}
