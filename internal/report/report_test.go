package report

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata") //nolint:gochecknoglobals // flags of tests are declared so

func render(t *testing.T, format string, opts Options, r *lint.Result) string {
	t.Helper()
	writer, err := New(format, opts)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := writer.Write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// golden compares got with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got), go test ./internal/report -update rewrites it:\n%s", name, diff)
	}
}

// spanOf is the span of the first occurrence of part in the source.
func spanOf(t *testing.T, src *lint.Source, part string) text.Span {
	t.Helper()
	start := bytes.Index(src.Bytes, []byte(part))
	if start < 0 {
		t.Fatalf("%s does not hold %q", src.Path, part)
	}
	return text.Span{Start: start, End: start + len(part)}
}

func shellForm() *lint.Meta {
	return &lint.Meta{
		ID:       "shell-form-command",
		Category: lint.Runtime,
		Variants: []string{"cmd", "healthcheck"},
		Aliases:  []lint.Alias{{Name: "DL3025"}, {Name: "JSONArgsRecommended", Variants: []string{"cmd"}}},
	}
}

func meta(id string, category lint.Category) *lint.Meta {
	return &lint.Meta{ID: id, Category: category}
}

// sample is a result with something of everything.
func sample(t *testing.T) *lint.Result {
	t.Helper()
	api := lint.NewSource("api/Dockerfile", []byte("FROM ubuntu AS build\n"+
		"RUN apt-get update && \\\n    apt-get install -y \\\n        curl\n"+
		"\tENV TOKEN=s3cret\n"+
		"RUN echo 1 && \\\n  echo 2 && \\\n  echo 3 && \\\n  echo 4 && \\\n  echo 5 && \\\n  echo 6 && \\\n  echo 7\n"+
		"CMD uvicorn app:app\n"))
	compose := lint.NewSource("compose.yaml", []byte("services:\n  web:\n    ports: [80:80]\n"))
	cmd := spanOf(t, api, "uvicorn app:app")
	ports := spanOf(t, compose, "80:80")
	worker := lint.NewSource("worker/Dockerfile", []byte("FROM ubuntu\nEXPOSE 9000\n"))
	diagnostics := []*lint.Diagnostic{
		{
			Finding: lint.Finding{
				Span: spanOf(t, api, "ubuntu"), Severity: lint.Warning,
				Message: `"ubuntu" has no tag, so every build takes whatever latest is that day; name the version`,
				Fixes:   []lint.Fix{{Title: "name the version that latest is today", Applicability: lint.Unsafe, MaxEffect: lint.EffectRepin}},
			},
			Rule: &lint.Meta{ID: "untagged-image", Category: lint.Reproducibility, Aliases: lint.Names("DL3006")},
		},
		{
			Finding: lint.Finding{
				Span: spanOf(t, api, "RUN apt-get update && \\\n    apt-get install -y \\\n        curl"), Severity: lint.Info, Confidence: lint.Medium,
				Message: "the package lists stay in the layer; delete /var/lib/apt/lists in the same RUN",
			},
			Rule: meta("apt-lists-left", lint.Size),
		},
		{
			Finding: lint.Finding{
				Span: spanOf(t, api, "s3cret"), Severity: lint.Error,
				Message: `"TOKEN" looks like a secret, and ENV keeps it in the image; use a secret mount`,
			},
			Rule: meta("secret-in-env", lint.Security),
		},
		{
			Finding: lint.Finding{
				Span: spanOf(t, api, "echo 1 && \\\n  echo 2 && \\\n  echo 3 && \\\n  echo 4 && \\\n  echo 5 && \\\n  echo 6 && \\\n  echo 7"), Severity: lint.Style,
				Message: "seven commands in one RUN; use a heredoc",
			},
			Rule:  meta("long-run", lint.StyleIssue),
			Proof: lint.Proof{State: lint.ProofUnknown},
		},
		{
			Finding: lint.Finding{
				Span: cmd, Severity: lint.Warning, Variant: "cmd",
				Message: `"uvicorn app:app" runs under /bin/sh, which does not pass SIGTERM on; write it as a JSON array`,
				Fixes: []lint.Fix{
					{
						Title: "rewrite as a JSON array", Applicability: lint.Safe, MaxEffect: lint.EffectConfig,
						Edits: []lint.FileEdit{lint.Replace(cmd, `["uvicorn", "app:app"]`)},
					},
					{Title: "put exec before it", Applicability: lint.Manual, MaxEffect: lint.EffectConfig},
				},
				Related: []lint.Related{
					{Span: spanOf(t, api, "FROM ubuntu AS build"), Message: "the stage starts here"},
					{File: "compose.yaml", Span: ports, Message: "the port is published here"},
					{Source: worker, Span: spanOf(t, worker, "EXPOSE 9000"), Message: "another file, without findings"},
					{File: "app/main.py", Message: "the program"},
				},
			},
			Rule:        shellForm(),
			Fingerprint: "dockmend/v1:5c1e",
			Proof:       lint.Proof{State: lint.ProofPassed, Effect: lint.EffectConfig, Details: []string{"Cmd changes", "PID 1 is uvicorn"}},
		},
		{
			Finding:    lint.Finding{Span: cmd, Severity: lint.Info, Message: "no HEALTHCHECK"},
			Rule:       meta("healthcheck-missing", lint.Runtime),
			Suppressed: &lint.Suppression{Kind: "hadolint", Line: 12, Reason: "the platform probes"},
		},
		{
			Finding:  lint.Finding{Span: cmd, Severity: lint.Error, Message: "the last user is root"},
			Rule:     meta("final-user-root", lint.Security),
			Baseline: true,
		},
	}
	for _, d := range diagnostics {
		d.Source = api
	}
	diagnostics = append(diagnostics, &lint.Diagnostic{
		Finding: lint.Finding{Span: ports, Severity: lint.Warning, Message: `"80:80" may be read as a number; quote it`},
		Rule:    meta("unquoted-port", lint.Correctness),
		Source:  compose,
	})
	return &lint.Result{
		Files:       []string{"api/Dockerfile", "compose.yaml", "web/Dockerfile"},
		Diagnostics: diagnostics,
		Skipped: []lint.SkippedRule{
			{Rule: "base-image-platform-mismatch", Reason: "needs --online"},
			{Rule: "base-image-outdated", Reason: "needs --online"},
			{Rule: "copy-source-missing", File: "api/Dockerfile", Reason: "the build context is not known"},
		},
		Problems: []lint.Problem{{File: "old/Dockerfile", Message: "cannot be read: permission denied"}},
		Notices:  []string{".hadolint.yaml is honoured; write .dockmend.yaml with dockmend init"},
	}
}

func TestGolden(t *testing.T) {
	tests := []struct {
		name, format string
		opts         Options
		result       *lint.Result
	}{
		{"sample.txt", "text", Options{}, sample(t)},
		{"sample.color.txt", "text", Options{Color: true}, sample(t)},
		{"sample.quiet.txt", "text", Options{Quiet: true}, sample(t)},
		{"sample.json", "json", Options{Version: "0.1.0"}, sample(t)},
		{"sample.github.txt", "github", Options{}, sample(t)},
		{"sample.md", "markdown", Options{}, sample(t)},
		{"hostile.txt", "text", Options{}, hostile(t)},
		{"hostile.json", "json", Options{Version: "0.1.0"}, hostile(t)},
		{"hostile.github.txt", "github", Options{}, hostile(t)},
		{"hostile.md", "markdown", Options{}, hostile(t)},
		{"empty.json", "json", Options{Version: "0.1.0"}, &lint.Result{}},
		{"clean.md", "markdown", Options{}, &lint.Result{Files: []string{"Dockerfile"}}},
	}
	for _, format := range Formats()[5:] {
		for name, result := range map[string]*lint.Result{"sample": sample(t), "hostile": hostile(t), "empty": {}} {
			tests = append(tests, struct {
				name, format string
				opts         Options
				result       *lint.Result
			}{name + "." + format, format, Options{Version: "0.1.0"}, result})
		}
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := render(t, tt.format, tt.opts, tt.result)
			golden(t, tt.name, got)
			if again := render(t, tt.format, tt.opts, tt.result); again != got {
				t.Error("a second run writes something else")
			}
		})
	}
}

func TestNew(t *testing.T) {
	for _, format := range Formats() {
		if _, err := New(format, Options{}); err != nil {
			t.Errorf("New(%q): %v", format, err)
		}
	}
	list := strings.Join(Formats(), ", ")
	tests := []struct {
		format, want string
	}{
		{"jsn", `unknown format "jsn" (did you mean "json"?)`},
		{"mark", `unknown format "mark", use one of ` + list},
		{"git", `unknown format "git", use one of ` + list},
		{"JSON", `unknown format "JSON" (did you mean "json"?)`},
		{"spreadsheet", `unknown format "spreadsheet", use one of ` + list},
		{"", `unknown format "", use one of ` + list},
		{strings.Repeat("x", 20) + "\x1b", `unknown format "xxxxxxxxxxxxxxxxxxxx\x1b", use one of ` + list},
	}
	for _, tt := range tests {
		_, err := New(tt.format, Options{})
		if err == nil || err.Error() != tt.want {
			t.Errorf("New(%q) = %v, want %s", tt.format, err, tt.want)
		}
	}
}

var errFull = errors.New("disk full")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestWriteErrorIsReturned(t *testing.T) {
	for _, format := range Formats() {
		writer, err := New(format, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := writer.Write(fullDisk{}, sample(t)); !errors.Is(err, errFull) {
			t.Errorf("%s: error %v, want %v", format, err, errFull)
		}
	}
}
