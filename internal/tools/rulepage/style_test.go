package rulepage_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dockmend/dockmend/internal/fixture"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/tools/rulepage"
	"github.com/dockmend/dockmend/internal/tools/rulesource"
)

// TestStyle holds the rules' texts to what docs/style.md says and a machine can see:
// sections, lengths, words to avoid. testdata/leftovers.txt names the rules that are
// not there yet; it only becomes shorter.
func TestStyle(t *testing.T) {
	root, err := rulesource.Root()
	if err != nil {
		t.Fatal(err)
	}
	sources, err := rulesource.Load(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	fixes, err := rulepage.Safety(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	leftovers, err := os.ReadFile("testdata/leftovers.txt")
	if err != nil {
		t.Fatal(err)
	}
	left := strings.Fields(string(leftovers))
	catalog := rules.All()
	for _, source := range sources {
		faults := styleFaults(t, root, source, catalog.Find(source.ID)[0], fixes[source.ID])
		at := slices.Index(left, source.ID)
		if at >= 0 {
			left = slices.Delete(left, at, at+1)
		}
		switch {
		case at < 0 && len(faults) > 0:
			t.Errorf("%s:\n  %s", source.ID, strings.Join(faults, "\n  "))
		case at >= 0 && len(faults) == 0:
			t.Errorf("%s follows docs/style.md: remove it from testdata/leftovers.txt", source.ID)
		}
	}
	if len(left) > 0 {
		t.Errorf("testdata/leftovers.txt names no rules: %s", strings.Join(left, ", "))
	}
}

// Lengths in characters. A message may quote what the file says, so its limit leaves
// room above the 160 that docs/style.md asks for.
const (
	titleLimit    = 70
	messageLimit  = 220
	sentenceLimit = 40 // words
)

// styleFaults lists what is wrong with a rule's title, page, options and messages.
func styleFaults(t *testing.T, root string, source rulesource.Rule, m *lint.Meta, fix rulepage.FixSafety) []string {
	t.Helper()
	sections, err := source.Sections()
	if err != nil {
		return []string{err.Error()}
	}
	var faults []string
	add := func(where, what string) { faults = append(faults, where+": "+what) }
	for _, title := range []string{rulesource.WhyItMatters, rulesource.HowToFixIt} {
		if sections[title] == "" {
			add("page", "no section \""+title+"\"")
		}
	}
	if !strings.HasPrefix(sections[rulesource.WhatItChecks], "Reports ") {
		add("page", "the first sentence begins with \"Reports\"")
	}
	if n := utf8.RuneCountInString(m.Title); n > titleLimit || strings.HasSuffix(m.Title, ".") {
		add("title", "longer than the limit, or ends with a period")
	}
	texts := map[string]string{"title": m.Title, "fix safety": fix.Why}
	for title, text := range sections {
		texts[title] = text
	}
	for _, o := range m.Options {
		texts["option "+o.Name] = o.Doc
	}
	for where, text := range texts {
		for _, word := range avoided(text) {
			add(where, word)
		}
		for _, sentence := range longSentences(text) {
			add(where, "sentence of more than 40 words: "+sentence)
		}
	}
	for _, message := range messages(t, root, source) {
		for _, word := range avoided(message) {
			add("message", word+" in "+message)
		}
		if utf8.RuneCountInString(message) > messageLimit {
			add("message", "too long: "+message)
		}
	}
	slices.Sort(faults)
	return slices.Compact(faults)
}

// messages are those that the rule's cases show, without what they quote.
func messages(t *testing.T, root string, source rulesource.Rule) []string {
	t.Helper()
	name := source.Target.FixtureFile(source.ID)
	archive, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	cases, err := fixture.Parse(name, archive)
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^\d+:\d+-\d+:\d+ \w+ (?:\[[^]]*] )?(.*)$`)
	var found []string
	for _, c := range cases.Cases {
		for _, m := range line.FindAllSubmatch(bytes.TrimSpace([]byte(c.Want)), -1) {
			found = append(found, quoted.ReplaceAllString(string(m[1]), `""`))
		}
	}
	return found
}

var (
	quoted = regexp.MustCompile(`"[^"]*"`)
	code   = regexp.MustCompile("`[^`]*`")
	// avoid lists words of docs/style.md's table that are wrong wherever they stand.
	avoid = regexp.MustCompile(`(?i)\b(mend(s|ed|ing)?|g(i|a)ven? up by|is given up|whoever|everybody|nobody|tells whether|` +
		`stands? in|stood in|may not|is none of|are none of|excused|giver|manners|catalogue|made anew|beside|` +
		`support for it has ended|is for people|is asked|are asked|cannot be asked|is as it should be|speaks? of|spoken of|` +
		`goes on|leaves? out|left out|ends? in the image|stays? as it is|behind it|therefore|thus|hence)\b`)
)

// avoided lists the words to avoid in a text, without code and quotations.
func avoided(text string) []string {
	plain := quoted.ReplaceAllString(code.ReplaceAllString(text, ""), "")
	var words []string
	for _, w := range avoid.FindAllString(plain, -1) {
		words = append(words, "avoid \""+w+"\"")
	}
	return words
}

// longSentences are those with more words than docs/style.md allows.
func longSentences(text string) []string {
	var long []string
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		for item := range strings.SplitSeq(paragraph, "\n  - ") {
			for sentence := range strings.SplitSeq(strings.Join(strings.Fields(item), " "), ". ") {
				if len(strings.Fields(sentence)) > sentenceLimit {
					long = append(long, sentence)
				}
			}
		}
	}
	return long
}
