package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// CurlWithoutRedirects reports `curl` commands in `RUN` that download a URL without
// `--location`.
//
// # Why it matters
//
// If the server moves the file, it answers with a redirect. `curl` does not follow it
// without `--location`, and saves the redirect page instead of the file.
//
// The rule is off by default, because the file does not show whether a URL is
// redirected.
//
// # How to fix it
//
// Add `--location`, or `-L`.
//
// # Exceptions
//
// It does not report:
//
//   - URLs of the machine itself, such as `localhost`
//   - methods other than GET, and calls that read only headers
//   - calls whose options are in a variable or a file
//   - files that write a configuration for curl
var CurlWithoutRedirects = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "curl-without-redirects",
		Title:    "curl does not follow redirects",
		Category: lint.Correctness,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases:  lint.Names("tally/curl-should-follow-redirects"),
	},
	Check: checkCurlWithoutRedirects,
}

func checkCurlWithoutRedirects(p *facts.Pass[*facts.Dockerfile]) {
	if p.Doc.Mentions("curlrc") {
		return
	}
	p.Doc.AllCommands(func(c *facts.Command) {
		if c.Name() != "curl" || c.Script == nil || !fetchesPage(c) || hasVariableFlag(facts.PackageCommand{Command: c}) {
			return
		}
		name := c.Words[0].Span
		f := lint.Finding{Span: name, Message: "curl does not follow redirects, so it saves the redirect page if the file moves; add -L"}
		if c.Script.Editable() {
			f.Fixes = []lint.Fix{
				{Title: "add -L", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph, Edits: []lint.FileEdit{lint.Insert(name.End, " -L")}},
			}
		}
		p.Report(f)
	}, "curl")
}

// fetchesPage reports whether curl downloads from another machine and does not follow
// redirects.
func fetchesPage(c *facts.Command) bool {
	if c.HasFlag("--location", "--location-trusted", "--follow", "--max-redirs", "--head", "--request", "--data", "--data-binary", "--data-raw",
		"--data-urlencode", "--form", "--upload-file", "--json", "--config", "--version", "--help", "--unix-socket") ||
		slices.ContainsFunc([]byte("LIXdFTKV"), func(option byte) bool { return curlShort(c, option) }) {
		return false
	}
	return slices.ContainsFunc(c.Args(), func(a facts.Argument) bool {
		url := strings.Trim(a.Text, `"'`)
		rest, web := strings.CutPrefix(url, "https://")
		if !web {
			rest, web = strings.CutPrefix(url, "http://")
		}
		return web && !strings.HasPrefix(rest, "localhost") && !strings.HasPrefix(rest, "127.") && !strings.HasPrefix(rest, "[::1]")
	})
}
