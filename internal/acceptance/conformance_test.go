package acceptance

import (
	"bufio"
	"encoding/json"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/buildcontext"
	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/suppress"
)

// conformanceFile holds cases that describe hadolint's behaviour: a code, a
// Dockerfile, whether the code is said of it, and a configuration.
const conformanceFile = "../../../shared/conformance/hadolint-dev.jsonl"

// agreement is the share of cases in which the preset hadolint says the same.
const agreement = 0.99

type conformanceCase struct {
	Code, Dockerfile, Name string
	Catch                  bool
	Config                 json.RawMessage
}

// deviations are the cases that differ on purpose, by code and name, with the
// reason.
var deviations = map[string]string{
	"DL3009 warn: BuildKit cache mount to apt lists directory only":              "the mount covers the lists, and they are all that the rule is about",
	"DL3010 catch: copy archive then extract windows paths 2":                    "Docker splits this COPY at the blanks in spite of the quotes",
	"DL3060 ok when omitting yarn cache clean in stage that is not reused later": "an ONBUILD is for the images that are built on this one, whatever this file does",
	"DL3025 warn on HEALTHCHECK CMD shell notation":                              "a HEALTHCHECK without any FROM; with one it is found",
}

// shippedOff are codes that hadolint has and does not say by default; their cases
// are about what they say once they are on.
var shippedOff = []string{"DL1001", "DL3057"}

// TestConformance asks of each case whether a finding carries hadolint's code.
func TestConformance(t *testing.T) {
	file, err := os.Open(conformanceFile)
	if err != nil {
		t.Skip("the cases that describe hadolint are not beside the project: parity was not tested")
	}
	defer func() { _ = file.Close() }()
	only := os.Getenv("DOCKMEND_CONFORMANCE")
	total, same, recommended := 0, 0, 0
	wrong := map[string]int{}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c conformanceCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if only != "" && only != c.Code {
			continue
		}
		total++
		if c.says(t, "recommended") == c.Catch {
			recommended++
		}
		if c.says(t, "hadolint") == c.Catch {
			same++
			continue
		}
		wrong[c.Code]++
		key := c.Code + " " + c.Name
		if _, known := deviations[key]; !known {
			t.Errorf("%s: said %t, want %t\n%s%s", key, !c.Catch, c.Catch, c.Dockerfile, c.Config)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d of %d cases agree under the preset hadolint, %d under recommended", same, total, recommended)
	for _, code := range slices.Sorted(maps.Keys(wrong)) {
		t.Logf("%s: %d differ", code, wrong[code])
	}
	if float64(same) < agreement*float64(total) {
		t.Errorf("%d of %d cases agree, want %.0f %%", same, total, agreement*100)
	}
}

func (c conformanceCase) says(t *testing.T, preset string) bool {
	t.Helper()
	catalog := rules.All()
	cfg := &config.Config{}
	if slices.Contains(shippedOff, c.Code) && string(c.Config) == "null" && preset == "hadolint" {
		c.Config = json.RawMessage(`{"override": {"info": ["` + c.Code + `"]}}`)
	}
	if string(c.Config) != "null" {
		var err error
		if cfg, _, err = config.ParseHadolint(".hadolint.yaml", c.Config, catalog.Metas()); err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
	}
	set, err := cfg.Resolve(catalog.Metas(), config.Flags{Presets: []string{preset}})
	if err != nil {
		t.Fatalf("%s: %v", c.Name, err)
	}
	checker := &engine.Checker{Catalog: catalog, Settings: set.Settings(), Suppress: suppress.Options{DisableHadolint: cfg.DisableHadolintIgnores}}
	result := engine.Run(t.Context(), checker, []engine.File{{
		Path: "Dockerfile", Context: buildcontext.None(), Policy: set.For("Dockerfile"),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(c.Dockerfile)), nil },
	}}, 1)
	for _, p := range result.Problems {
		t.Errorf("%s: %s\n%s", c.Name, p.Message, c.Dockerfile)
	}
	return slices.ContainsFunc(result.Diagnostics, func(d *lint.Diagnostic) bool { return d.Counts() && slices.Contains(d.Aliases(), c.Code) })
}
