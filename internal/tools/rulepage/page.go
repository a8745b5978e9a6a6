// Package rulepage writes the documents that are made of the rules: a page for
// each, and the index of all.
package rulepage

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/fixture"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/tools/rulesource"
)

// Folder holds the pages, relative to the module's root.
const Folder = "docs/rules"

// All makes every page, by its path relative to the module's root.
func All(root fs.FS, catalog *rules.Catalog) (map[string][]byte, error) {
	sources, err := rulesource.Load(root)
	if err != nil {
		return nil, err
	}
	fixes, err := Safety(root)
	if err != nil {
		return nil, err
	}
	references, err := References(root)
	if err != nil {
		return nil, err
	}
	pages := map[string][]byte{}
	for _, source := range sources {
		found := catalog.Find(source.ID)
		if len(found) != 1 {
			return nil, fmt.Errorf("rule %s is not in the list: run make generate", source.ID)
		}
		page, err := page(root, source, found[0], fixes[source.ID], references[source.ID], catalog)
		if err != nil {
			return nil, fmt.Errorf("page of %s: %w", source.ID, err)
		}
		pages[Folder+"/"+source.ID+".md"] = page
	}
	pages[Folder+"/README.md"] = index(catalog)
	return pages, nil
}

// page writes one rule's page. Its sections have one order for all rules:
// docs/style.md names them.
func page(root fs.FS, source rulesource.Rule, m *lint.Meta, fix FixSafety, references []Reference, catalog *rules.Catalog) ([]byte, error) {
	sections, err := source.Sections()
	if err != nil {
		return nil, err
	}
	archive, err := fs.ReadFile(root, source.Target.FixtureFile(source.ID))
	if err != nil {
		return nil, err
	}
	cases, err := fixture.Parse(source.Target.FixtureFile(source.ID), archive)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n\n%s.\n\n", m.ID, m.Title)
	fmt.Fprintf(&b, "| target | category | severity | by default | reads | since |\n|---|---|---|---|---|---|\n| %s | %s | %s | %s | %s | %s |\n",
		m.Target, m.Category, m.Severity, onOff(m.Default), reads(m.Needs), m.Since)
	write := func(title, text string) {
		if text != "" {
			fmt.Fprintf(&b, "\n## %s\n\n%s\n", title, linked(text, m.ID, catalog))
		}
	}
	write(rulesource.WhatItChecks, sections[rulesource.WhatItChecks]+optIn(sections[rulesource.WhatItChecks], m.OptIn))
	write(rulesource.WhyItMatters, sections[rulesource.WhyItMatters])
	write(rulesource.HowToFixIt, sections[rulesource.HowToFixIt])
	write(rulesource.FixSafety, strings.TrimSpace(fix.words()+"\n\n"+sections[rulesource.FixSafety]))
	write(rulesource.Exceptions, sections[rulesource.Exceptions])
	options(&b, m)
	write("References", list(references))
	examples(&b, source.Target, cases)
	aliases(&b, m)
	fmt.Fprintf(&b, "\n## Ignoring it\n\nWrite a comment above %s:\n\n```%s\n# dockmend ignore=%s -- reason\n```\n\nTo turn the rule off for all files, write this in `.dockmend.yaml`:\n\n```yaml\nrules:\n  %s: off\n```\n",
		source.Target.Above, source.Target.Language, m.ID, m.ID)
	return b.Bytes(), nil
}

// quotedID is a text in backquotes that can be the id of a rule.
var quotedID = regexp.MustCompile("`[a-z0-9]+(-[a-z0-9]+)+`")

// linked makes links of the other rules that a text names in backquotes. Lines that
// begin with a tab are code.
func linked(text, self string, catalog *rules.Catalog) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "\t") {
			continue
		}
		lines[i] = quotedID.ReplaceAllStringFunc(line, func(quoted string) string {
			id := strings.Trim(quoted, "`")
			if found := catalog.Find(id); id == self || len(found) != 1 || found[0].ID != id {
				return quoted
			}
			return "[" + quoted + "](" + id + ".md)"
		})
	}
	return strings.Join(lines, "\n")
}

// optIn says which variants the default preset does not report, and what the variant
// "excused" marks where the rule's own text does not.
func optIn(text string, variants []string) string {
	if len(variants) == 0 {
		return ""
	}
	const others = "; the other presets that include this rule report them."
	if slices.Contains(variants, "") {
		return "\n\nThe preset `recommended` does not report findings that have no variant" + others
	}
	words := "the variant"
	if len(variants) > 1 {
		words += "s"
	}
	words += " `" + strings.Join(variants, "`, `") + "`"
	explained := func(v string) bool { return !strings.HasSuffix(v, "excused") || strings.Contains(text, "`"+v+"`") }
	if slices.ContainsFunc(variants, explained) {
		return "\n\nThe preset `recommended` does not report findings with " + words + others
	}
	return "\n\nFindings that do little harm, for example in a file for development or next to a comment with the reason, have " + words +
		". The preset `recommended` does not report them" + others
}

// reads says in a few words what a rule reads.
func reads(n lint.Needs) string {
	words := []string{"the file"}
	if n&lint.NeedsContext != 0 {
		words = []string{"the repository"}
	}
	if n&lint.NeedsSettings != 0 {
		words = append(words, "the configuration")
	}
	if n&lint.NeedsRegistry != 0 {
		words = append(words, "registries (with `--online`)")
	}
	return strings.Join(words, ", ")
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

func options(b *bytes.Buffer, m *lint.Meta) {
	if len(m.Options) == 0 {
		return
	}
	b.WriteString("\n## Options\n\n")
	for _, o := range m.Options {
		fmt.Fprintf(b, "- `%s`, default `%s`%s: %s\n", o.Name, o.Default(), o.ByPreset(), o.Doc)
	}
}

func aliases(b *bytes.Buffer, m *lint.Meta) {
	if len(m.Aliases) == 0 {
		return
	}
	b.WriteString("\n## Other tools\n\nOther tools report this problem under these names; each name works in ignore comments and in the configuration.\n\n")
	for _, a := range m.Aliases {
		fmt.Fprintf(b, "- `%s`", a.Name)
		if len(a.Variants) > 0 {
			fmt.Fprintf(b, " (%s)", strings.Join(a.Variants, ", "))
		}
		b.WriteString("\n")
	}
}

// effect is the class of a fix's effect in the findings of a fixture. The text report
// does not show it, and the text on the safety of the fix has it in words.
var effect = regexp.MustCompile(`(?m)^(  fix \(\w+), \w+\)`)

// examples shows the first bad case with its findings and the fixed text, and the
// first good one.
func examples(b *bytes.Buffer, target rulesource.Target, f *fixture.File) {
	show := func(title string, bad bool) {
		i := slices.IndexFunc(f.Cases, func(c *fixture.Case) bool { return c.Bad == bad && len(c.Text) > 0 })
		if i < 0 {
			return
		}
		c := f.Cases[i]
		fmt.Fprintf(b, "\n## %s\n\n", title)
		input(b, target, c)
		if bad {
			b.WriteString("\n")
			block(b, "text", effect.ReplaceAll([]byte(c.Want), []byte("$1):")))
		}
		if c.Fixed != nil {
			b.WriteString("\nAfter the fix:\n\n")
			block(b, target.Language, c.Fixed)
		}
	}
	show("Flagged", true)
	show("Not flagged", false)
}

// Longer files next to an example are named, and not shown.
const (
	shownLines = 15
	shownFiles = 3
	// A file that only has to be there contains at most so many bytes.
	placeholder = 2
)

// input shows the file of an example, and those next to it: the result can depend on
// their names and on what is in them.
func input(b *bytes.Buffer, target rulesource.Target, c *fixture.Case) {
	if len(c.Around) > 0 || c.Document != target.File {
		fmt.Fprintf(b, "`%s`:\n\n", c.Document)
	}
	block(b, target.Language, c.Text)
	var shown, named []string
	for _, name := range slices.Sorted(maps.Keys(c.Around)) {
		text := c.Around[name]
		if len(shown) < shownFiles && len(bytes.TrimSpace(text)) > placeholder && bytes.Count(text, []byte("\n")) <= shownLines {
			shown = append(shown, name)
		} else {
			named = append(named, "`"+name+"`")
		}
	}
	for _, name := range shown {
		fmt.Fprintf(b, "\n`%s`:\n\n", name)
		block(b, language(name), c.Around[name])
	}
	if len(named) > 0 {
		fmt.Fprintf(b, "\nThe repository also has %s.\n", strings.Join(named, ", "))
	}
}

// language is the name that fences of a file's text have.
func language(file string) string {
	switch ext := path.Ext(file); ext {
	case ".yaml", ".yml":
		return "yaml"
	case ".json", ".toml", ".sh", ".go", ".xml", ".ini":
		return ext[1:]
	}
	if strings.HasPrefix(path.Base(file), "Dockerfile") {
		return "dockerfile"
	}
	return "text"
}

// block fences a text with more backticks than it has itself.
func block(b *bytes.Buffer, language string, content []byte) {
	fence := "```"
	for bytes.Contains(content, []byte(fence)) {
		fence += "`"
	}
	fmt.Fprintf(b, "%s%s\n%s\n%s\n", fence, language, bytes.TrimRight(content, "\n"), fence)
}

func index(catalog *rules.Catalog) []byte {
	var b bytes.Buffer
	b.WriteString("# Rules\n\n| rule | what it finds | target | category | severity | by default |\n|---|---|---|---|---|---|\n")
	for _, m := range catalog.Metas() {
		fmt.Fprintf(
			&b, "| [%s](%s.md) | %s | %s | %s | %s | %s |\n", m.ID, m.ID, strings.ReplaceAll(m.Title, "|", "\\|"), m.Target,
			m.Category, m.Severity, onOff(m.Default),
		)
	}
	return b.Bytes()
}
