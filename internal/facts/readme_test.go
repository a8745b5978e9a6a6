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
		"This project shows how you can modernize an application.":                                      true,
		"This sample demonstrates a tiny application.":                                                  true,
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

func TestOwnNames(t *testing.T) {
	for name, want := range map[string]string{
		"redis-microservices-demo": "a demonstration", "azure-samples": "a demonstration", "docs-hello-world": "a demonstration",
		"web-ctf": "a laboratory", "demo-kit": "", "samples": "", "hello-server": "",
	} {
		got := ""
		if found := (&ownNames{full: []string{name}}).purposes(); len(found) > 0 {
			got = found[0].Purpose.String()
		}
		if got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	match := clonedAddress.FindStringSubmatch("git clone --recursive https://github.com/acme/shop-demo.git\ncd shop-demo")
	if len(match) != 3 || match[1] != "acme" || match[2] != "shop-demo" {
		t.Errorf("what is cloned is %q", match)
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
