package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DownloadWithoutChecksum finds curl and wget that write a file in a RUN that
// checks neither a checksum nor a signature: whoever controls the server decides
// what gets into the image.
//
// Off by default: many projects publish no checksum.
var DownloadWithoutChecksum = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "download-without-checksum",
		Title:    "A download is used unchecked",
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
		p.Report(lint.Finding{Span: c.Words[0].Span, Message: "what " + c.Name() + " fetches is used unchecked; compare its checksum in the same RUN, with sha256sum -c"})
	}, "curl", "wget")
}

// writesDownload tells whether curl or wget writes what it fetches to a file.
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

// isCluster tells whether a word is a cluster of short options.
func isCluster(word string) bool {
	return len(word) > 1 && word[0] == '-' && word[1] != '-'
}
