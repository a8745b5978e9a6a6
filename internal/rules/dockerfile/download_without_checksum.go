package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DownloadWithoutChecksum reports `curl` and `wget` that save a file in a `RUN` that
// checks neither a checksum nor a signature.
//
// # Why it matters
//
// The build accepts any file that the server sends. If the server is compromised, or the
// file is replaced by another version, the image changes and the build does not fail.
//
// The rule is off by default, because many projects publish no checksums.
//
// # How to fix it
//
// Check the file in the same `RUN`:
//
//	RUN curl -fsSLO https://example.com/app.tar.gz \
//	    && echo "<sha256>  app.tar.gz" | sha256sum -c
//
// # Exceptions
//
// It does not report:
//
//   - a `RUN` that uses a checksum program, `gpg` or `openssl`
//   - output that goes to `/dev/null` or to a pipe
var DownloadWithoutChecksum = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "download-without-checksum",
		Title:    "Download is not verified",
		Category: lint.Security,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases:  lint.Names("CIS-4.11"),
	},
	Check: checkDownloadWithoutChecksum,
}

func checkDownloadWithoutChecksum(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.AllCommands(func(c *facts.Command) {
		if c.Script == nil || !writesDownload(c) {
			return
		}
		script := p.Doc.Text(c.Instruction.Span)
		if checksDigest(script) || strings.Contains(script, "gpg ") || strings.Contains(script, "openssl ") || strings.Contains(script, "md5sum") {
			return
		}
		p.Report(lint.Finding{Span: c.Words[0].Span, Message: "the file that " + c.Name() + " downloads is not verified, so the server decides what enters the image; check it in the same RUN with sha256sum -c"})
	}, "curl", "wget")
}

// writesDownload reports whether curl or wget writes what it fetches to a file.
func writesDownload(c *facts.Command) bool {
	switch c.Name() {
	case "curl":
		if to, ok := c.FlagValue("-o", "--output"); ok && (to.Text == "/dev/null" || to.Text == "-") {
			return false
		}
		return c.HasFlag("--output", "--remote-name", "--remote-name-all") || curlWrites(c)
	case "wget":
		if c.HasFlag("--spider", "--version", "--help") {
			return false
		}
		for i, a := range c.Args() {
			if to := a.Text; to == "--output-document=-" || to == "--output-document=/dev/null" || isCluster(to) && strings.HasSuffix(to, "O-") {
				return false
			} else if next := c.Args()[i+1:]; len(next) > 0 && (next[0].Text == "-" || next[0].Text == "/dev/null") && strings.HasPrefix(to, "-") && strings.HasSuffix(to, "O") {
				return false
			}
		}
		return len(c.Args()) > 0
	}
	return false
}

// isCluster reports whether a word is a cluster of short options.
func isCluster(word string) bool {
	return len(word) > 1 && word[0] == '-' && word[1] != '-'
}
