package prove

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// TestPlainRunIsNotRefused: what is left out of a compilation changes nothing of what
// BuildKit says of a file, in the cases of all rules and in what is odd about RUN.
func TestPlainRunIsNotRefused(t *testing.T) {
	archives, err := filepath.Glob("../../testdata/rules/dockerfile/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("%d archives, %v", len(archives), err)
	}
	files := []string{
		"FROM scratch\nRUN a\n", "FROM a\nRUN []\n", "FROM a\nRUN [\"\"]\n", "FROM a\nRUN [\"a\", 1]\n", "FROM a\nRUN [ a\n",
		"FROM a\nRUN $\n", "FROM a\nRUN ${\n", "FROM a\nRUN ${A:?}\n", "FROM a\nRUN 'a\n", "FROM a\nRUN a \\\n# c\n\n b\nEXPOSE x\n", "FROM a\nRUN \"\"\n",
		"FROM a\nSHELL [\"\"]\nRUN a\n", "FROM a\nUSER $A\nRUN a\nWORKDIR $B\nRUN b\n", "FROM a AS b\nRUN a\nFROM b\nCOPY --from=b /x /y\nEXPOSE x\n",
		"FROM --platform=windows/amd64 a\nRUN a\n", "RUN a\nFROM a\n", "FROM a\nONBUILD RUN a\nRUN --mount=type=x a\nRUN b\n", "FROM a\nRUN <<EOF\na\nEOF\nRUN b\n",
	}
	for _, archive := range archives {
		src, err := os.ReadFile(archive)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range txtar.Parse(src).Files {
			if strings.HasPrefix(strings.ToLower(filepath.Base(f.Name)), "dockerfile") {
				files = append(files, string(f.Data))
			}
		}
	}
	compared, refused := 0, 0
	for _, file := range files {
		src := []byte(file)
		doc := facts.NewDockerfile(facts.ParseDockerfile(&lint.Source{Bytes: src, Lines: text.NewLineIndex(src)}))
		c := &compilation{ctx: t.Context(), doc: doc}
		p := part{instructions: doc.Instructions, out: map[*dockerfile.Instruction]bool{}}
		for _, s := range doc.Stages() {
			for _, in := range s.Instructions {
				if isPlainRun(in) {
					p.out[in] = true
				}
			}
		}
		if len(p.out) == 0 {
			continue
		}
		v := variant{base: plainBase, arch: "amd64", all: true}
		whole, cut := v.refuses(c.ctx, src), v.refuses(c.ctx, c.without(p, len(p.instructions), func(int) bool { return false }))
		if said(whole) != said(cut) {
			t.Errorf("%q: %q, and without its commands %q", file, said(whole), said(cut))
		}
		if compared++; whole != nil {
			refused++
		}
	}
	t.Logf("%d files compared, %d of them refused", compared, refused)
	if compared < 500 || refused < 5 {
		t.Errorf("%d files compared, %d of them refused: too few", compared, refused)
	}
}

func said(err error) string {
	if err == nil {
		return ""
	}
	return refusalReason(err)
}
