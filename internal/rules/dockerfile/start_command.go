package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// startCommand is the program that a container of the image starts, as far as
// the file says it.
type startCommand struct {
	stage *facts.Stage
	// in is the instruction that names the program.
	in *dockerfile.Instruction
	// program is the name without folder, behind "python -m" and runners as
	// "uv run"; words are what follows it.
	program string
	at      facts.Argument
	words   []facts.Argument
	// isInner is set for a program that another one, such as a shell, starts.
	isInner bool
	// runner is what runs the program, as "uv"; empty for none.
	runner facts.Argument
}

// startOf reads the start command of the final stage; ok is false where it is
// no plain command, or the stage is one for development.
func startOf(d *facts.Dockerfile) (c startCommand, ok bool) {
	s := d.Final()
	if s == nil || isDevelopment(s) {
		return c, false
	}
	words, in := s.StartWords()
	c.stage, c.in = s, in
	if len(words) == 0 {
		return c, false
	}
	c.at, c.words = words[0], words[1:]
	c.unwrap()
	c.program = baseName(c.at.Text)
	return c, true
}

// unwrap goes behind what only starts another program.
func (c *startCommand) unwrap() {
	texts := []string{c.at.Text}
	for _, w := range c.words {
		texts = append(texts, w.Text)
	}
	program, runner := facts.ProgramAt(texts)
	all := append([]facts.Argument{c.at}, c.words...)
	if runner >= 0 {
		c.runner = all[runner]
	}
	c.at, c.words = all[program], all[program+1:]
}

// inner is the program that a shell with -c, npx, bundle exec or the like starts; its words
// may have the place of the whole script, so they are no ground for a fix.
func (c startCommand) inner() startCommand {
	switch c.program {
	case "sh", "bash", "ash", "dash":
		if len(c.words) != 2 || !strings.HasPrefix(c.words[0].Text, "-") || !strings.HasSuffix(c.words[0].Text, "c") {
			return c
		}
		words, ok := facts.ScriptWords(scriptText(c.words[1]))
		if !ok {
			return c
		}
		all := make([]facts.Argument, len(words))
		for i, w := range words {
			all[i] = facts.Argument{Text: w, Literal: true, Span: c.words[1].Span}
		}
		c.at, c.words = all[0], all[1:]
	case "npx", "bunx", "pnpx":
		if first := firstWord(c.words); first == "" || strings.HasPrefix(first, "-") {
			return c
		}
		c.at, c.words = c.words[0], c.words[1:]
	case "bundle", "pnpm", "yarn", "npm":
		if len(c.words) < 2 || c.words[0].Text != "exec" || strings.HasPrefix(c.words[1].Text, "-") {
			return c
		}
		c.at, c.words = c.words[1], c.words[2:]
	default:
		return c
	}
	c.isInner = true
	c.unwrap()
	c.program = baseName(c.at.Text)
	return c
}

// scriptText is the script that a shell is given as one word, without the quotes around it,
// which a word with variables has still.
func scriptText(w facts.Argument) string {
	if n := len(w.Text); !w.Literal && n > 1 && w.Text[0] == '"' && w.Text[n-1] == '"' {
		return w.Text[1 : n-1]
	}
	return w.Text
}

// value is that of one of the flags; ok is false if none is given.
func (c *startCommand) value(flags ...string) (value facts.Argument, ok bool) {
	text, at := facts.FlagAt(c.args(), flags...)
	if at < 0 {
		return value, false
	}
	value = c.words[at]
	value.Text = text
	return value, true
}

// args are the texts of the words.
func (c *startCommand) args() []string {
	args := make([]string, len(c.words))
	for i, w := range c.words {
		args[i] = w.Text
	}
	return args
}

func (c *startCommand) has(word string) bool {
	return slices.ContainsFunc(c.words, func(w facts.Argument) bool { return w.Text == word })
}

// isDevelopment reports whether a stage is named as one for developers.
func isDevelopment(s *facts.Stage) bool {
	words := strings.FieldsFunc(strings.ToLower(s.Name), func(r rune) bool { return r == '-' || r == '_' || r == '.' })
	for _, word := range words {
		switch word {
		case "dev", "develop", "development", "debug", "test", "tests", "testing", "local", "ci", "devcontainer", "tilt":
			return true
		}
	}
	return false
}

// setsVariable reports whether the final stage sets an environment variable.
func setsVariable(s *facts.Stage, name string) bool {
	v, ok := s.EndScope().Lookup(name)
	return ok && v.IsEnv
}

// isPythonImage reports whether the stage's base is an image of Python.
func isPythonImage(s *facts.Stage) bool {
	i := s.Base()
	language, _ := images.Says(i.Repository, images.Language)
	return language == "python" || strings.Contains(i.Text, "uv:python")
}

// uvCommands calls visit for each uv sync of the stages that reach the image.
func uvSyncs(d *facts.Dockerfile, visit func(s *facts.Stage, c facts.PackageCommand)) {
	d.EachPackageCommand(func(c facts.PackageCommand) {
		s := d.StageOf(c.Instruction)
		if c.Action == "sync" && s != nil && s.ReachesFinal() && !isDevelopment(s) {
			visit(s, c)
		}
	}, "uv")
}

// insertAfterAction is the fix that adds a flag to a package manager's call.
func insertAfterAction(c facts.PackageCommand, flag string) []lint.Fix {
	if c.Script == nil || !c.Script.Editable() {
		return nil
	}
	return []lint.Fix{{
		Title: "add " + flag, Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph,
		Edits: []lint.FileEdit{lint.Insert(c.Words[c.ActionAt].Span.End, " "+flag)},
	}}
}

// envAt reports whether a variable is set by ENV or ARG where a command runs, or in
// the script itself.
func envAt(d *facts.Dockerfile, c *facts.Command, name string) bool {
	_, ok := d.ScopeAt(c.Instruction).Lookup(name)
	return ok || strings.Contains(d.Text(c.Instruction.Span), name+"=")
}

// quoted is a word as it stands in a JSON form.
func quotedEdit(in *dockerfile.Instruction, at text.Span, words ...string) lint.FileEdit {
	var b strings.Builder
	for _, w := range words {
		if in.JSON {
			b.WriteString(", \"" + w + "\"")
		} else {
			b.WriteString(" " + w)
		}
	}
	return lint.Insert(at.End, b.String())
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

// clash is the conflict in a stage that has both instructions.
type clash struct {
	// at is the one in shell form, other the one that it conflicts with.
	at, other *dockerfile.Instruction
}

// clashOf returns how a stage's ENTRYPOINT and CMD conflict; ok is false if they do not.
func clashOf(s *facts.Stage) (c clash, ok bool) {
	entrypoint, command := s.Entrypoint(), s.Command()
	if entrypoint == nil || command == nil || entrypoint.Err != nil || command.Err != nil {
		return clash{}, false
	}
	if s.LastOwn("entrypoint") == nil && s.LastOwn("cmd") == nil {
		return clash{}, false
	}
	switch {
	case isBrokenArray(entrypoint) || isBrokenArray(command):
		return clash{}, false
	case !entrypoint.JSON && entrypoint.Body != "":
		return clash{entrypoint, command}, true
	case !command.JSON && command.Body != "" && entrypoint.JSON && len(entrypoint.Words) > 0:
		return clash{command, entrypoint}, true
	}
	return clash{}, false
}

func isInit(program string) bool {
	switch program {
	case "tini", "dumb-init", "catatonit", "tini-static":
		return true
	}
	return false
}
