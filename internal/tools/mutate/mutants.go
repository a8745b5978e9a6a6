package main

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dockmend/dockmend/internal/fuzzseed"
)

// mutant is what one run is about: files by their paths.
type mutant map[string][]byte

// pool has the texts that are broken, by kind.
type pool map[string][][]byte

const (
	// longestSeed is how long a text of the corpus may be, longest a mutant, in bytes.
	longestSeed, longest = 16_000, 60_000
	// corpusTexts is how many texts of a kind are taken from a corpus.
	corpusTexts = 4000
)

// load reads the cases of the rules, and a corpus if there is one.
func load(corpus string) (pool, error) {
	p := pool{"config": configs(), "event": nil, "baseline": baselines()}
	for _, kind := range fileKinds() {
		names, err := filepath.Glob(filepath.Join("testdata", "rules", kind.rules, "*.txtar"))
		if err != nil || len(names) == 0 {
			return nil, errors.Join(errors.New("the cases of the rules are not in testdata: run this in the folder of the module"), err)
		}
		for _, name := range names {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				return nil, err
			}
			for _, f := range archive.Files {
				if kind.is(f.Name) && len(f.Data) > 0 {
					p[kind.rules] = append(p[kind.rules], f.Data)
				}
			}
		}
	}
	events, err := filepath.Glob("testdata/events/*.json")
	if err != nil {
		return nil, err
	}
	for _, name := range events {
		src, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		p["event"] = append(p["event"], src)
	}
	if corpus == "" {
		return p, nil
	}
	return p, p.walk(corpus)
}

// walk adds the files of a corpus.
func (p pool) walk(corpus string) error {
	count := map[string]int{}
	return filepath.WalkDir(corpus, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		i := slices.IndexFunc(fileKinds(), func(k fileKind) bool { return k.is(filepath.ToSlash(name)) })
		if i < 0 {
			return nil
		}
		kind := fileKinds()[i].rules
		info, err := d.Info()
		if err != nil || info.Size() == 0 || info.Size() > longestSeed || count[kind] == corpusTexts {
			return err
		}
		src, err := os.ReadFile(name) //nolint:gosec // the corpus that was named
		p[kind] = append(p[kind], src)
		count[kind]++
		return err
	})
}

// fileKind is a kind of file that is linted.
type fileKind struct {
	rules, name string
	// share is how many of a hundred mutants are of it.
	share int
	is    func(name string) bool
}

func fileKinds() []fileKind {
	base := func(name string) string { return strings.ToLower(name[strings.LastIndex(name, "/")+1:]) }
	isYAML := func(name string) bool { return strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml") }
	return []fileKind{
		{"dockerfile", "Dockerfile", 50, func(name string) bool { return strings.HasPrefix(base(name), "dockerfile") }},
		{"compose", "compose.yaml", 28, func(name string) bool { return isYAML(name) && strings.Contains(base(name), "compose") }},
		{"ignorefile", ".dockerignore", 8, func(name string) bool { return strings.HasSuffix(name, ".dockerignore") }},
		{"workflow", ".github/workflows/w.yml", 7, func(name string) bool { return isYAML(name) && strings.Contains(name, "workflows/") }},
		{"kubernetes", "m.yaml", 7, isYAML},
	}
}

// mutants makes n mutants for a mode, the same ones for the same numbers.
func (p pool) mutants(m mode, seed, batch uint64, n int) []mutant {
	random := rand.New(rand.NewPCG(seed, batch<<8|uint64(len(m.name)))) //nolint:gosec // the same each time
	all := make([]mutant, n)
	for i := range all {
		all[i] = m.make(p, random)
	}
	return all
}

// file is a broken file of any kind, with another one beside it now and then.
func (p pool) file(random *rand.Rand) mutant {
	at := random.IntN(100)
	kinds := fileKinds()
	i := 0
	for ; at >= kinds[i].share; i++ {
		at -= kinds[i].share
	}
	x := mutant{kinds[i].name: p.broken(kinds[i].rules, random)}
	if random.IntN(5) > 0 {
		return x
	}
	for kind, name := range map[string]string{"dockerfile": "Dockerfile", "ignorefile": ".dockerignore"} {
		neighbour := map[string]string{"compose": "dockerfile", "dockerfile": "ignorefile"}[kinds[i].rules]
		if x[name] == nil && kind == neighbour {
			x[name] = p.broken(kind, random)
		}
	}
	return x
}

// pick takes one text of a kind.
func (p pool) pick(kind string, random *rand.Rand) []byte { return p[kind][random.IntN(len(p[kind]))] }

// common are the words that no format knows, and every reader meets.
func common() []string {
	return []string{
		"\x00", "\xff", "\uFEFF", "\r\n", "\r", "\n", "\u2028", "\u0085", "\U0001F468\u200d", strings.Repeat("\u0301", 5), "\x1b[31m", "%00",
		strings.Repeat("9", 30), "-1", strings.Repeat(" ", 50), "\xc0\x80", "\xed\xa0\x80", "{{", "}}",
	}
}

// broken is a text of a kind with a few changes.
func (p pool) broken(kind string, random *rand.Rand) []byte {
	b := slices.Clone(p.pick(kind, random))
	words := dictionary(kind)
	for range []int{1, 1, 2, 3, 5, 10}[random.IntN(6)] {
		b = p.change(b, kind, words, random)
	}
	return b[:min(len(b), longest)]
}

func dictionary(kind string) []string {
	switch kind {
	case "config", "baseline", "event":
		return slices.Concat(fuzzseed.Words("compose"), []string{"rules:\n", "  DL3007: off\n", "overrides:\n", "exclude: ['**']\n", "null", "{}", "[]", "1e999"})
	}
	return fuzzseed.Words(kind)
}

// change makes one change.
func (p pool) change(b []byte, kind string, words []string, random *rand.Rand) []byte {
	at := random.IntN(len(b) + 1)
	until := func(n int) int { return min(at+n, len(b)) }
	switch op := random.IntN(11); op {
	case 0:
		if at < len(b) {
			b[at] ^= 1 << random.IntN(8)
		}
		return b
	case 1, 2:
		return slices.Insert(b, at, []byte(words[random.IntN(len(words))])...)
	case 3:
		return slices.Insert(b, at, []byte(common()[random.IntN(len(common()))])...)
	case 4:
		return slices.Delete(b, at, until([]int{1, 2, 5, 20, 100}[random.IntN(5)]))
	case 5: // a part of it again, elsewhere
		part := slices.Clone(b[at:until(random.IntN(400))])
		return slices.Insert(b, random.IntN(len(b)+1), part...)
	case 6: // a part of another one
		other := p.pick(kind, random)
		from := random.IntN(len(other) + 1)
		return slices.Insert(b, at, other[from:min(from+[]int{10, 50, 300}[random.IntN(3)], len(other))]...)
	case 7:
		if random.IntN(4) == 0 {
			return b[:at]
		}
	case 8:
		if random.IntN(3) == 0 {
			return bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n"))
		}
	case 9: // another mark in the place of one
		const marks = "\"'[]{}()<>$\\:#-&*|`=,;@"
		if i := bytes.IndexAny(b[at:], marks); i >= 0 {
			b[at+i] = marks[random.IntN(len(marks))]
		}
		return b
	}
	return lines(b, random)
}

// lines changes whole lines.
func lines(b []byte, random *rand.Rand) []byte {
	all := bytes.Split(b, []byte("\n"))
	i, j := random.IntN(len(all)), random.IntN(len(all))
	switch random.IntN(6) {
	case 0:
		all = slices.Delete(all, i, i+1)
	case 1:
		all = slices.Insert(all, i, all[j])
	case 2:
		all[i], all[j] = all[j], all[i]
	case 3:
		all[i] = bytes.TrimLeft(all[i], " \t")
	case 4:
		all[i] = append([]byte("  "), all[i]...)
	case 5:
		all[i] = bytes.Repeat(all[i], 2+random.IntN(9))
	}
	return bytes.Join(all, []byte("\n"))
}

// configs are the configurations that are broken.
func configs() [][]byte {
	texts := []string{
		"extends: [strict]\nfail-on: warning\nexclude: [\"vendor/**\", \"**/*.bak\"]\nrules:\n  latest-tag: off\n  unpinned-image: {severity: error}\n" +
			"overrides:\n  - paths: [\"test/**\"]\n    rules: {final-user-root: off}\nfix: {unsafe: true, exclude: [a]}\npin: {mode: digest, cooldown-days: 3}\n",
		"labels:\n  required: {org.opencontainers.image.source: url}\n  strict: true\nregistries: {trusted: [docker.io]}\ntemplates: lint\npreview: true\n",
		"pull-request: {branch: a, base: main, labels: [x], draft: true}\nas-of: 2025-01-01\n",
	}
	var all [][]byte
	for _, text := range texts {
		all = append(all, []byte(text))
	}
	return append(all, []byte("ignored: [DL3006, SC2046]\ntrustedRegistries: [docker.io]\noverride: {error: [DL3001]}\nlabel-schema: {a: text}\nfailure-threshold: error\n"))
}
