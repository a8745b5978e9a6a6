package cli

import (
	"fmt"
	"strconv"
	"time"

	"github.com/dockmend/dockmend/internal/images"
)

// sourceDateEpoch is the variable that names the time of a reproducible build, in
// seconds since 1970 (reproducible-builds.org/specs/source-date-epoch).
const sourceDateEpoch = "SOURCE_DATE_EPOCH"

// today is the day of a run for which nothing else names one: that of
// SOURCE_DATE_EPOCH, else today in UTC, but not before the day of the tables, for a
// clock that is wrong.
func (e *Env) today() (string, error) {
	if e.Getenv != nil {
		if text := e.Getenv(sourceDateEpoch); text != "" {
			seconds, err := strconv.ParseInt(text, 10, 64)
			if err != nil || seconds < 0 || seconds > maxEpoch {
				return "", fmt.Errorf("%s=%q is not a number of seconds since 1970", sourceDateEpoch, text)
			}
			return time.Unix(seconds, 0).UTC().Format(time.DateOnly), nil
		}
	}
	return max(e.now().UTC().Format(time.DateOnly), string(images.TableDate)), nil
}

// maxEpoch is the last second of the year 9999, the last that a date can name.
const maxEpoch = 253402300799

// checkDay refuses a day that is none.
func checkDay(day string) error {
	if day == "" {
		return nil
	}
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return fmt.Errorf("--as-of %q is not a day; write it as 2026-11-30", day)
	}
	return nil
}
