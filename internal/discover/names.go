package discover

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
)

// otherLanguages are endings of names of files that are no Dockerfile though
// the name begins like one: documents, copies, programs that write one.
var otherLanguages = []string{
	".md", ".markdown", ".rst", ".adoc", ".txt", ".html", ".htm", ".pdf", ".bak", ".backup", ".orig", ".old", ".save", ".rej", ".swp", ".swo", ".tmp",
	".patch", ".diff", ".log", ".lock", ".sum", ".go", ".py", ".pyc", ".rb", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".java", ".kt", ".scala",
	".c", ".h", ".cc", ".cpp", ".hpp", ".rs", ".cs", ".fs", ".php", ".pl", ".lua", ".sh", ".bash", ".zsh", ".fish", ".ps1", ".bat", ".cmd", ".json",
	".jsonc", ".toml", ".yaml", ".yml", ".xml", ".ini", ".cfg", ".conf", ".env", ".csv", ".tsv", ".sql", ".tf", ".hcl", ".nix", ".vim", ".el",
	".gz", ".zip", ".tar", ".png", ".jpg", ".svg", ".snap", ".golden", "~",
	".gemspec", ".podspec", ".rake", ".ru", ".bzl", ".bazel", ".cmake", ".groovy", ".pom", ".nuspec", ".csproj", ".cabal", ".rockspec", ".opam",
	".css", ".scss", ".less", ".ipynb", ".proto", ".graphql", ".properties", ".plist", ".tgz", ".xz", ".bz2", ".zst", ".asc", ".sig", ".sha256",
}

// languageEndings are those of otherLanguages that also name the language which an image
// is for: "Dockerfile.go".
var languageEndings = []string{
	".go", ".py", ".rb", ".js", ".ts", ".java", ".kt", ".scala", ".c", ".cpp", ".rs", ".cs", ".fs", ".php", ".pl", ".lua", ".nix", ".bazel", ".cmake",
}

// mayBeForLanguage reports whether a name is that of a Dockerfile with the ending of a
// language: what it is only its text shows.
func mayBeForLanguage(name string) bool {
	lower := strings.ToLower(path.Base(name))
	ending := path.Ext(lower)
	return slices.Contains(languageEndings, ending) && (lower == "dockerfile"+ending || lower == "containerfile"+ending)
}

// templateEndings are those of the template languages that people write
// Dockerfiles in.
var templateEndings = []string{
	".tmpl", ".tpl", ".template", ".gotmpl", ".j2", ".jinja", ".jinja2", ".erb", ".in", ".m4", ".mustache", ".hbs", ".ejs", ".liquid", ".mako", ".twig",
}

// class is what a file's name says about it.
type class struct {
	target   lint.Target
	template bool
	// skip says why a file that looks like one of ours is none, and kind words that
	// for reports.
	skip, kind string
}

// classify reads a file's name; ok is false for one that is not ours at all.
func classify(name string) (c class, ok bool) {
	lower := strings.ToLower(path.Base(name))
	if lower == ".dockerignore" || strings.HasSuffix(lower, ".dockerignore") {
		return class{target: lint.TargetIgnoreFile}, true
	}
	if isBake(lower) {
		return class{target: lint.TargetBake}, true
	}
	if isCompose(lower) {
		return class{target: lint.TargetCompose}, true
	}
	plain, template := lower, false
	if i := slices.IndexFunc(templateEndings, func(e string) bool { return strings.HasSuffix(lower, e) }); i >= 0 {
		plain, template = strings.TrimSuffix(lower, templateEndings[i]), true
	}
	if !isDockerfile(plain) {
		if !isDockerfile(lower) {
			return class{}, false
		}
		template = false
	}
	for _, e := range otherLanguages {
		if strings.HasSuffix(lower, e) && lower != "dockerfile"+e+".dockerfile" {
			return class{skip: "the name ends in " + e}, true
		}
	}
	return class{template: template}, true
}

// isDockerfile knows Dockerfile, Containerfile, Dockerfile.x, Dockerfile-x,
// Dockerfile_x and x.Dockerfile; name is in lower case.
func isDockerfile(name string) bool {
	for _, base := range []string{"dockerfile", "containerfile"} {
		rest, ok := strings.CutPrefix(name, base)
		hasSuffix := len(rest) > 1 && strings.IndexByte(".-_", rest[0]) >= 0
		if ok && (rest == "" || rest == "~" || hasSuffix) {
			return true
		}
		if before, ok := strings.CutSuffix(name, "."+base); ok && before != "" {
			return true
		}
	}
	return false
}

// isCompose knows the names that docker compose, docker stack and podman-compose
// are given; name is in lower case.
func isCompose(name string) bool {
	stem, yaml := strings.CutSuffix(name, ".yml")
	if !yaml {
		stem, yaml = strings.CutSuffix(name, ".yaml")
	}
	for _, base := range []string{"compose", "docker-compose", "podman-compose", "docker-stack"} {
		rest, ok := strings.CutPrefix(stem, base)
		if yaml && ok && (rest == "" || strings.IndexByte(".-_", rest[0]) >= 0) {
			return true
		}
	}
	return false
}

// mayBeCompose reports whether a YAML file of that name, in lower case, is a compose
// file if it has services: "stack.yml" is one of Docker and of Haskell. Rancher's
// files of old have services of another kind.
func mayBeCompose(name string) bool {
	if isCompose(name) {
		return true
	}
	isLike := strings.Contains(name, "compose") || strings.Contains(name, "stack") || strings.Contains(name, "swarm")
	return isLike && isYAML(name) && !strings.HasPrefix(name, "rancher")
}
