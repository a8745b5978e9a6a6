package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DevelopmentServer reports start commands of the final stage that are meant for local
// development, such as `flask run`, `manage.py runserver`, `fastapi dev`,
// `npm run dev`, `php -S` or `vite`, also through `npx`, `bundle exec` and `sh -c`.
//
// # Why it matters
//
// The documentation of these servers says that they are not for production. They are
// not built for load, and many of them show source code on error pages.
//
// # How to fix it
//
// Start a production server, such as `gunicorn` or `php-fpm`, or build the files and
// serve them with a web server.
//
// # Fix safety
//
// There is no automatic fix: a production server is a dependency of the project and needs settings
// of its own.
//
// # Exceptions
//
// It does not report:
//
//   - stages named for development or tests, such as `dev` or `test`
//   - files for development or tests, such as `dev.Dockerfile`
var DevelopmentServer = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "development-server",
		Title:    "Container starts a development server",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Needs:    lint.NeedsContext,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkDevelopmentServer,
}

func checkDevelopmentServer(p *facts.Pass[*facts.Dockerfile]) {
	c, ok := startOf(p.Doc)
	if _, excused := p.Doc.Purposes(p.Project).Excuse(facts.ClaimSize); !ok || excused {
		return
	}
	c = c.inner()
	better := developmentServer(c)
	if better == "" {
		return
	}
	p.Report(lint.Finding{
		Span:    c.at.Span,
		Message: fmt.Sprintf("%s starts a development server, which is not made for production; %s", quoteShort(strings.TrimSpace(c.program+" "+firstWord(c.words))), better),
	})
}
