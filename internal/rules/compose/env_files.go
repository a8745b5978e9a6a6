package compose

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// readEnvFile reads an environment file next to the Compose file; ok is false when
// there is none that can be read. Lines that are commented out count as names of
// an example.
func readEnvFile(p *facts.Pass[*facts.Compose], name string, comments bool) (variables []facts.EnvVariable, ok bool) {
	gate, err := p.Files.In(path.Dir(name), "")
	if err != nil {
		return nil, false
	}
	src, err := gate.ReadFile(path.Base(name))
	if err != nil {
		return nil, false
	}
	return facts.ParseEnv(src, comments), true
}

// isEnvName reports whether a file of that name holds variables.
func isEnvName(name string) bool {
	return strings.HasPrefix(name, ".env") || strings.HasSuffix(name, ".env") || strings.HasPrefix(name, "env.")
}

// isExampleEnv reports whether a file of variables is there to be copied.
func isExampleEnv(name string) bool {
	return hasPart(name, "example", "examples", "sample", "samples", "template", "templates", "tpl", "tmpl", "dist", "default", "defaults", "schema")
}

// isSharedEnv reports whether an environment file is meant to be shared: an
// example, one for tests, or one that is encrypted.
func isSharedEnv(name string) bool {
	return isExampleEnv(name) || hasPart(name, "test", "tests", "testing", "ci", "e2e", "enc", "encrypted", "vault", "j2", "md")
}

// hasPart reports whether one of the words is a part of a name.
func hasPart(name string, words ...string) bool {
	return slices.ContainsFunc(nameParts(name), func(part string) bool { return slices.Contains(words, part) })
}

func nameParts(name string) []string {
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune("._-/", r) })
}

// envExamples lists the examples of files of variables in a folder, given from
// that of the Compose file.
func envExamples(p *facts.Pass[*facts.Compose], folder string) []string {
	gate, err := p.Files.In(folder, "")
	if err != nil {
		return nil
	}
	names, err := gate.List(".")
	if err != nil {
		return nil
	}
	var examples []string
	for _, name := range names {
		if !strings.HasSuffix(name, "/") && slices.Contains(nameParts(name), "env") && isExampleEnv(name) {
			examples = append(examples, path.Join(folder, name))
		}
	}
	return examples
}

// isThere reports whether a path from the Compose file's folder exists; known is
// false for one out of the root.
func isThere(p *facts.Pass[*facts.Compose], name string) (there, known bool) {
	if path.IsAbs(name) || strings.HasPrefix(name, "~") || !p.Files.Known() {
		return false, false
	}
	clean := path.Clean(name)
	gate, err := p.Files.In(path.Dir(clean), "")
	if err != nil {
		return false, !strings.HasPrefix(clean, "../")
	}
	_, there = gate.Exists(path.Base(clean))
	return there, true
}

// variableUse is the first place that names a variable of Compose.
type variableUse struct {
	name string
	span text.Span
}

// bareVariables lists the variables that have neither a default nor a text for
// the case that they are missing, each once, in file order.
func bareVariables(d *facts.Compose) []variableUse {
	var uses []variableUse
	seen := map[string]bool{}
	// demanded are those without which Compose refuses the file: "${A:?}" anywhere.
	demanded := map[string]bool{}
	eachScalar(d.Root, func(n *yaml.Node) {
		if strings.IndexByte(n.Value, '$') < 0 || hashIn(n.Value) != "" {
			return
		}
		v := d.Value(n)
		guarded := setWhereRead(v.Template)
		for _, variable := range v.Template.Variables() {
			demanded[variable.Name] = demanded[variable.Name] || variable.Operator == "?" || variable.Operator == ":?"
			if variable.Operator == "" && !seen[variable.Name] && !guarded[variable] {
				seen[variable.Name] = true
				uses = append(uses, variableUse{variable.Name, d.Place(v, variable.Span)})
			}
		}
	})
	return slices.DeleteFunc(uses, func(u variableUse) bool { return isHostVariable(u.name) || demanded[u.name] })
}

// setWhereRead are the variables that a template reads only where they are set, as the
// inner one of "${A:+${A}}", or in the place of another one, as the inner one of
// "${NEW:-${OLD}}", which may have no value.
func setWhereRead(t compose.Template) map[*compose.Variable]bool {
	guarded := map[*compose.Variable]bool{}
	for _, outer := range t.Variables() {
		isGuard := outer.Operator == "+" || outer.Operator == ":+"
		isFallback := outer.Operator == "-" || outer.Operator == ":-"
		for _, inner := range outer.Argument.Variables() {
			if isFallback || (isGuard && inner.Name == outer.Name) {
				guarded[inner] = true
			}
		}
	}
	return guarded
}

// isHostVariable reports whether the variable is one that shells, Docker or
// continuous integration set.
func isHostVariable(name string) bool {
	switch name {
	case "HOME", "USER", "USERNAME", "LOGNAME", "UID", "GID", "EUID", "PWD", "PATH", "HOST", "HOSTNAME", "SHELL", "TERM", "LANG", "TZ", "DISPLAY", "TMPDIR", "TEMP",
		"SSH_AUTH_SOCK", "WAYLAND_DISPLAY", "XAUTHORITY", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "ProgramData", "http_proxy", "https_proxy", "no_proxy",
		"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "CI", "PROJECT_NAME":
		return true
	}
	for _, prefix := range []string{"COMPOSE_", "DOCKER_", "BUILDKIT_", "XDG_", "GITHUB_", "CI_", "BUILDKITE_", "JENKINS_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// envFilePaths are the files that services name, cleaned, each with its first
// entry; those with variables are left out.
func envFilePaths(d *facts.Compose) (paths []string, entries map[string]compose.EnvFile) {
	entries = map[string]compose.EnvFile{}
	for _, s := range d.All() {
		for _, e := range s.EnvFiles() {
			if strings.Contains(e.Path.Raw, "$") || e.Path.Raw == "" {
				continue
			}
			name := path.Clean(e.Path.Raw)
			if _, known := entries[name]; !known {
				entries[name] = e
				paths = append(paths, name)
			}
		}
	}
	return paths, entries
}
