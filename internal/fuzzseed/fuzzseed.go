// Package fuzzseed gives the fuzz targets of the module their first inputs: the
// files of the rules' cases, and texts made of the words of a format. Only tests
// import it.
package fuzzseed

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

const (
	// cases is how many files of the rules' cases a target begins with. All of them
	// run before the first mutation.
	cases = 96
	// longest is the most bytes of such a file. Go's fuzzer changes a few bytes at a
	// time, so that short inputs are tried in more ways.
	longest = 1 << 10
	// made is how many texts are made of words, each of so many words.
	made, words = 32, 24
)

// Texts are the first inputs of a target that reads files of a kind: "dockerfile",
// "compose", "ignorefile", "kubernetes" or "workflow". They are the same each time.
func Texts(tb testing.TB, kind string) []string {
	tb.Helper()
	names, err := filepath.Glob(filepath.Join(root(tb), "testdata", "rules", kind, "*.txtar"))
	if err != nil || len(names) == 0 {
		tb.Fatalf("no cases of kind %q: %v", kind, err)
	}
	var all []string
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			tb.Fatal(err)
		}
		for _, f := range archive.Files {
			if base := filepath.Base(f.Name); len(f.Data) > 0 && len(f.Data) <= longest && base != "want" && base != "fixed" {
				all = append(all, string(f.Data))
			}
		}
	}
	var seeds []string
	for i := range min(cases, len(all)) {
		seeds = append(seeds, all[i*len(all)/min(cases, len(all))])
	}
	random := rand.New(rand.NewPCG(1, uint64(len(kind)))) //nolint:gosec // the same each time
	for range made {
		var b strings.Builder
		for range words {
			b.WriteString(Words(kind)[random.IntN(len(Words(kind)))])
		}
		seeds = append(seeds, b.String())
	}
	return seeds
}

// Few are some of Texts that are short, for a target that tries much with each.
func Few(tb testing.TB, kind string) []string {
	tb.Helper()
	const most, size = 16, 200
	var few []string
	for _, text := range Texts(tb, kind) {
		if len(text) <= size && len(few) < most {
			few = append(few, text)
		}
	}
	return few
}

// Splice puts words of a format into a text, as seed says; nothing for 0. So a
// fuzzer that knows bytes alone also tries whole words, wherever they stand.
func Splice(kind, text string, seed uint64) string {
	list := Words(kind)
	for ; seed != 0; seed >>= 24 {
		word := list[int(seed&0xFF)%len(list)]
		at := int(seed>>8&0xFFFF) % (len(text) + 1)
		text = text[:at] + word + text[at:]
	}
	return text
}

// Words is the dictionary of a format: what its reader takes apart.
func Words(kind string) []string {
	switch kind {
	case "dockerfile":
		return []string{
			"FROM alpine:3.20 AS a\n", "FROM a\n", "FROM --platform=$BUILDPLATFORM a\n", "RUN ", "COPY --from=a ",
			"COPY --chown=a:b ", "ADD ", "ARG A=$A\n", "ENV A=${A:-b} ",
			"USER a\n", "WORKDIR a\n", "CMD [\"a\", \"b\"]\n", "ENTRYPOINT a\n", "SHELL [\"bash\", \"-c\"]\n", "ONBUILD ",
			"HEALTHCHECK CMD ", "VOLUME [\"/a\"]\n", "EXPOSE 80/tcp ",
			"LABEL a=b ", "STOPSIGNAL KILL\n", "# syntax=docker/dockerfile:1\n", "# escape=`\n", "# check=skip=all\n",
			"# dockmend ignore=DL3006\n", "# hadolint ignore=DL3006\n",
			"<<EOF\n", "EOF\n", "<<-\"E\" ", "--mount=type=cache,target=/a ", " \\\n", " && ", " | ", "; ", "$(", "`", ")",
			"\"", "'", "${", "}", "[", "]", "\\", "\r\n", "\t", "\x00", "\xff", "\uFEFF",
			"apt-get update", " apt-get install -y a=1 ", "pip install a ", "npm ci ", "curl -k https://a ", "cd /a ", "sudo ",
			"chmod 777 /a ", "rm -rf /var/lib/apt/lists/* ",
		}
	case "ignorefile":
		return []string{
			"*", "**", "/", "**/", "!", "a", ".git", "\\", "[", "]", "[a-z]", "?", "#", " ", "\n", "\r\n", "\t",
			"\uFEFF", "\x00", "\xff", "..", "# dockmend ignore=all\n",
		}
	default:
		return []string{
			"services:\n", "  a:\n", "    image: a:1\n", "    build: .\n", "    ports: [\"80:80\"]\n", "    environment:\n",
			"      A: b\n", "    volumes: [./a:/b]\n", "    depends_on: [a]\n",
			"    extends: {service: a}\n", "volumes: {a: }\n", "networks:\n", "secrets:\n", "x-a: &a ", "*a", "<<: *a\n", "? ",
			": ", "- ", "[", "]", "{", "}", ", ", "|\n", ">-\n", "---\n", "...\n", "# c\n",
			"!!str ", "!reset ", "\"", "'", "\\x41", "${A:-b}", "$$", "\r\n", "\r", "\n", "  ", "\t", "\uFEFF", "\u0085",
			"\u2028", "\x00", "\xff", "~", "null", "0x1F", "1e3", "@", "`", "%YAML 1.2\n",
			"apiVersion: v1\n", "kind: Pod\n", "spec:\n", "  containers:\n", "on: push\n", "jobs:\n", "    steps:\n",
			"    - run: docker build .\n", "    - uses: docker/build-push-action@v5\n", "${{ a }}",
			"# dockmend ignore=all\n",
		}
	}
}

// root is the folder of the module.
func root(tb testing.TB) string {
	tb.Helper()
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		above := filepath.Dir(dir)
		if above == dir {
			tb.Fatal("no go.mod above the test")
		}
		dir = above
	}
}
