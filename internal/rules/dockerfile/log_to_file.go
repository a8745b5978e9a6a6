package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// LogToFile reports start commands with an option that sends the log to a file:
// `--log-file`, `--access-logfile`, `--error-logfile` or `--logfile`.
//
// # Why it matters
//
// `docker logs` and the platform do not see the log. The file grows in the container
// until the disk is full, and it is lost when the container is removed.
//
// # How to fix it
//
// Write to the standard output: `-` for gunicorn and hypercorn, `/dev/stdout` for
// others.
//
//	CMD ["gunicorn", "--access-logfile", "-", "app:app"]
//
// # Fix safety
//
// Only commands of gunicorn and hypercorn have a fix.
//
// # Exceptions
//
// It does not report:
//
//   - `-`, and files in `/dev` and `/proc`
//   - values that begin with a variable
var LogToFile = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "log-to-file",
		Title:    "Server writes its log to a file in the container",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("12factor:logs"),
	},
	Check: checkLogToFile,
}

func checkLogToFile(p *facts.Pass[*facts.Dockerfile]) {
	c, ok := startOf(p.Doc)
	if !ok {
		return
	}
	file, ok := c.value("--log-file", "--access-logfile", "--error-logfile", "--logfile")
	if !ok || file.Text == "-" || file.Text == "" || strings.HasPrefix(file.Text, "/dev/") {
		return
	}
	if strings.HasPrefix(file.Text, "/proc/") || strings.HasPrefix(file.Text, "$") || strings.HasPrefix(file.Text, "-") {
		return
	}
	p.Report(lint.Finding{
		Fixes:   logToOutput(p.Doc, c),
		Span:    file.Span,
		Message: fmt.Sprintf("the log goes to %s, so docker logs does not show it and the file grows until the disk is full; write to standard output", quoteShort(file.Text)),
	})
}

// logToOutput writes a dash, which gunicorn and hypercorn read as the output of the
// container, in every option that names a file.
func logToOutput(d *facts.Dockerfile, c startCommand) []lint.Fix {
	if c.program != "gunicorn" && c.program != "hypercorn" {
		return nil
	}
	var edits []lint.FileEdit
	for _, flag := range []string{"--log-file", "--access-logfile", "--error-logfile"} {
		file, ok := c.value(flag)
		if !ok || (!strings.HasPrefix(file.Text, "/") && !strings.HasSuffix(file.Text, ".log")) || strings.HasPrefix(file.Text, "/dev/") {
			continue
		}
		if strings.HasPrefix(file.Text, "/proc/") {
			continue
		}
		span := numberSpan(d, c.in, file)
		if span.IsEmpty() || strings.Contains(file.Text, "$") {
			return nil
		}
		edits = append(edits, lint.Replace(span, "-"))
	}
	if len(edits) == 0 {
		return nil
	}
	return unsafeFix("write the log to standard output", lint.EffectConfig, edits...)
}
