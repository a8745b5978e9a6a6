package facts

import (
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/fuzzseed"
	"github.com/dockmend/dockmend/internal/lint"
)

// TestNestedDevcontainer: one that nests too deep is not read, since the parser calls
// itself for each level.
func TestNestedDevcontainer(t *testing.T) {
	list := "{\"dockerComposeFile\": [\"a.yaml\", \"b.yaml\"], \"x\": "
	for content, want := range map[string]int{list + "[[1]]}": 1, list + strings.Repeat("[", 3<<20): 0} {
		if got := readDevcontainer(lint.NewSource("devcontainer.json", []byte(content))); len(got.lists) != want {
			t.Errorf("%.40q: %d lists, want %d", content, len(got.lists), want)
		}
	}
}

// FuzzTexts reads what strangers write of builds and of Compose files: each answer is
// bounded by the text, and names places in it.
func FuzzTexts(f *testing.F) {
	for _, kind := range []string{"compose", "workflow"} {
		for _, text := range fuzzseed.Texts(f, kind) {
			f.Add(text)
		}
	}
	for _, text := range []string{
		"FILES := -f a.yaml\nup:\n\tdocker compose $(FILES) -f b/c.yaml up; podman-compose up\n", "COMPOSE_FILE=a.yaml:${X}/b.yaml\n",
		"{\"dockerComposeFile\": [\"../a.yaml\", /**/ \"${localWorkspaceFolder}/b.yaml\",]}", "docker build \\\n  -t a/b \\\n  .\nA = a/b\npush $(A)\n",
		"additional_contexts:\n  - a=docker-image://x\ntags: |\n  a/b:1\n", "#!/bin/sh\nset -e\n. ./env.sh\nexec \"$@\"\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, src string) {
		if len(src) > maxTextSize {
			return
		}
		texts := []*composeText{readDevcontainer(lint.NewSource("a/devcontainer.json", []byte(src)))}
		for _, name := range []string{"Makefile", "a/b/run.sh", "a/.env"} {
			texts = append(texts, readComposeText(name, src))
		}
		words := 0
		for _, x := range texts {
			for _, l := range x.lists {
				words += len(l.words)
			}
		}
		if words > len(texts)*(len(src)+1)*maxLoadVariables {
			t.Errorf("%d words of %d bytes", words, len(src))
		}
		loads := &composeLoads{}
		for _, x := range texts {
			loads.add(x)
		}
		for _, lists := range loads.lists {
			for _, l := range lists {
				l.resolve("a/c.yaml")
			}
		}
		text := &buildText{name: "a.yaml", src: src}
		for _, image := range []string{"a/b", "alpine:3", "a"} {
			text.builds(ParseImage(image))
			text.namesContext(image)
		}
		for n, above := range text.above() {
			if above >= n {
				t.Errorf("line %d is under line %d", n, above)
			}
		}
		if s := ReadScript(lint.NewSource("a.sh", []byte(src))); s != nil {
			for _, c := range s.Calls {
				_ = s.TextOf(c.Call)
			}
		}
	})
}
