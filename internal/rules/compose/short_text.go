package compose

import "github.com/dockmend/dockmend/internal/text"

// shortText is a text of bounded length in one line, for messages.
func shortText(s string) string { return text.Short(s) }
