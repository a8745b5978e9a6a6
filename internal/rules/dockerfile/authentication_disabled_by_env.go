package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// AuthenticationDisabledByEnv finds ENV of the final image that lets a database or broker
// take anybody without a password, as MYSQL_ALLOW_EMPTY_PASSWORD=yes: every container of
// the image is open.
//
// Leave it out, and pass a password, best as a file of a secret, when the container starts.
//
// Silent in stages named dev, test and the like.
var AuthenticationDisabledByEnv = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "authentication-disabled-by-env",
		Title:    "The image lets everybody in",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkAuthenticationDisabledByEnv,
}

func checkAuthenticationDisabledByEnv(p *facts.Pass[*facts.Dockerfile]) {
	final := p.Doc.Final()
	if final == nil {
		return
	}
	for _, s := range final.Chain() {
		if isDevelopment(s) {
			return
		}
		for _, in := range s.Instructions {
			for _, pair := range in.Pairs {
				value := strings.ToLower(bare(pair.Value))
				if in.Keyword != "env" || in.Err != nil || !opensToAll(pair.Key, value) {
					continue
				}
				p.Report(lint.Finding{
					Span:    pair.Span,
					Message: fmt.Sprintf("%s lets everybody in without a password, in every container of the image; leave it out and pass a password at start", quoteShort(pair.Key+"="+bare(pair.Value))),
				})
			}
		}
	}
}

// opensToAll reports whether a variable switches the passwords of a known image off.
func opensToAll(name, value string) bool {
	switch name {
	case "MYSQL_ALLOW_EMPTY_PASSWORD", "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "MARIADB_ALLOW_EMPTY_PASSWORD":
		return value != "" && !strings.Contains(value, "$") // the images look whether it is set
	case "ALLOW_EMPTY_PASSWORD", "ALLOW_ANONYMOUS_LOGIN":
		return value == "yes" || value == "true" || value == "1"
	case "POSTGRES_HOST_AUTH_METHOD":
		return value == "trust"
	case "NEO4J_AUTH":
		return value == "none"
	}
	return false
}
