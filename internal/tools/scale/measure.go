package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

const (
	// quick is the time in seconds below which no ratio is read: it is noise.
	quick = 0.1
	// telling is the time in seconds from which on a shape need not be made
	// larger to show how it grows.
	telling = 0.25
	// fewest and most are how many sizes are measured.
	fewest, most = 4, 7
	// crashed is the exit code of a Go program that panics; it is also that of a
	// wrong command line.
	crashed = 2
	// missing is the exit code of the shell for a program that is not there.
	missing = 127
	// largest is the size in bytes beyond which a shape is not made larger.
	largest = 1 << 20
)

type allowance struct {
	ratio     float64
	megabytes int
	seconds   int
	repeats   int
}

// meter runs the program and reads what it cost.
type meter struct {
	program, scratch string
	limits           allowance
	// empty is the time in seconds of a run on next to nothing.
	empty float64
}

// growth is what a shape costs in one mode.
type growth struct {
	// seconds of processor time, one for each size.
	seconds []float64
	// ratio is the worst by which a doubling multiplies the time; 0 where all
	// runs are quick.
	ratio     float64
	bytes     int
	megabytes int
	// fault says what is too much; empty where nothing is.
	fault string
}

// sample is one size of a shape.
type sample struct {
	dir     string
	bytes   int
	seconds float64
}

// calibrate measures a run on one line.
func (m *meter) calibrate(ctx context.Context) error {
	s := sample{dir: filepath.Join(m.scratch, "empty"), seconds: math.Inf(1)}
	if _, err := write(s.dir, map[string]string{"Dockerfile": alpine}); err != nil {
		return err
	}
	for range 5 {
		if _, err := m.again(ctx, &s, modes()["lint"]); err != nil {
			return err
		}
	}
	m.empty = s.seconds
	return os.RemoveAll(s.dir)
}

// measure runs the program on a shape in sizes 1, 2, 4, 8 and more, until it
// takes long enough to tell how it grows.
func (m *meter) measure(ctx context.Context, s shape, args []string) (g growth, err error) {
	var samples []*sample
	defer func() {
		for _, x := range samples {
			err = errors.Join(err, os.RemoveAll(x.dir))
		}
	}()
	for i := range most {
		x := &sample{dir: filepath.Join(m.scratch, fmt.Sprint("size", i)), seconds: math.Inf(1)}
		if x.bytes, err = write(x.dir, s.make(s.base<<i)); err != nil {
			return g, err
		}
		samples = append(samples, x)
		peak, err := m.again(ctx, x, args)
		g.bytes, g.megabytes = x.bytes, max(g.megabytes, peak)
		switch {
		case errors.As(err, new(*exec.ExitError)):
			g.seconds = times(samples[:i])
			g.fault = "ENDED: " + err.Error()
			return g, nil
		case err != nil:
			return g, err
		}
		enough := x.seconds > telling || x.bytes > largest || g.megabytes > m.limits.megabytes
		if i+1 >= fewest && enough {
			break
		}
	}
	for i := 1; i < len(samples); i++ {
		if err := m.settle(ctx, s, samples[i-1], samples[i], args); err != nil {
			return g, err
		}
		g.ratio = max(g.ratio, m.ratio(s, samples[i-1], samples[i]))
	}
	g.seconds = times(samples)
	switch {
	case g.ratio > m.limits.ratio:
		g.fault = "GROWS"
	case g.megabytes > m.limits.megabytes:
		g.fault = "MEMORY"
	}
	return g, nil
}

func times(samples []*sample) (seconds []float64) {
	for _, x := range samples {
		seconds = append(seconds, x.seconds)
	}
	return seconds
}

// settle measures two sizes again while their ratio is too large: other
// programs on the machine make a run slower, never faster.
func (m *meter) settle(ctx context.Context, s shape, a, b *sample, args []string) error {
	for range m.limits.repeats {
		if m.ratio(s, a, b) <= m.limits.ratio {
			return nil
		}
		for _, x := range []*sample{b, a} {
			if _, err := m.again(ctx, x, args); err != nil {
				return err
			}
		}
	}
	return nil
}

// ratio is by what the time grows when the input doubles; 0 where it is too
// short to say.
func (m *meter) ratio(s shape, a, b *sample) float64 {
	if b.seconds < quick+m.empty {
		return 0
	}
	times := (b.seconds - m.empty) / max(a.seconds-m.empty, quick/2)
	doublings := max(math.Log2(float64(b.bytes)/float64(a.bytes)), 1)
	if s.product {
		doublings *= 2
	}
	return math.Pow(times, 1/doublings)
}

// again runs the program once more, keeps the least time, and returns the peak
// of its memory in megabytes.
func (m *meter) again(ctx context.Context, x *sample, args []string) (megabytes int, err error) {
	// The shell is there for its limit on processor time, which other programs on
	// the machine do not use up.
	script := fmt.Sprintf(`ulimit -t %d; exec "$@"`, m.limits.seconds)
	words := slices.Concat([]string{"-c", script, "sh", m.program}, args)
	cmd := exec.CommandContext(ctx, "sh", words...) //nolint:gosec // the program to measure
	cmd.Dir = x.dir
	// Collectors on idle processors would count as the program's time.
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	err = cmd.Run()
	if err != nil && cmd.ProcessState == nil {
		return 0, err
	}
	if code := cmd.ProcessState.ExitCode(); code < 0 || code == crashed || code == missing {
		return 0, err
	}
	x.seconds = min(x.seconds, (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds())
	return peak(cmd.ProcessState), nil
}

// write makes a repository and returns its size in bytes.
func write(dir string, files map[string]string) (bytes int, err error) {
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return 0, err
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			return 0, err
		}
		bytes += len(content)
	}
	return bytes, nil
}
