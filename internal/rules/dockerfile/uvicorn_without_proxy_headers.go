package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UvicornWithoutProxyHeaders finds uvicorn without --proxy-headers and
// --forwarded-allow-ips: behind a proxy every request seems to come from the
// proxy, over http.
//
// Off by default: whether a proxy stands in front is not in the file.
var UvicornWithoutProxyHeaders = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "uvicorn-without-proxy-headers",
		Title:    "uvicorn does not believe the proxy",
		Category: lint.Python,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkUvicornWithoutProxyHeaders,
}

func checkUvicornWithoutProxyHeaders(p *facts.Pass[*facts.Dockerfile]) {
	c, ok := startOf(p.Doc)
	if !ok || c.program != "uvicorn" || setsVariable(c.stage, "FORWARDED_ALLOW_IPS") {
		return
	}
	if c.has("--proxy-headers") {
		return
	}
	if _, ok := c.value("--forwarded-allow-ips", "--ssl-keyfile"); ok {
		return
	}
	p.Report(lint.Finding{Span: c.at.Span, Message: "uvicorn takes the proxy in front for the client; add --proxy-headers, and --forwarded-allow-ips with the proxy's address"})
}
