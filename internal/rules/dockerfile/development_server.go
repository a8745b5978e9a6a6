package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DevelopmentServer finds start commands of the final stage that are made for a
// developer's machine: flask run, manage.py runserver, fastapi dev, npm run
// dev, php -S, vite and the like, also behind npx, bundle exec and sh -c. They say so themselves: slow, one request at
// a time, with stack traces for everybody.
//
// Silent in stages named dev, test and the like.
var DevelopmentServer = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "development-server",
		Title:    "A server for development",
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
		Message: fmt.Sprintf("%s starts a server for development; %s", quoteShort(strings.TrimSpace(c.program+" "+firstWord(c.words))), better),
	})
}

// developmentServer says what to use in place of a server for development; it is
// empty for any other program.
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
		if first == "runserver" || baseName(first) == "manage.py" && second == "runserver" {
			return "use gunicorn or uvicorn"
		}
	case "npm", "yarn", "pnpm", "bun":
		if first == "dev" || first == "run" && (second == "dev" || second == "start:dev" || second == "develop" || second == "serve:dev") {
			return "build first, and start what was built"
		}
	case "ng", "webpack", "vue-cli-service", "ember":
		if first == "serve" {
			return "build first, and serve the files"
		}
	case "artisan":
		if first == "serve" {
			return "use php-fpm or a web server"
		}
	case "next", "nuxt", "astro":
		if first == "dev" {
			return "build first, and start what was built"
		}
	case "vite", "webpack-dev-server", "live-server":
		if first != "build" && first != "preview" {
			return "build first, and serve the files"
		}
	case "php":
		if first == "-S" || baseName(first) == "artisan" && second == "serve" {
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
