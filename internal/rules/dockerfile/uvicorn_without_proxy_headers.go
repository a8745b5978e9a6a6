package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UvicornWithoutProxyHeaders reports start commands of uvicorn that do not set which proxy
// it trusts, with `--forwarded-allow-ips` or `FORWARDED_ALLOW_IPS`.
//
// # Why it matters
//
// uvicorn accepts `X-Forwarded-For` and `X-Forwarded-Proto` only from 127.0.0.1 by
// default. In a container the proxy has another address, so the application sees the proxy
// as the client of every request, and builds links with http.
//
// The rule is off by default, because the file does not show whether a proxy is used.
//
// # How to fix it
//
// Name the address or network of the proxy:
//
//	CMD ["uvicorn", "app:app", "--forwarded-allow-ips", "10.0.0.0/8"]
//
// # Fix safety
//
// There is no automatic fix: the file does not show the address of the proxy, and trusting all
// addresses lets clients forge the headers.
//
// # Exceptions
//
// It does not report:
//
//   - commands with `--proxy-headers` or `--forwarded-allow-ips`
//   - commands with `--ssl-keyfile`, where uvicorn itself serves https
//   - stages that set `FORWARDED_ALLOW_IPS`
var UvicornWithoutProxyHeaders = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "uvicorn-without-proxy-headers",
		Title:    "uvicorn does not trust the headers of the proxy",
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
	p.Report(lint.Finding{Span: c.at.Span, Message: "uvicorn trusts no proxy but 127.0.0.1, so the app sees the proxy as the client; if there is a proxy, set --forwarded-allow-ips to its address"})
}
