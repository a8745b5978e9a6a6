package facts

import (
	"path"
	"slices"
	"strings"
)

// secretWords mark a secret at the beginning or end of a name, among its words.
var secretWords = []string{"password", "passwd", "pword", "passphrase", "secret", "secrets", "token", "apikey", "credential", "credentials"}

// plainWords say that a name holds something about a secret and not the secret.
var plainWords = []string{
	"public", "pub", "file", "files", "path", "dir", "directory", "version", "name", "names", "id", "ids", "url", "uri", "host", "port", "ttl",
	"length", "len", "size", "expiry", "expires", "expiration", "lifetime", "timeout", "type", "algorithm", "alg", "header", "prefix", "suffix",
	"server", "endpoint", "enabled", "disable", "disabled", "required", "allow", "use", "enable", "max", "min", "count", "limit", "rotation",
	"fingerprint", "keyserver", "location", "store", "keystore", "provider", "issuer", "gpg", "primary", "foreign", "cache", "sort", "partition",
	"object", "dummy", "fake", "test", "tests", "format", "policy", "manager", "backend", "prompt", "field", "regex", "pattern", "hasher", "hash", "encoder", "encoding", "validator", "validators", "script",
}

// keyWords stand before "key" in the names of secrets.
var keyWords = []string{
	"access", "account", "admin", "api", "app", "auth", "aws", "client", "consumer", "deploy", "encryption", "jwt", "license", "master",
	"private", "secret", "service", "session", "signing", "ssh", "storage",
}

// NamesSecret reports whether a name alone says that its value is a secret.
func NamesSecret(words []string) bool {
	first, last := words[0], words[len(words)-1]
	switch {
	case last == "key":
		return len(words) > 1 && slices.Contains(keyWords, words[len(words)-2])
	case slices.Contains(secretWords, last):
		return true
	}
	return first != "token" && slices.Contains(secretWords, first)
}

// NamesKey reports whether a name ends in the word key, which says little.
func NamesKey(words []string) bool {
	return len(words) > 1 && words[len(words)-1] == "key"
}

// browserPrefixes begin the names of variables whose values a build tool for web pages
// writes into what it sends to browsers (the documentation of Vite, Create React App,
// Next.js, Vue CLI, Gatsby, Nuxt and Expo): they are public, whatever they hold.
var browserPrefixes = []string{"vite_", "react_app_", "next_public_", "vue_app_", "gatsby_", "nuxt_public_", "expo_public_"}

// SecretNameWords are the words of a name in lower case; none for a name that says
// something about a secret, or whose value is sent to browsers.
func SecretNameWords(name string) []string {
	name = strings.ToLower(name)
	if slices.ContainsFunc(browserPrefixes, func(p string) bool { return strings.HasPrefix(name, p) }) {
		return nil
	}
	if !slices.ContainsFunc(
		[]string{"key", "pass", "pword", "secret", "token", "credential"},
		func(w string) bool { return strings.Contains(name, w) },
	) {
		return nil
	}
	words := strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune("_-.\"'", r) })
	if slices.ContainsFunc(words, func(w string) bool { return slices.Contains(plainWords, w) }) {
		return nil
	}
	return words
}

// LooksRandom reports whether a value is long and mixes letters and digits, as
// generated ones do.
func LooksRandom(value string) bool {
	const shortest = 16
	return len(value) >= shortest && strings.ContainsAny(value, "0123456789") && !strings.ContainsAny(value, " /:$") &&
		strings.ContainsFunc(value, func(r rune) bool { return (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z') })
}

// IsProvenSecret reports whether a value is a secret by its form alone: it looks
// random, and has no word of a value for a start.
func IsProvenSecret(value string) bool {
	lower := strings.ToLower(value)
	for _, part := range []string{
		"dev", "test", "change", "secret", "local", "default", "insecure", "pass", "demo", "sample", "admin", "abc", "12345", "key", "token", "docker", "compose",
	} {
		if strings.Contains(lower, part) {
			return false
		}
	}
	return LooksRandom(value) && !IsNoSecret(value) && !IsPlaceholder(value)
}

// IsNoSecret reports whether a value cannot be a secret.
func IsNoSecret(value string) bool {
	lower := strings.ToLower(strings.TrimSpace(value))
	// Signs around a word mark a place for a value: "**None**", "__SECRET__", "%TOKEN%".
	marked := strings.Trim(lower, "*_-%@#$+=[](){} ")
	switch marked {
	case "", "true", "false", "yes", "no", "on", "off", "none", "null", "nil", "unset", "empty", "todo", "tbd", "fixme":
		return true
	}
	if strings.Trim(marked, "x") == "" || strings.Trim(marked, ".") == "" {
		return true
	}
	if strings.Trim(lower, "0123456789.") == "" || strings.HasPrefix(lower, "/") || strings.HasPrefix(lower, "./") {
		return true
	}
	if strings.Contains(lower, "://") && !strings.Contains(lower, "@") {
		return true
	}
	if isFingerprint(lower) || namesFile(lower) {
		return true
	}
	for _, part := range []string{"dummy", "placeholder", "fake", "example", "replace", "your", "notset", "not-set", "not_set", "undefined", "<", "build-time", "buildtime", "build_time", "unused", "not-used", "not_used", "precompil"} {
		if strings.Contains(lower, part) {
			return true
		}
	}
	return false
}

// namesFile reports whether a value is the name of a file, as that of a script which sets
// a password.
func namesFile(value string) bool {
	switch path.Ext(value) {
	case ".sh", ".bash", ".py", ".rb", ".pl", ".js", ".rsp", ".txt", ".json", ".yml", ".yaml", ".conf", ".cfg", ".ini", ".properties", ".env", ".pem", ".key", ".crt", ".jks", ".p12", ".sql", ".xml", ".exe", ".ps1":
		return !strings.ContainsAny(value, " $@")
	}
	return false
}

// isFingerprint reports whether a value is that of an OpenPGP key: 40 digits.
func isFingerprint(s string) bool {
	s = strings.TrimPrefix(strings.ReplaceAll(s, " ", ""), "0x")
	return (len(s) == 40 || len(s) == 16) && strings.Trim(s, "0123456789abcdef") == ""
}

// IsSecret reports whether a name and its literal value are those of a secret.
func IsSecret(name, value string) bool {
	words := SecretNameWords(name)
	if len(words) == 0 || IsNoSecret(value) {
		return false
	}
	return NamesSecret(words) || (NamesKey(words) && LooksRandom(value))
}
