// Package docs holds the rules' pages for dockmend explain.
package docs

import "embed"

// Rules has the page of each rule as rules/<id>.md, in Markdown.
//
//go:embed rules
var Rules embed.FS
