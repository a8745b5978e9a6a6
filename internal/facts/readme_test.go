package facts

import (
	"slices"
	"testing"
)

func TestPurposeOfSentences(t *testing.T) {
	for text, want := range map[string]bool{
		"# Chion\nDemonstrator on how to use less energy.":                                              true,
		"This is a simple test to consume an interface.":                                                true,
		"This repository contains a small sample application.":                                          true,
		"This project is an example of a monorepo.":                                                     true,
		"Scripts and samples to support our talks. Rough.":                                              true,
		"This server is fast. A demo of it is online.":                                                  false,
		"This is a sample manager for laboratories.":                                                    false,
		"This repository contains the server, a demo and examples.":                                     false,
		"This is a tool to test networks. For code see the article.":                                    false,
		"See the examples. This program is what they show. It is a server with a tutorial in its docs.": false,
	} {
		got := slices.ContainsFunc(sentencesOf(text), func(sentence string) bool {
			_, ok := purposeOfSentence(sentence)
			return ok
		})
		if got != want {
			t.Errorf("%q demonstrates: %t", text, got)
		}
	}
}
