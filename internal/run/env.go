// Package run is one run over a work tree: where it looks, by which configuration, what it
// finds, fixes and proves. It knows no flags, no streams and no exit codes, so that a
// command, a step of a workflow and an editor share it.
package run

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/images"
)

// Env is what a run may touch outside of its files.
type Env struct {
	// Stdin is what the path "-" stands for.
	Stdin io.Reader
	// Getenv reads an environment variable.
	Getenv func(string) string
	// Dir is the working directory, absolute.
	Dir string
	// ShellCheck is the program that the option "auto" looks for.
	ShellCheck string
	// Now is the time; nil means by the clock.
	Now func() time.Time
	// Version is that of this program, which registries get.
	Version string
}

// Time is the time of the run.
func (e *Env) Time() time.Time {
	if e.Now != nil {
		return e.Now()
	}
	return time.Now()
}

// variable reads a variable of the environment; it is empty where nothing may be read.
func (e *Env) variable(name string) string {
	if e.Getenv == nil {
		return ""
	}
	return e.Getenv(name)
}

// sourceDateEpoch is the variable that names the time of a reproducible build, in
// seconds since 1970 (reproducible-builds.org/specs/source-date-epoch).
const sourceDateEpoch = "SOURCE_DATE_EPOCH"

// maxEpoch is the last second of the year 9999, the last that a date can name.
const maxEpoch = 253402300799

// Today is the day of a run for which nothing else names one: that of
// SOURCE_DATE_EPOCH, else today in UTC, but not before the day of the tables, for a
// clock that is wrong.
func (e *Env) Today() (string, error) {
	if text := e.variable(sourceDateEpoch); text != "" {
		seconds, err := strconv.ParseInt(text, 10, 64)
		if err != nil || seconds < 0 || seconds > maxEpoch {
			return "", fmt.Errorf("%s=%q is not a number of seconds since 1970", sourceDateEpoch, text)
		}
		return time.Unix(seconds, 0).UTC().Format(time.DateOnly), nil
	}
	return max(e.Time().UTC().Format(time.DateOnly), string(images.TableDate)), nil
}

// maxNamed is the size in bytes up to which a file that an option names is read.
const maxNamed = 16 << 20

// ReadFile reads a file that an option names.
func (e *Env) ReadFile(name string) ([]byte, error) {
	src, err := files.ReadNamed(e.Dir, name, maxNamed)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", name, Plain(err))
	}
	return src, nil
}

func (e *Env) inDir(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(e.Dir, name)
}

// Plain is an error without the path, which the message has already.
func Plain(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
