package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/run"
)

// statsFlag is --stats: counts and times of the run, and with --stats=rules the time
// of each rule too.
type statsFlag struct {
	on bool
	// rules measures; nil if --stats does not ask for it.
	rules *engine.RuleTimes
}

// Set reads the flag's value; "true" stands for none.
func (f *statsFlag) Set(value string) error {
	switch value {
	case "true":
		*f = statsFlag{on: true}
	case "false":
		*f = statsFlag{}
	case "rules":
		*f = statsFlag{on: true, rules: &engine.RuleTimes{}}
	default:
		return fmt.Errorf("unknown value %q, want rules or none", value)
	}
	return nil
}

func (f *statsFlag) String() string {
	switch {
	case f.rules != nil:
		return "rules"
	case f.on:
		return "true"
	}
	return "false"
}

// Type makes the flag one that can stand alone.
func (*statsFlag) Type() string { return "bool" }

// print writes what was asked for.
func (f *statsFlag) print(w io.Writer, all run.Workspaces, r *lint.Result, finding, checking, reporting time.Duration) {
	if f.on {
		run.Stats{Finding: finding, Checking: checking, Reporting: reporting, Rules: f.rules}.Write(w, all, r)
	}
}
