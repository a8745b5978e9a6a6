package audit_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/dockmend/dockmend/internal/audit"
)

// cycloneDXSchema is the schema of CycloneDX 1.6, which its Go module brings.
func cycloneDXSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/CycloneDX/cyclonedx-go").Output()
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	const at = "http://cyclonedx.org/schema/"
	for name, file := range map[string]string{
		"bom-1.6.schema.json": "bom-1.6.schema.json", "spdx.schema.json": "spdx.schema.json", "jsf-0.82.schema.json": "jsf-0.82.schemax.json",
	} {
		src, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), "schema", file))
		if err != nil {
			t.Fatal(err)
		}
		schema, err := jsonschema.UnmarshalJSON(strings.NewReader(string(src)))
		if err == nil {
			err = compiler.AddResource(at+name, schema)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	schema, err := compiler.Compile(at + "bom-1.6.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func validates(t *testing.T, schema *jsonschema.Schema, src string) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(src))
	if err == nil {
		err = schema.Validate(doc)
	}
	if err != nil {
		t.Errorf("%v\n%.400s", err, src)
	}
}

// An inventory has each reference once, and its formats agree.
func TestInventory(t *testing.T) {
	schema := cycloneDXSchema(t)
	const digest = "sha256:25c790f93c2243b361919620c069812319f614fd697e32e433402ae706a19ffd"
	hub := organisation(t, 8)
	hub.Org.Repos["r00001"].Files["one/Dockerfile"] = "FROM python:3.8\nFROM ghcr.io/acme/Base\nFROM debian:12@" + digest + "\nCOPY --from=python:3.8 a b\n"
	hub.Org.Repos["r00002"].Files["compose.yaml"] = "services:\n  a: {image: python:3.8}\n  b: {image: 'ghcr.io/acme/tool:1'}\n  c: {image: \"${NAME}\"}\n"
	corpora(t, hub)
	r := newAuditor(t, hub).must()
	var inventory struct {
		Images []audit.UsedImage
	}
	if err := json.Unmarshal([]byte(written(t, r, "images")), &inventory); err != nil {
		t.Fatal(err)
	}
	places, names := 0, map[string]audit.UsedImage{}
	for _, u := range inventory.Images {
		places += len(u.Places)
		names[u.Name+u.Digest] = u
	}
	if places != r.Summary.Images || places == 0 {
		t.Errorf("%d places, want %d", places, r.Summary.Images)
	}
	if os.Getenv("DOCKMEND_PROJECTS") == "" {
		if u := names["python:3.8"]; u.Repositories != 2 || len(u.Places) != 3 || !u.Ended || u.EndOfSupport != "2024-10-07" || u.PackageURL != "pkg:docker/python@3.8" {
			t.Errorf("python:3.8: %+v", u)
		}
		if u := names["debian:12"+digest]; u.PackageURL != "pkg:oci/debian@sha256:"+digest[7:]+"?repository_url=docker.io%2Flibrary%2Fdebian&tag=12" {
			t.Errorf("debian: %q", u.PackageURL)
		}
		if u := names["ghcr.io/acme/tool:1"]; u.PackageURL != "pkg:docker/acme/tool@1?repository_url=ghcr.io" {
			t.Errorf("ghcr.io/acme/tool:1: %+v", u)
		}
	}
	rows, err := csv.NewReader(strings.NewReader(written(t, r, "images-csv"))).ReadAll()
	if err != nil || len(rows) != places+1 {
		t.Errorf("%d rows of CSV for %d places, %v", len(rows), places, err)
	}
	bom := written(t, r, "cyclonedx")
	validates(t, schema, bom)
	if bom != written(t, r, "cyclonedx") {
		t.Error("the second bill of materials is another")
	}
	var components struct {
		Components []struct {
			Evidence struct{ Occurrences []any }
		}
	}
	if err := json.Unmarshal([]byte(bom), &components); err != nil || len(components.Components) != len(inventory.Images) {
		t.Errorf("%d components for %d images, %v", len(components.Components), len(inventory.Images), err)
	}
	for _, c := range components.Components {
		places -= len(c.Evidence.Occurrences)
	}
	if places != 0 {
		t.Errorf("%d places are not in the bill of materials", places)
	}
	t.Logf("%d images, %d references, valid CycloneDX 1.6 of %d bytes", len(inventory.Images), r.Summary.Images, len(bom))
}

// Whatever a repository writes, a bill of materials is valid and a spreadsheet gets no formula.
func TestHostileInventories(t *testing.T) {
	schema := cycloneDXSchema(t)
	for i, attack := range attacks() {
		if len(attack) > 1<<10 {
			attack = attack[:1<<10]
		}
		r := reportOf(t, []audit.Record{attacked(attack), {Repository: "acme/\U0010FFFF", State: audit.Audited, Images: []audit.Image{{Ref: attack}, {}}}})
		validates(t, schema, written(t, r, "cyclonedx"))
		rows, err := csv.NewReader(strings.NewReader(written(t, r, "images-csv"))).ReadAll()
		if err != nil || len(rows) != 4 {
			t.Errorf("%d: %d rows, %v", i, len(rows), err)
		}
		for _, cell := range rows[1] {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@") {
				t.Errorf("a formula: %.60q", cell)
			}
		}
		if err := json.Unmarshal([]byte(written(t, r, "images")), &struct{}{}); err != nil {
			t.Errorf("%s: %v", fmt.Sprint(i), err)
		}
	}
}
