package facts

import (
	"fmt"
	"slices"
	"strings"
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

func TestReleaseOfFolder(t *testing.T) {
	for name, want := range map[string]string{
		"1.6/": "[1 6]", "v2/": "[2]", "2.0.2-3/": "[2 0 2]", "server-5.6/": "server- [5 6]", "macs2-2.1.0/": "macs2- [2 1 0]", "tool_v1.2/": "tool_ [1 2]",
		"node-1/": "", "php74/": "", "1.6": "", "01-intro/": "", "v/": "", "1..2/": "", "app/": "", "-/": "", "99999999999999999999/": "",
	} {
		of, version, ok := releaseOfFolder(name)
		got := ""
		if ok {
			got = strings.TrimSpace(fmt.Sprint(of, " ", version))
		}
		if got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}
