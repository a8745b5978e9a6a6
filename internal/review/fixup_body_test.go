package review

import (
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/lint"
)

// TestChangeRows holds that a reader sees one row for one edit, and images as
// people write them.
func TestChangeRows(t *testing.T) {
	digest := strings.Repeat("ab", 32)
	pin := func(rule, title, was string, effect lint.Effect) FixupChange {
		return FixupChange{
			Rule: &lint.Meta{ID: rule, Title: title}, Title: "name the version that it is today", Safe: true,
			Proof: lint.Proof{Effect: effect, Details: []string{"source docker-image://" + was + " -> source docker-image://docker.io/library/node:25.2.1@sha256:" + digest}},
		}
	}
	untagged := pin("untagged-image", "no tag", "docker.io/library/node:latest", lint.EffectRepin)
	bare := pin("image-not-pinned-by-digest", "no digest", "docker.io/library/node:latest", lint.EffectRepin)
	other := pin("image-not-pinned-by-digest", "no digest", "quay.io/team/node:1", lint.EffectRepin)
	unsafe := bare
	unsafe.Safe = false
	config := FixupChange{Rule: &lint.Meta{ID: "a", Title: "b"}, Title: "écrire", Safe: true, Proof: lint.Proof{Effect: lint.EffectConfig, Details: []string{"Cmd: x -> y"}}}
	nothing := FixupChange{Rule: &lint.Meta{ID: "a", Title: "b"}, Title: "c", Safe: true, Proof: lint.Proof{Effect: lint.EffectNone}}

	rows := changeRows(PlannedFile{FixupFile: FixupFile{
		Path: "api/Dockerfile", Changes: []FixupChange{untagged, bare, other, unsafe, config, nothing, nothing, untagged, bare},
	}})
	want := []string{
		"untagged-image`](" + lint.Site + "rules/untagged-image/)<br>[`image-not-pinned-by-digest`]",
		"| same image under another name: `quay.io/team/node:1` is `node:25.2.1` |",
		"| **not safe**: same image",
		"| Écrire | same build steps, and only the image's configuration changes: Cmd |",
		"| C | same build steps, same image configuration |",
		"| C | same build steps, same image configuration |",
		"<br>", // the same edit at another place
	}
	if len(rows) != len(want) {
		t.Fatalf("%d rows, want %d:\n%s", len(rows), len(want), rows)
	}
	for i, row := range rows {
		if !strings.Contains(row, want[i]) || !strings.HasPrefix(row, "| `api/Dockerfile` | ") {
			t.Errorf("row %d lacks %q:\n%s", i, want[i], row)
		}
	}
	if !strings.Contains(rows[0], "| Name the version that it is today | same image under another name: `node:latest` is `node:25.2.1` | [") {
		t.Error(rows[0])
	}
}
