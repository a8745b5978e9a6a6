package facts

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// ServerBehindShell is the server with which a script ends, or for which it waits, while
// the shell that reads the script stays process 1. args are the words that "$@" stands
// for. Empty where the script uses exec or a trap, and where it is not known that the
// program is a server which ends in good order when it gets the stop signal.
func (f *ScriptFile) ServerBehindShell(args []string) (program string, at syntax.Node) {
	for _, c := range f.Calls {
		isExec := slices.ContainsFunc(c.Wrappers, func(w Argument) bool { return w.Text == "exec" })
		if isExec || c.Name() == "trap" || (c.Name() == "exec" && len(c.Words) > 1) {
			return "", nil
		}
	}
	e := scriptEnd{functions: map[string]*syntax.Stmt{}, args: args}
	for _, s := range f.File.Stmts {
		if fn, ok := s.Cmd.(*syntax.FuncDecl); ok {
			e.functions[fn.Name.Value] = fn.Body
		}
	}
	return e.last(f.File.Stmts, 0)
}

// scriptEnd looks for the server at the end of a script.
type scriptEnd struct {
	functions map[string]*syntax.Stmt
	args      []string
}

// maxEndDepth bounds how many functions and conditions are entered.
const maxEndDepth = 8

// last is the server with which a list of statements ends.
func (e scriptEnd) last(stmts []*syntax.Stmt, depth int) (program string, at syntax.Node) {
	if len(stmts) == 0 || depth == maxEndDepth {
		return "", nil
	}
	s := stmts[len(stmts)-1]
	if s.Background || s.Negated {
		return "", nil
	}
	switch x := s.Cmd.(type) {
	case *syntax.CallExpr:
		words := e.words(x)
		if len(words) == 0 {
			return "", nil
		}
		if body := e.functions[words[0]]; body != nil {
			return e.last([]*syntax.Stmt{body}, depth+1)
		}
		if words[0] == "wait" {
			return e.background(stmts[:len(stmts)-1])
		}
		return serverOf(words), x
	case *syntax.BinaryCmd:
		if x.Op == syntax.AndStmt {
			return e.last([]*syntax.Stmt{x.Y}, depth+1)
		}
	case *syntax.Block:
		return e.last(x.Stmts, depth+1)
	case *syntax.IfClause:
		for branch := x; branch != nil; branch = branch.Else {
			if program, at := e.last(branch.Then, depth+1); program != "" {
				return program, at
			}
		}
	case *syntax.CaseClause:
		for _, item := range x.Items {
			if program, at := e.last(item.Stmts, depth+1); program != "" {
				return program, at
			}
		}
	}
	return "", nil
}

// background is the server that statements start beside the shell.
func (e scriptEnd) background(stmts []*syntax.Stmt) (program string, at syntax.Node) {
	for _, s := range slices.Backward(stmts) {
		call, ok := s.Cmd.(*syntax.CallExpr)
		if !ok || !s.Background {
			continue
		}
		if words := e.words(call); len(words) > 0 && serverOf(words) != "" {
			return serverOf(words), call
		}
	}
	return "", nil
}

// words are those of a call, with the script's arguments put in.
func (e scriptEnd) words(call *syntax.CallExpr) []string {
	var words []string
	for _, w := range call.Args {
		if isAllArguments(w) {
			words = append(words, e.args...)
			continue
		}
		value, literal := Literal(w)
		if !literal {
			value = "$"
		}
		words = append(words, value)
	}
	return words
}

// isAllArguments reports whether a word is "$@" or $@.
func isAllArguments(w *syntax.Word) bool {
	if len(w.Parts) != 1 {
		return false
	}
	part := w.Parts[0]
	if q, ok := part.(*syntax.DblQuoted); ok && len(q.Parts) == 1 {
		part = q.Parts[0]
	}
	p, ok := part.(*syntax.ParamExp)
	return ok && p.Param != nil && p.Param.Value == "@" && p.Exp == nil
}

// serverOf is the name of the server that words start; empty for any other program.
// Programs such as node and python are none: as process 1 they ignore a stop signal for
// which they have no handler, so that exec does not help them.
func serverOf(words []string) string {
	at, _ := ProgramAt(words)
	words = words[at:]
	if name := path.Base(words[0]); (name == "gosu" || name == "su-exec") && len(words) > 2 {
		words = words[2:]
	}
	name := path.Base(words[0])
	switch name {
	case "gunicorn", "uvicorn", "hypercorn", "daphne", "granian", "waitress-serve", "celery", "uwsgi", "puma", "unicorn", "sidekiq", "nginx", "httpd", "httpd-foreground",
		"apache2-foreground", "redis-server", "valkey-server", "mysqld", "mariadbd", "postgres", "mongod", "mongos", "sqlservr", "java", "catalina.sh", "dotnet",
		"supervisord", "haproxy", "caddy", "traefik", "memcached", "rabbitmq-server", "vault", "consul", "etcd", "prometheus", "influxd", "minio", "clickhouse-server",
		"jupyter", "jupyter-lab", "streamlit", "squid", "varnishd", "envoy", "neo4j", "solr", "keycloak", "kc.sh":
	case "apache2ctl", "apachectl":
		if !slices.Contains(words, "FOREGROUND") {
			return ""
		}
	default:
		if !strings.HasPrefix(name, "php-fpm") {
			return ""
		}
	}
	if endsAtOnce(name, words[1:]) {
		return ""
	}
	return name
}

// endsAtOnce reports whether a program's arguments ask it for something that ends.
func endsAtOnce(name string, args []string) bool {
	return slices.ContainsFunc(args, func(a string) bool {
		switch a {
		case "--version", "-version", "-v", "--help", "-h", "help", "version", "-t", "init", "migrate":
			return true
		case "-D", "--daemon", "--daemonize", "--fork", "-daemon":
			return !strings.HasPrefix(name, "apache") && !strings.HasPrefix(name, "httpd")
		}
		return false
	})
}
