package facts

import (
	"regexp"
	"strings"
)

// IsPlaceholder reports whether a text stands for a value that somebody, or a template
// engine, puts in its place before the file is used: "REPLACE-ME", "your-image",
// "<image>", "${templateOption:variant}", "@PORT@", "xxx".
func IsPlaceholder(text string) bool {
	lower := strings.ToLower(text)
	for _, part := range [...]string{
		"replace", "changeme", "change-me", "change_me", "placeholder", "your-", "your_", "todo", "templateoption", "{{", "<", "@@", "xxx", "example/",
	} {
		if strings.Contains(lower, part) {
			return true
		}
	}
	return markedName.MatchString(text)
}

// markedName is a name between marks that sed and the like look for.
var markedName = regexp.MustCompile(`@[A-Z][A-Z0-9_]*@|%[A-Z][A-Z0-9_]*%`)
