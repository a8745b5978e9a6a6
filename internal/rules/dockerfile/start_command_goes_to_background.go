package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// StartCommandGoesToBackground reports commands that start the program in the
// background, such as `service nginx start`, `redis-server --daemonize yes` or
// `pm2 start`.
//
// # Why it matters
//
// A container runs as long as its first process. The start command returns at once, so
// the container exits even though the server should keep running.
//
// # How to fix it
//
// Start the program in the foreground:
//
//	CMD ["nginx", "-g", "daemon off;"]
//
// Other programs have an option for it, such as `php-fpm -F` and `apache2ctl -D
// FOREGROUND`, or another command, such as `pm2-runtime`.
//
// # Fix safety
//
// There is no automatic fix: each program has its own option to stay in the foreground, and some
// have none.
//
// # Exceptions
//
// It does not report:
//
//   - start commands followed by another command, which may keep the container running
//   - stages with a name such as `dev` or `test`
var StartCommandGoesToBackground = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "start-command-goes-to-background",
		Title:    "Start command goes to the background, so the container exits",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkStartCommandGoesToBackground,
}

func checkStartCommandGoesToBackground(p *facts.Pass[*facts.Dockerfile]) {
	c, ok := startOf(p.Doc)
	if !ok {
		return
	}
	c = c.inner()
	if better := daemonAdvice(c); better != "" {
		p.Report(lint.Finding{
			Span:    c.at.Span,
			Message: fmt.Sprintf("%s goes to the background, so the container exits at once; %s", quoteShort(strings.TrimSpace(c.program+" "+firstWord(c.words))), better),
		})
	}
}

// daemonAdvice returns how to start a program in the foreground; it is empty for one that
// stays there.
func daemonAdvice(c startCommand) string {
	const foreground = "start the program itself, in the foreground"
	last := ""
	if len(c.words) > 0 {
		last = c.words[len(c.words)-1].Text
	}
	switch c.program {
	case "service", "systemctl", "rc-service":
		if last == "start" || last == "restart" || firstWord(c.words) == "start" {
			return foreground
		}
	case "redis-server", "mongod", "memcached", "gunicorn", "uwsgi", "haproxy", "mysqld":
		return daemonFlag(c)
	case "pm2":
		if firstWord(c.words) == "start" && !c.has("--no-daemon") && !c.has("--attach") {
			return "use pm2-runtime"
		}
	case "apachectl", "apache2ctl":
		if last == "start" && !c.has("FOREGROUND") && !c.has("-DFOREGROUND") {
			return "add -D FOREGROUND"
		}
	case "pg_ctl", "catalina.sh", "zkServer.sh", "caddy":
		if firstWord(c.words) == "start" || (c.program == "pg_ctl" && last == "start") {
			return map[string]string{"pg_ctl": "start postgres", "catalina.sh": "use catalina.sh run", "zkServer.sh": "use zkServer.sh start-foreground", "caddy": "use caddy run"}[c.program]
		}
	case "kafka-server-start.sh", "zookeeper-server-start.sh":
		if c.has("-daemon") {
			return "remove -daemon"
		}
	}
	switch {
	case strings.HasPrefix(c.program, "php-fpm") && (c.has("-D") || c.has("--daemonize")):
		return "use -F"
	case strings.HasPrefix(c.at.Text, "/etc/init.d/") && last == "start":
		return foreground
	}
	return ""
}

// daemonFlag returns the advice for a server that a flag sends to the background.
func daemonFlag(c startCommand) string {
	flags := map[string][]string{
		"mongod": {"--fork"}, "memcached": {"-d"}, "gunicorn": {"-D", "--daemon"}, "uwsgi": {"--daemonize", "-d"}, "haproxy": {"-D"}, "mysqld": {"--daemonize", "-D"},
	}
	for _, flag := range flags[c.program] {
		if c.has(flag) {
			return "remove " + flag
		}
	}
	if value, ok := c.value("--daemonize"); ok && c.program == "redis-server" && value.Text == "yes" {
		return "remove --daemonize"
	}
	return ""
}
