package prove

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// TestPlainRunIsNotRefused: what is left out of a compilation changes nothing of what
// BuildKit says of a file, in the cases of all rules and in what is odd about RUN.
func TestPlainRunIsNotRefused(t *testing.T) {
	files := append(dockerfilesOfRules(t), []string{
		"FROM scratch\nRUN a\n", "FROM a\nRUN []\n", "FROM a\nRUN [\"\"]\n", "FROM a\nRUN [\"a\", 1]\n", "FROM a\nRUN [ a\n",
		"FROM a\nRUN $\n", "FROM a\nRUN ${\n", "FROM a\nRUN ${A:?}\n", "FROM a\nRUN 'a\n", "FROM a\nRUN a \\\n# c\n\n b\nEXPOSE x\n", "FROM a\nRUN \"\"\n",
		"FROM a\nSHELL [\"\"]\nRUN a\n", "FROM a\nUSER $A\nRUN a\nWORKDIR $B\nRUN b\n", "FROM a AS b\nRUN a\nFROM b\nCOPY --from=b /x /y\nEXPOSE x\n",
		"FROM --platform=windows/amd64 a\nRUN a\n", "RUN a\nFROM a\n", "FROM a\nONBUILD RUN a\nRUN --mount=type=x a\nRUN b\n", "FROM a\nRUN <<EOF\na\nEOF\nRUN b\n",
	}...)
	compared, refused := 0, 0
	for _, file := range files {
		src := []byte(file)
		doc := parsed(src)
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

// dockerfilesOfRules are those in the cases of all rules.
func dockerfilesOfRules(t *testing.T) (files []string) {
	t.Helper()
	archives, err := filepath.Glob("../../testdata/rules/*/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("%d archives, %v", len(archives), err)
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
	return files
}

func parsed(src []byte) *facts.Dockerfile {
	return facts.NewDockerfile(facts.ParseDockerfile(&lint.Source{Bytes: src, Lines: text.NewLineIndex(src)}))
}

// TestPlainIsNotRefused: BuildKit takes all files that are called plain, whatever their
// arguments are given: those in the cases of all rules, those of the corpus, and each of
// many lines by itself.
func TestPlainIsNotRefused(t *testing.T) {
	files := dockerfilesOfRules(t)
	if corpus := os.Getenv("DOCKMEND_CORPUS"); corpus != "" {
		files = append(files, dockerfilesBelow(t, corpus)...)
	}
	values := []string{"", " ", "$", "${", "'", "\"", "\\", "a b", "/", "-", "0", "*", "\u00e4", "{}", "::", "A"}
	for _, head := range []string{"FROM %\n", "FROM a%\n", "FROM a:%\n", "FROM a AS %\nFROM b\nCOPY --from=% /a /b\n", "FROM a\nFROM b AS %\nCOPY --from=% /a /b\n", "ARG A=%\nFROM a\n", "ARG %\nFROM a\n", "RUN %\nFROM a\n"} {
		for _, v := range append(values, "scratch", "a", "b", "${A}", "$A") {
			files = append(files, strings.ReplaceAll(head, "%", v))
		}
	}
	for _, line := range []string{
		"WORKDIR %", "WORKDIR a%b", "USER %", "USER a:%", "VOLUME %", "VOLUME [\"%\"]", "EXPOSE %", "EXPOSE 80%", "EXPOSE 80/%", "ENV A=%", "ENV A %", "ENV %=a", "ENV A=a%b", "ENV A=\"%\"", "ENV A='%'",
		"LABEL A=%", "LABEL %=a", "ARG A=%", "ARG %", "ARG A=${%}", "COPY % b", "COPY a %", "COPY a% b/", "COPY --from=% a b", "COPY --chown=% a b", "COPY a b %", "CMD %", "CMD [\"%\"]", "ENTRYPOINT %", "MAINTAINER %", "RUN %", "COPY [\"a%\", \"b\"]",
	} {
		for _, v := range append(values, "git://a", "https://a/b.git", "github.com/a/b", "git@a:b", "a.git#b", "65536", "tcp", "${A:?b}", "${A:-b}", "$A", "${A}", "a[b", "..", "../..", "<<EOF", "a,b", "#") {
			files = append(files, "FROM a\nARG A\n"+strings.ReplaceAll(line, "%", v)+"\n")
		}
	}
	plain := 0
	for _, file := range files {
		doc := parsed([]byte(file))
		if len(doc.Stages()) == 0 || !isPlain(doc) {
			continue
		}
		plain++
		declared, _ := doc.ArgumentNames()
		for _, value := range append([]string{"none"}, values...) {
			v := variant{base: plainBase, arch: "amd64", all: true, args: map[string]string{}}
			for name := range declared {
				if value != "none" {
					v.args[name] = value
				}
			}
			if err := v.refuses(t.Context(), []byte(file)); err != nil {
				t.Errorf("%q with %q: %v", file, value, err)
			}
			if len(declared) == 0 {
				break
			}
		}
	}
	t.Logf("%d of %d are plain", plain, len(files))
	if plain < 1000 {
		t.Errorf("%d of %d are plain: too few", plain, len(files))
	}
}

// dockerfilesBelow are those of a folder.
func dockerfilesBelow(t *testing.T, folder string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || !strings.Contains(strings.ToLower(entry.Name()), "dockerfile") {
			return err
		}
		src, err := os.ReadFile(name)
		if err == nil && len(src) < 1<<16 && utf8.Valid(src) && !bytes.Contains(src, []byte{0}) {
			files = append(files, string(src))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func said(err error) string {
	if err == nil {
		return ""
	}
	return refusalReason(err)
}
