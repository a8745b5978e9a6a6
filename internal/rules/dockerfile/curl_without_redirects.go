package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// CurlWithoutRedirects finds curl that fetches something without --location: it
// does not follow an address that moved, and takes the notice for the file.
//
// Silent for the machine itself, for methods other than GET, for calls that read
// only headers, where the options are in a variable, and where the stage writes
// a configuration for curl.
//
// Off by default: whether an address moves is not in the file.
var CurlWithoutRedirects = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "curl-without-redirects",
		Title:    "curl does not follow an address that moved",
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
		f := lint.Finding{Span: name, Message: "curl takes the notice of an address that moved for the file; add -L"}
		if c.Script.Editable() {
			f.Fixes = []lint.Fix{{Title: "add -L", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph, Edits: []lint.FileEdit{lint.Insert(name.End, " -L")}}}
		}
		p.Report(f)
	}, "curl")
}

// fetchesPage tells whether curl gets a page of another machine and follows no
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
