// Package output has the reports that a command line asks for: which formats, where they
// go, and whether they are in colour.
package output

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/run"
	"github.com/dockmend/dockmend/internal/takeover"
)

// Streams is where reports go, and what is known of it.
type Streams struct {
	Stdout, Stderr io.Writer
	// Dir is the folder that relative names of files begin at, absolute.
	Dir string
	// Terminal reports whether Stdout is a terminal.
	Terminal bool
	// Getenv reads an environment variable.
	Getenv func(string) string
}

// output is one -o: a format and where it goes.
type output struct {
	format string
	// file is empty for standard output.
	file    string
	options report.Options
}

// Outputs are the reports of a run.
type Outputs []output

// Parse reads the values of -o, so that a mistake is known before a run; format is the one
// where there is none. Colour is only for standard output.
func Parse(values []string, format string, colored bool, options report.Options) (Outputs, error) {
	if len(values) == 0 {
		values = []string{format}
	}
	destinations, err := report.ParseDestinations(values)
	if err != nil {
		return nil, err
	}
	var outputs Outputs
	for i, d := range destinations {
		o := output{format: takeover.Format(d.Format), file: d.File}
		options.Color = colored && o.file == ""
		options.Page, options.Weakness = run.RulePage, rules.Weakness
		o.options = options
		if _, err := report.New(o.format, options); err != nil {
			return nil, fmt.Errorf("-o %s: %w", values[i], err)
		}
		outputs = append(outputs, o)
	}
	return outputs, nil
}

// Suggest reports whether one of the formats shows fixes as suggestions, which need their
// proof.
func (outputs Outputs) Suggest() bool {
	return slices.ContainsFunc(outputs, func(o output) bool { return report.Suggests(o.format) })
}

// Color reports whether standard output is to have colour: when is "auto", "always" or
// "never"; another is an error.
func (s Streams) Color(when string) (bool, error) {
	switch when {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto":
		if s.Getenv("NO_COLOR") != "" {
			return false, nil
		}
		forced := s.Getenv("FORCE_COLOR") // "0" is off: force-color.org
		if forced != "" {
			return forced != "0", nil
		}
		return s.Terminal && s.Getenv("TERM") != "dumb", nil
	}
	return false, fmt.Errorf("--color %q: want auto, always or never", when)
}

// WriteAll writes every report of a run that ended so; one that fails does not keep the
// others back.
func (s Streams) WriteAll(outputs Outputs, r *lint.Result, ended report.Verdict) error {
	var failed []error
	for _, o := range outputs {
		o.options.Verdict = ended
		if err := s.write(o, r); err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

func (s Streams) write(o output, r *lint.Result) error {
	writer, err := report.New(o.format, o.options)
	if err != nil {
		return err
	}
	if o.file == "" {
		return run.WriteReport(s.Stdout, writer, r)
	}
	var b bytes.Buffer
	if err := run.WriteReport(&b, writer, r); err != nil {
		return err
	}
	return s.WriteFile(o.file, b.Bytes())
}

// WriteFile writes a file that a flag names; /dev/stdout and /dev/stderr are the streams of
// this process.
func (s Streams) WriteFile(name string, content []byte) error {
	var err error
	switch name {
	case "/dev/stdout":
		_, err = s.Stdout.Write(content)
	case "/dev/stderr":
		_, err = s.Stderr.Write(content)
	default:
		err = files.WriteNamed(s.Dir, name, content)
	}
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", name, run.Plain(err))
	}
	return nil
}
