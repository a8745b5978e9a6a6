package facts

import "strings"

// IsPlaceholder reports whether a text stands for a value that somebody, or a template
// engine, puts in its place before the file is used: "REPLACE-ME", "your-image",
// "<image>", "${templateOption:variant}", "xxx".
func IsPlaceholder(text string) bool {
	lower := strings.ToLower(text)
	for _, part := range [...]string{
		"replace", "changeme", "change-me", "change_me", "placeholder", "your-", "your_", "todo", "templateoption", "{{", "<", "@@", "xxx", "example/",
	} {
		if strings.Contains(lower, part) {
			return true
		}
	}
	return false
}
