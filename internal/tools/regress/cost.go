package main

import (
	"bufio"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// cost is what one run took.
type cost struct{ instructions, allocations int64 }

// allocates is the function that every allocation of a Go program calls.
const allocates = "runtime.mallocgc"

// entry is the address of that function in a program with its symbols.
func entry(program string) (uint64, error) {
	f, err := elf.Open(program)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }() // it was only read from
	symbols, err := f.Symbols()
	if err != nil {
		return 0, fmt.Errorf("%s: %w", program, err)
	}
	for _, s := range symbols {
		if s.Name == allocates {
			return s.Value, nil
		}
	}
	return 0, fmt.Errorf("%s has no %s", program, allocates)
}

// readProfile reads what callgrind wrote, with the cost of each machine instruction and
// nothing abbreviated: the sum of all instructions, and how often memory was allocated,
// which is how often the instruction at entry was carried out. Neither the calls that
// callgrind counts nor the functions that it names are a measure: it loses track of both
// where a goroutine takes over from another.
func readProfile(r io.Reader, entry uint64) (cost, error) {
	var c cost
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	isCall := false
	for lines.Scan() {
		line := lines.Text()
		if key, _, ok := strings.Cut(line, "="); ok {
			isCall = key == "calls" // the next line is what the callee took
			continue
		}
		if sum, ok := strings.CutPrefix(line, "totals: "); ok {
			n, err := strconv.ParseInt(sum, 10, 64)
			if err != nil {
				return cost{}, fmt.Errorf("the profile has a line %q: %w", line, err)
			}
			c.instructions = n
			continue
		}
		words := strings.Fields(line)
		if isCall || len(words) != 3 || !strings.HasPrefix(line, "0x") {
			isCall = false
			continue
		}
		at, err := strconv.ParseUint(words[0], 0, 64)
		if err != nil {
			return cost{}, fmt.Errorf("the profile has a line %q: %w", line, err)
		}
		n, err := strconv.ParseInt(words[2], 10, 64)
		if err != nil {
			return cost{}, fmt.Errorf("the profile has a line %q: %w", line, err)
		}
		if at == entry {
			c.allocations += n
		}
	}
	if err := lines.Err(); err != nil {
		return cost{}, err
	}
	if c.instructions == 0 || c.allocations == 0 {
		return cost{}, errors.New("the profile has no sum, or no allocation: was the program built without its symbols?")
	}
	return c, nil
}

// limit is how much more in percent a command may cost.
const limit = 5.0

// result is a measure of a command, before and after.
type result struct {
	command, measure string
	before, after    int64
}

func (r result) growth() float64 { return 100 * (float64(r.after)/float64(r.before) - 1) }

// trailer is the line of a commit's message that accepts a regression.
const trailer = "Accepted-Regression"

// acceptance is what such a line says.
type acceptance struct {
	command, measure string
	percent          float64
	reason           string
}

// parseAccepted reads the values of trailers, one a line: the command, the measure,
// the most in percent, "--" and the reason.
func parseAccepted(values string) ([]acceptance, error) {
	var all []acceptance
	for line := range strings.Lines(values) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		what, reason, _ := strings.Cut(line, " -- ")
		words := strings.Fields(what)
		bad := fmt.Errorf("the trailer %q is not as in %q", line, trailer+": lint instructions 12% -- the reason")
		if len(words) != 3 || strings.TrimSpace(reason) == "" {
			return nil, bad
		}
		percent, err := strconv.ParseFloat(strings.TrimSuffix(words[2], "%"), 64)
		if err != nil {
			return nil, bad
		}
		all = append(all, acceptance{words[0], words[1], percent, reason})
	}
	return all, nil
}

// judge prints the results. The error names those that are past the limit, and that
// no commit accepts.
func judge(out io.Writer, results []result, accepted []acceptance) error {
	var worse []string
	for _, r := range results {
		verdict := "ok"
		if r.growth() > limit {
			verdict = "past the limit"
			for _, a := range accepted {
				if a.command == r.command && a.measure == r.measure && r.growth() <= a.percent {
					verdict = fmt.Sprintf("accepted up to %g %%: %s", a.percent, a.reason)
				}
			}
			if verdict == "past the limit" {
				worse = append(worse, fmt.Sprintf("%s takes %.1f %% more %s", r.command, r.growth(), r.measure))
			}
		}
		_, _ = fmt.Fprintf(out, "%-5s %-13s %14d -> %14d  %+7.2f %%  %s\n", r.command, r.measure, r.before, r.after, r.growth(), verdict)
	}
	if len(worse) > 0 {
		return fmt.Errorf("%s; the limit is %g %%, and %s in a commit's message accepts more", strings.Join(worse, ", "), limit, trailer)
	}
	return nil
}
