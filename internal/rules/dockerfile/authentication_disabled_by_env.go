package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// AuthenticationDisabledByEnv reports `ENV` variables of the final image that make a
// database or a message broker accept connections without a password, such as
// `MYSQL_ALLOW_EMPTY_PASSWORD=yes` or `POSTGRES_HOST_AUTH_METHOD=trust`.
//
// # Why it matters
//
// The setting applies to every container started from the image. Anyone who can reach
// the port can read and change the data.
//
// # How to fix it
//
// Remove the variable. Pass a password when the container starts, preferably from a
// secret, for example with `MYSQL_ROOT_PASSWORD_FILE`.
//
// # Fix safety
//
// There is no automatic fix: a user has to choose the password, and the clients of the service need
// it too.
//
// # Exceptions
//
// It does not report:
//
//   - stages named for development or tests, such as `dev` or `test`
//   - values that contain a variable
//   - `ARG`, which does not reach the container
var AuthenticationDisabledByEnv = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "authentication-disabled-by-env",
		Title:    "Image accepts connections without a password",
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
					Message: fmt.Sprintf("%s makes every container of this image accept clients without a password; remove it, and pass a password when the container starts", quoteShort(pair.Key+"="+bare(pair.Value))),
				})
			}
		}
	}
}

// opensToAll reports whether a variable turns off the authentication of a known image.
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
