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
var LogToFile = lint.Rule[*facts.Dockerfile]{
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

func checkLogToFile(p *lint.Pass[*facts.Dockerfile]) {
	c, ok := startOf(p.Doc)
	if !ok {
		return
	}
	file, ok := c.value("--log-file", "--access-logfile", "--error-logfile", "--logfile", "--log-config-file")
	if !ok || file.Text == "-" || file.Text == "" || strings.HasPrefix(file.Text, "/dev/") || strings.HasPrefix(file.Text, "/proc/") || strings.HasPrefix(file.Text, "$") || strings.HasPrefix(file.Text, "-") {
		return
	}
	p.Report(lint.Finding{
		Span:    file.Span,
		Message: fmt.Sprintf("the log goes to %s, where docker logs does not see it and it grows without end; write to standard output", quoteShort(file.Text)),
	})
}
