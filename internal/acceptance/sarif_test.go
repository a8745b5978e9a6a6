package acceptance

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/report"
)

// sarifOf is a result as SARIF, checked against the standard's schema
// (testdata/sarif, from Microsoft's SARIF Multitool).
func sarifOf(t *testing.T, r *lint.Result) []byte {
	t.Helper()
	w, err := report.New("sarif", report.Options{Version: "1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := w.Write(&b, r); err != nil {
		t.Fatal(err)
	}
	schema, err := jsonschema.NewCompiler().Compile("../../testdata/sarif/sarif-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(b.Bytes()))
	if err == nil {
		err = schema.Validate(document)
	}
	if err != nil {
		t.Fatalf("the SARIF report is not valid: %v", err)
	}
	return b.Bytes()
}

// identities are the fingerprints of a report's results, in order.
func identities(t *testing.T, document []byte) []string {
	t.Helper()
	var log struct {
		Runs []struct {
			Results []struct {
				Fingerprints        map[string]string
				PartialFingerprints map[string]string
			}
		}
	}
	if err := json.Unmarshal(document, &log); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, r := range log.Runs[0].Results {
		all = append(all, r.Fingerprints["dockmend/v1"]+" "+r.PartialFingerprints["primaryLocationLineHash"])
	}
	return all
}

// An alert stays the same alert when unrelated lines move it.
func TestSARIFStaysTheSame(t *testing.T) {
	src, err := os.ReadFile("../../testdata/example/Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	one := corpus{names: []string{"Dockerfile"}, files: [][]byte{src}}
	before := identities(t, sarifOf(t, one.lintAll(t)))
	one.files[0] = append([]byte(strings.Repeat("# a line that has nothing to do with it\n", 30)), src...)
	after := identities(t, sarifOf(t, one.lintAll(t)))
	if len(before) < 3 || strings.Join(before, "\n") != strings.Join(after, "\n") {
		t.Errorf("the fingerprints were\n%s\nand are, 30 lines further down,\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
	}
}

func TestSARIFOfCorpus(t *testing.T) {
	if len(identities(t, sarifOf(t, load(t).lintAll(t)))) == 0 {
		t.Error("the corpus has no results")
	}
}
