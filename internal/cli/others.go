package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/dockmend/dockmend/internal/nearest"
	"github.com/dockmend/dockmend/internal/takeover"
)

// otherFlags takes the flags that hadolint, ruff and golangci-lint have for what lint can
// do; help does not list them.
func (f *lintFlags) otherFlags(flags *pflag.FlagSet) {
	flags.StringArrayVarP(&f.outputs, "format", "f", nil, "as --output")
	flags.VarP(&thresholdFlag{&f.Rules.FailOn}, "failure-threshold", "t", "as --fail-on")
	flags.BoolVar(&f.noFail, "no-fail", false, "as --fail-on never")
	flags.BoolVar(&f.noColor, "no-color", false, "as --color never")
	for _, name := range []string{"format", "failure-threshold", "no-fail", "no-color"} {
		flags.Lookup(name).Hidden = true
	}
}

// settle brings the flags of others into ours.
func (f *lintFlags) settle() {
	if f.noFail {
		f.Rules.FailOn = "never"
	}
	if f.noColor {
		f.color = "never"
	}
}

// thresholdFlag is hadolint's failure-threshold: "ignore" and "none" fail from style on,
// as there.
type thresholdFlag struct{ failOn *string }

func (t *thresholdFlag) String() string { return "" }

func (t *thresholdFlag) Type() string { return "severity" }

func (t *thresholdFlag) Set(value string) error {
	if value == "ignore" || value == "none" {
		value = "style"
	}
	*t.failOn = value
	return nil
}

// flagError adds to the error of an unknown flag what to write: the flag that is near, or
// what has the effect here.
func flagError(cmd *cobra.Command, err error) error {
	name, ok := strings.CutPrefix(err.Error(), "unknown flag: --")
	if !ok {
		return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
	}
	name, _, _ = strings.Cut(name, "=")
	if words := takeover.Elsewhere(name); words != "" {
		return fmt.Errorf("%w; %s", err, words)
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	if near, ok := nearest.Name(name, names); ok {
		return fmt.Errorf("%w (did you mean --%s?)", err, near)
	}
	return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
}
