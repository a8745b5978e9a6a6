package rulesource

import (
	"fmt"
	"slices"
	"strings"
)

// The sections of a rule's page that a person writes, in the page's order. The
// comment above the rule begins with the first one; the others have headings there,
// as Go's documentation comments write them: "# Why it matters".
const (
	WhatItChecks = "What it checks"
	WhyItMatters = "Why it matters"
	HowToFixIt   = "How to fix it"
	FixSafety    = "Fix safety"
	Exceptions   = "Exceptions"
)

// headings lists the sections that need a heading, in their order.
func headings() []string {
	return []string{WhyItMatters, HowToFixIt, FixSafety, Exceptions}
}

// Sections splits the comment above the rule, by the title of the section. The name
// that Go wants at its start is left out: "LatestTag reports ..." becomes "Reports
// ...". The error names a heading that is unknown, empty, there twice or out of
// order.
func (r Rule) Sections() (map[string]string, error) {
	rest, ok := strings.CutPrefix(r.Doc, r.Variable+" ")
	if !ok || strings.TrimSpace(rest) == "" {
		return nil, fmt.Errorf("%s: the comment above must begin with %q: it is the rule's page", r.Variable, r.Variable+" ")
	}
	sections := map[string]string{}
	title, order := WhatItChecks, -1
	var text strings.Builder
	end := func() error {
		body := strings.TrimRight(strings.TrimLeft(text.String(), "\n"), " \n")
		if strings.TrimSpace(body) == "" {
			return fmt.Errorf("%s: section %q is empty", r.Variable, title)
		}
		sections[title] = body
		text.Reset()
		return nil
	}
	text.WriteString(strings.ToUpper(rest[:1]))
	for line := range strings.Lines(rest[1:]) {
		heading, ok := strings.CutPrefix(line, "# ")
		if !ok {
			text.WriteString(line)
			continue
		}
		if err := end(); err != nil {
			return nil, err
		}
		title = strings.TrimSpace(heading)
		at := slices.Index(headings(), title)
		if at <= order {
			return nil, fmt.Errorf("%s: section %q is unknown or out of order: the sections are %s", r.Variable, title, strings.Join(headings(), ", "))
		}
		order = at
	}
	if err := end(); err != nil {
		return nil, err
	}
	return sections, nil
}
