package takeover

import (
	"path"
	"strings"
)

// Command is the command for a word that other linters have as one, or for a file, which
// others take without one; empty for any other word.
func Command(word string) string {
	switch word {
	case "check", "run", "scan", "validate":
		return "dockmend lint"
	case "format", "fmt":
		return "dockmend fix"
	case "rule", "list", "linters":
		return "dockmend rules"
	case "config":
		return "dockmend schema config"
	}
	isFile := strings.ContainsAny(word, "/.") || strings.EqualFold(path.Base(word), "Dockerfile") || strings.EqualFold(word, "Containerfile")
	if isFile || word == "-" {
		return "dockmend lint " + word
	}
	return ""
}

// Elsewhere says what to write in place of flags that other linters have; empty for others.
func Elsewhere(flag string) string {
	return map[string]string{
		"require-label":         "write it under labels: required: in .dockmend.yaml",
		"strict-labels":         "write labels: {strict: true} in .dockmend.yaml",
		"trusted-registry":      "write it under registries: trusted: in .dockmend.yaml",
		"disable-ignore-pragma": "write it in .hadolint.yaml",
		"error":                 "set the severity of a rule under rules: in .dockmend.yaml",
		"warning":               "set the severity of a rule under rules: in .dockmend.yaml",
		"info":                  "set the severity of a rule under rules: in .dockmend.yaml",
		"style":                 "set the severity of a rule under rules: in .dockmend.yaml",
		"file-path-in-report":   "use --stdin-filename",
		"recursive":             "folders are always searched",
		"exclude":               "write it under exclude: in .dockmend.yaml",
		"skip-files":            "write it under exclude: in .dockmend.yaml",
		"verbose":               "use --stats or --list-files",
		"severity":              "use --fail-on",
		"exit-zero":             "use --fail-on never",
		"output-file":           "use -o FORMAT=FILE",
		"new-from-rev":          "use --changed-since",
		"show-fixes":            "use dockmend fix --diff",
	}[flag]
}

// Format is our name of a format that hadolint has under another one; any other name
// stays as it is.
func Format(name string) string {
	switch name {
	case "tty":
		return "text"
	case "gitlab_codeclimate":
		return "gitlab"
	}
	return name
}
