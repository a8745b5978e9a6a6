//go:build unix

package lsp

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// long is a Dockerfile of 300 lines as people write them.
func long() string {
	var b strings.Builder
	b.WriteString("ARG VERSION=3.13\nFROM python:${VERSION}-slim AS build\nWORKDIR /src\n")
	for i := 0; strings.Count(b.String(), "\n") < 280; i++ {
		fmt.Fprintf(&b, "ENV NAME%[1]d=value%[1]d\nCOPY part%[1]d/ /src/part%[1]d/\nRUN apt-get update \\\n    && apt-get install -y --no-install-recommends package%[1]d \\\n    && rm -rf /var/lib/apt/lists/* # part %[1]d\n", i)
	}
	b.WriteString("FROM python:${VERSION}-slim\nCOPY --from=build /src /src\n")
	for strings.Count(b.String(), "\n") < 299 {
		b.WriteString("LABEL a=b\n")
	}
	return b.String() + "CMD python /src/main.py\n"
}

// crowd is a repository with 500 container files, one of which is long.
func crowd() map[string]string {
	all := map[string]string{"app/Dockerfile": long(), "go.mod": "module x\n", "Makefile": "build:\n\tdocker build app\n"}
	services := "services:\n"
	for i := range 240 {
		dir := fmt.Sprintf("services/s%d/", i)
		all[dir+"Dockerfile"] = "FROM python:3.13-slim\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\nUSER 1000\nEXPOSE 8000\nCMD [\"gunicorn\", \"app:app\"]\n"
		all[dir+".dockerignore"] = ".git\n*.log\n"
		all[dir+"requirements.txt"] = "gunicorn\n"
		services += fmt.Sprintf("  s%d:\n    build: services/s%[1]d\n    ports: [\"%d:8000\"]\n", i, 8000+i)
		if i < 18 {
			all[fmt.Sprintf("deploy/s%d.yaml", i)] = fmt.Sprintf("apiVersion: v1\nkind: Pod\nmetadata: {name: s%[1]d}\nspec:\n  containers: [{name: s, image: \"acme/s%[1]d:1\"}]\n", i)
		}
	}
	all["compose.yaml"] = services
	return all
}

// spent is the processor time of the process.
func spent(tb testing.TB) time.Duration {
	tb.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// typing makes the key strokes of somebody who writes a comment and a command into a long
// Dockerfile, one character at a time, and takes them back.
func typing(c *client, text *content, version *int32, after func()) *content {
	at := uint32(150)
	for _, r := range "RUN apt-get install -y curl # why" {
		line := text.line(int(at))
		change := contentChange{Range: &textRange{position{at, uint32(line.Len())}, position{at, uint32(line.Len())}}, Text: string(r)}
		text = c.stroke(text, version, change)
		after()
	}
	line := text.line(int(at))
	text = c.stroke(text, version, contentChange{Range: &textRange{position{at, uint32(line.Len() - 33)}, position{at, uint32(line.Len())}}})
	after()
	return text
}

func (c *client) stroke(text *content, version *int32, change contentChange) *content {
	*version++
	c.notify("textDocument/didChange", didChangeParams{versionedDocument{c.uri("app/Dockerfile"), *version}, []contentChange{change}})
	return text.change(change, utf8s)
}

// BenchmarkKeyStroke is the processor time from a key stroke to the diagnostics, in a Dockerfile
// of 300 lines among 500 container files, with the client's own work. The metrics are the
// median and the 99th percentile.
func BenchmarkKeyStroke(b *testing.B) {
	c := start(b, tree(b, crowd()), pulling)
	c.open("app/Dockerfile", "dockerfile", long())
	if len(c.pull("app/Dockerfile")) == 0 {
		b.Fatal("no findings")
	}
	var times []time.Duration
	text, version := newContent([]byte(long())), int32(1)
	for b.Loop() {
		begin := spent(b)
		text = typing(c, text, &version, func() {
			c.pull("app/Dockerfile")
			now := spent(b)
			times = append(times, now-begin)
			begin = now
		})
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "ms-median")
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "ms-p99")
	b.ReportMetric(float64(len(times)), "strokes")
}

// heap is the memory in use once garbage is collected.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkMemory is the memory that is in use after a thousand edits and after ten thousand
// more, in MB.
func BenchmarkMemory(b *testing.B) {
	for b.Loop() {
		c := start(b, tree(b, crowd()), pulling)
		c.open("app/Dockerfile", "dockerfile", long())
		text, version := newContent([]byte(long())), int32(1)
		edit := func(n int) {
			for edits := 0; edits < n; {
				text = typing(c, text, &version, func() {
					if edits++; edits%10 == 0 {
						c.pull("app/Dockerfile")
					}
				})
			}
		}
		edit(1000)
		before := heap()
		edit(10_000)
		b.ReportMetric(float64(before)/1e6, "MB-before")
		b.ReportMetric(float64(heap())/1e6, "MB-after")
	}
}
