package facts

import "strings"

// URLPassword is the password of the user in an address; ok is false where the
// word is none, or has no password.
func URLPassword(word string) (password string, ok bool) {
	_, rest, isAddress := strings.Cut(word, "://")
	authority, _, _ := strings.Cut(rest, "/")
	user, _, hasUser := strings.Cut(authority, "@")
	_, password, hasPassword := strings.Cut(user, ":")
	if !isAddress || !hasUser || !hasPassword {
		return "", false
	}
	return password, true
}

// ConnectionPassword is the password in a list of settings that name a server, as
// "Server=db;User Id=sa;Password=x" or "host=db user=app password=x"; ok is false for any
// other text.
func ConnectionPassword(list string) (password string, ok bool) {
	split := strings.Fields
	if strings.Contains(list, ";") {
		split = func(s string) []string { return strings.Split(s, ";") }
	}
	server := false
	for _, setting := range split(list) {
		key, value, is := strings.Cut(setting, "=")
		if !is {
			continue
		}
		value = strings.Trim(strings.TrimSpace(value), "'\"")
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "server", "data source", "datasource", "address", "addr", "network address", "host":
			server = server || value != ""
		case "password", "pwd":
			password = value
		}
	}
	return password, server && password != ""
}

// HasURLPassword reports whether a word holds an address with a user and a password
// that is written out.
func HasURLPassword(word string) bool {
	password, ok := URLPassword(word)
	return ok && IsLiteralSecret(password)
}

// IsLiteralSecret reports whether a value is neither a variable nor a placeholder.
func IsLiteralSecret(value string) bool {
	lower := strings.ToLower(value)
	return len(value) >= 4 && !strings.ContainsAny(value, "$<>{}*`") && !strings.Contains(lower, "password") &&
		!strings.Contains(lower, "changeme") &&
		!strings.Contains(lower, "your") &&
		!strings.Contains(lower, "xxx") &&
		!strings.Contains(lower, "token") &&
		!strings.Contains(lower, "example") &&
		lower != "x-oauth-basic"
}
