package cli

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/run"
	"github.com/dockmend/dockmend/internal/takeover"
)

// output is one -o: a format and where it goes.
type output struct {
	format string
	// file is empty for standard output.
	file   string
	writer report.Writer
}

// parseOutputs reads the values of -o, so that a mistake is known before a run; format is
// the one where there is none.
func parseOutputs(env *Env, values []string, color, format string, options report.Options) ([]output, error) {
	colored, err := useColor(env, color)
	if err != nil {
		return nil, err
	}
	if len(values) == 0 {
		values = []string{format}
	}
	var outputs []output
	taken := map[string]bool{}
	for _, value := range values {
		o := output{}
		o.format, o.file, _ = strings.Cut(value, "=")
		o.format = takeover.Format(o.format)
		if o.file == "-" { // as most programs name standard output
			o.file = ""
		}
		if o.file == "" && strings.HasSuffix(value, "=") {
			return nil, fmt.Errorf("-o %s: the file name is missing", value)
		}
		if taken[o.file] {
			return nil, fmt.Errorf("-o %s: two reports cannot go to the same place; write one to a file, such as -o %s=report.txt", value, o.format)
		}
		taken[o.file] = true
		options.Version, options.Color = Version, colored && o.file == ""
		options.Page, options.Weakness = run.RulePage, rules.Weakness
		o.writer, err = report.New(o.format, options)
		if err != nil {
			return nil, fmt.Errorf("-o %s: %w", value, err)
		}
		outputs = append(outputs, o)
	}
	return outputs, nil
}

func useColor(env *Env, when string) (bool, error) {
	switch when {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto":
		if env.Getenv("NO_COLOR") != "" {
			return false, nil
		}
		forced := env.Getenv("FORCE_COLOR") // "0" is off: force-color.org
		if forced != "" {
			return forced != "0", nil
		}
		return env.Terminal && env.Getenv("TERM") != "dumb", nil
	}
	return false, fmt.Errorf("--color %q: want auto, always or never", when)
}

// writeAll writes every report; one that fails does not keep the others back.
func writeAll(env *Env, outputs []output, r *lint.Result) error {
	var failed []error
	for _, o := range outputs {
		if err := o.write(env, r); err != nil {
			failed = append(failed, err)
		}
	}
	if len(failed) > 0 {
		return incomplete(errors.Join(failed...))
	}
	return nil
}

func (o output) write(env *Env, r *lint.Result) error {
	if o.file == "" {
		return run.WriteReport(env.Stdout, o.writer, r)
	}
	var b bytes.Buffer
	if err := run.WriteReport(&b, o.writer, r); err != nil {
		return err
	}
	return writeFile(env, o.file, b.Bytes())
}

// writeFile writes a file that a flag names; /dev/stdout and /dev/stderr are the
// streams of this process.
func writeFile(env *Env, name string, content []byte) error {
	var err error
	switch name {
	case "/dev/stdout":
		_, err = env.Stdout.Write(content)
	case "/dev/stderr":
		_, err = env.Stderr.Write(content)
	default:
		err = files.WriteNamed(env.Dir, name, content)
	}
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", name, run.Plain(err))
	}
	return nil
}
