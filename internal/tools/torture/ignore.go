package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"github.com/dockmend/dockmend/internal/engine"
)

// builtFiles are files that builds make, which no checkout shows.
var builtFiles = []string{"dist/app.js", "build/app.jar", "target/app.jar", "node_modules/a/b.js", "out/a", "bin/a", ".env", "a/b/.env", "src/main.go", "README.md", ".git/HEAD"}

// differentFiles says which file a safe fix of an ignore file takes away or gives to the
// build, by moby's matcher: of those that builds make, and that the patterns name.
func differentFiles(fixed *engine.Fixed) string {
	if slices.ContainsFunc(fixed.Applied, func(a engine.Applied) bool { return !a.Safe }) {
		return ""
	}
	before, errBefore := matcher(fixed.Before)
	after, errAfter := matcher(fixed.After)
	if errBefore != nil || errAfter != nil {
		if errBefore == nil {
			return fmt.Sprintf("Docker reads the file before, and not after: %v", errAfter)
		}
		return ""
	}
	for _, file := range append(named(fixed.Before), builtFiles...) {
		was, _ := before.MatchesOrParentMatches(file)
		is, _ := after.MatchesOrParentMatches(file)
		if was != is {
			return fmt.Sprintf("%s is left out: %t before, %t after", file, was, is)
		}
	}
	return ""
}

func matcher(src []byte) (*patternmatcher.PatternMatcher, error) {
	patterns, err := ignorefile.ReadAll(bytes.NewReader(src))
	if err != nil {
		return nil, err
	}
	return patternmatcher.New(patterns)
}

// named are the files that patterns without wildcards name, and files below them.
func named(src []byte) []string {
	var files []string
	patterns, err := ignorefile.ReadAll(bytes.NewReader(src))
	if err != nil {
		return nil
	}
	for _, p := range patterns {
		// A pattern with a comment names no file: that it has one is the fault.
		if p = strings.Trim(strings.TrimPrefix(p, "!"), "/"); p != "" && !strings.ContainsAny(p, "*?[\\#") {
			files = append(files, p, p+"/file")
		}
	}
	return files
}
