package prove

import (
	"iter"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// maxArguments bounds how many ARGs get a value of their own.
const maxArguments = 64

// worlds lists the variants in which a file is compared, the default one
// first: base models, platforms, and the file's arguments with their defaults
// and with other values.
func worlds(doc *dockerfile.Document) []variant {
	defaults, sentinels := arguments(doc)
	sets := []map[string]string{defaults}
	if len(sentinels) > 0 {
		sets = append(sets, sentinels)
	}
	var all []variant
	for _, args := range sets {
		for _, base := range []baseModel{plainBase, richBase, onbuildBase} {
			for _, arch := range []string{"amd64", "arm64"} {
				all = append(all, variant{base: base, arch: arch, args: args})
			}
		}
	}
	return all
}

// arguments returns the values that are passed in the default world, and those
// in the other one. Only an argument that FROM needs and that has no default
// gets a value in the first: without it no build would compile.
func arguments(doc *dockerfile.Document) (defaults, sentinels map[string]string) {
	defaults, sentinels = map[string]string{}, map[string]string{}
	hasDefault := map[string]bool{}
	seenFrom := false
	for _, in := range doc.Instructions {
		seenFrom = seenFrom || in.Keyword == "from"
		if in.Keyword != "arg" {
			continue
		}
		for _, pair := range in.Pairs {
			if len(sentinels) < maxArguments && !facts.IsPlatformArgument(pair.Key) {
				sentinels[pair.Key] = ""
			}
			if pair.HasValue && !seenFrom {
				hasDefault[pair.Key] = true
			}
		}
	}
	for name := range sentinels {
		sentinels[name] = "dockmend-value"
	}
	for _, in := range doc.Instructions {
		typeArguments(doc, in, sentinels)
	}
	for _, in := range doc.Instructions {
		if in.Keyword != "from" {
			continue
		}
		for _, use := range facts.VariableUses(doc.Text(in.Span), doc.Escape) {
			if value, ok := sentinels[use.Name]; ok && !hasDefault[use.Name] && !use.HasDefault {
				defaults[use.Name] = value
			}
		}
	}
	return defaults, sentinels
}

// typeArguments gives the arguments that an instruction uses a value that fits
// where they stand. FROM has the last word, as the strictest.
func typeArguments(doc *dockerfile.Document, in *dockerfile.Instruction, sentinels map[string]string) {
	src := doc.Text(in.Span)
	if strings.IndexByte(src, '$') < 0 {
		return
	}
	for use, word := range usesIn(src, doc.Escape) {
		old, ok := sentinels[use.Name]
		if !ok {
			continue
		}
		if value := sentinelFor(in.Keyword, word); value != "" && (in.Keyword == "from" || old == "dockmend-value") {
			sentinels[use.Name] = value
		}
	}
}

// usesIn are the variables of an instruction, each with what stands before it without a
// blank between.
func usesIn(src string, escape byte) iter.Seq2[facts.VariableUse, string] {
	return func(yield func(facts.VariableUse, string) bool) {
		start, seen := 0, 0
		for _, use := range facts.VariableUses(src, escape) {
			if i := strings.LastIndexAny(src[seen:use.Start], " \t\n"); i >= 0 {
				start = seen + i + 1
			}
			seen = use.Start
			if !yield(use, src[start:use.Start]) {
				return
			}
		}
	}
}

// sentinelFor is a value for a variable in an instruction; word is what stands before it
// without a blank between.
func sentinelFor(keyword, word string) string {
	switch keyword {
	case "from":
		switch {
		case strings.HasPrefix(word, "--platform="):
			return "linux/amd64"
		case strings.Contains(word, "@"):
			return "sha256:4242424242424242424242424242424242424242424242424242424242424242"
		case strings.Contains(word, ":"):
			return "42.42"
		case word == "":
			return "dockmend.example/base:42"
		}
		return "dockmend"
	case "expose":
		return "4242"
	case "stopsignal":
		return "SIGINT"
	case "user":
		return "4242"
	case "workdir", "volume", "copy", "add":
		switch {
		case strings.HasPrefix(word, "--chown="), strings.HasPrefix(word, "--chmod="):
			return "755"
		case strings.HasPrefix(word, "--"):
			return "dockmend.example/base:42"
		}
		return "dockmend/path"
	case "healthcheck":
		return "42s"
	}
	return ""
}
