package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DevelopmentServer reports start commands of the final stage that are made for the
// machine of a developer, such as `flask run`, `manage.py runserver`, `fastapi dev`,
// `npm run dev`, `php -S` or `vite`, also through `npx`, `bundle exec` and `sh -c`.
//
// # Why it matters
//
// The documentation of these servers says that they are not for production. They are
// slow, many of them serve one request at a time, and their error pages show code to
// every visitor.
//
// # How to fix it
//
// Start a server for production, such as `gunicorn` or `php-fpm`, or build the files and
// serve them with a web server.
//
// # Fix safety
//
// There is no fix: a production server is a dependency of the project and needs settings
// of its own.
//
// # Exceptions
//
// It does not report stages with a name for development or tests, such as `dev` or
// `test`.
var DevelopmentServer = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "development-server",
		Title:    "Container starts a development server",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkDevelopmentServer,
}

func checkDevelopmentServer(p *facts.Pass[*facts.Dockerfile]) {
	c, ok := startOf(p.Doc)
	if !ok {
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

// developmentServer says what to use in place of a development server; it is empty for
// any other program.
func developmentServer(c startCommand) string {
	first := firstWord(c.words)
	second := ""
	if len(c.words) > 1 {
		second = c.words[1].Text
	}
	switch c.program {
	case "flask":
		if first == "run" {
			return "use gunicorn or another WSGI server"
		}
	case "fastapi":
		if first == "dev" {
			return "use fastapi run"
		}
	case "manage.py", "python", "python3":
		if first == "runserver" || (baseName(first) == "manage.py" && second == "runserver") {
			return "use gunicorn or uvicorn"
		}
	case "npm", "yarn", "pnpm", "bun":
		if first == "dev" || (first == "run" && (second == "dev" || second == "start:dev" || second == "develop" || second == "serve:dev")) {
			return "build the program, and start the result"
		}
	case "ng", "webpack", "vue-cli-service", "ember":
		if first == "serve" {
			return "build the files, and serve them with a web server"
		}
	case "artisan":
		if first == "serve" {
			return "use php-fpm or a web server"
		}
	case "next", "nuxt", "astro":
		if first == "dev" {
			return "build the program, and start the result"
		}
	case "vite", "webpack-dev-server", "live-server":
		if first != "build" && first != "preview" {
			return "build the files, and serve them with a web server"
		}
	case "php":
		if first == "-S" || (baseName(first) == "artisan" && second == "serve") {
			return "use php-fpm or a web server"
		}
	}
	return ""
}

func firstWord(words []facts.Argument) string {
	if len(words) == 0 {
		return ""
	}
	return words[0].Text
}
