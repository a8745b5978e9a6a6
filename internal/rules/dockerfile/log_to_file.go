package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// LogToFile finds start commands that write their log to a file in the
// container: docker logs and the platform see nothing, and the file grows until
// the disk is full.
//
// Write to standard output: "-" for gunicorn, /dev/stdout for others.
var LogToFile = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "log-to-file",
		Title:    "Logs go to a file",
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
	file, ok := c.value("--log-file", "--access-logfile", "--error-logfile", "--logfile", "--log-config-file")
	if !ok || file.Text == "-" || file.Text == "" || strings.HasPrefix(file.Text, "/dev/") || strings.HasPrefix(file.Text, "/proc/") || strings.HasPrefix(file.Text, "$") || strings.HasPrefix(file.Text, "-") {
		return
	}
	p.Report(lint.Finding{
		Fixes:   logToOutput(p.Doc, c),
		Span:    file.Span,
		Message: fmt.Sprintf("the log goes to %s, where docker logs does not see it and it grows without end; write to standard output", quoteShort(file.Text)),
	})
}

// logToOutput writes the dash that gunicorn and hypercorn read as the container's
// own output, in every option that names a file.
func logToOutput(d *facts.Dockerfile, c startCommand) []lint.Fix {
	if c.program != "gunicorn" && c.program != "hypercorn" {
		return nil
	}
	var edits []lint.FileEdit
	for _, flag := range []string{"--log-file", "--access-logfile", "--error-logfile"} {
		file, ok := c.value(flag)
		if !ok || !strings.HasPrefix(file.Text, "/") && !strings.HasSuffix(file.Text, ".log") || strings.HasPrefix(file.Text, "/dev/") || strings.HasPrefix(file.Text, "/proc/") {
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
	return unsafeFix("write the log to the container's output", lint.EffectConfig, edits...)
}
