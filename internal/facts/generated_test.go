package facts_test

import (
	"testing"

	"github.com/dockmend/dockmend/internal/facts"
)

// TestGeneratedHead: a head names what made the file, or forbids to edit it; a file that
// people wrote from an example does not.
func TestGeneratedHead(t *testing.T) {
	for head, want := range map[string]bool{
		"# This file is auto generated from its template, see the tools repository.\nFROM a\n": true,
		"# Generated from template, edit that one.\nFROM a\n":                                  true,
		"# Rendered out of Dockerfile.j2\nFROM a\n":                                            true,
		"# DO NOT EDIT\nFROM a\n":                                                              true,
		"# copied from the example in docs/start.yaml\nFROM a\n":                               false,
		"# Build the assets from source, then the server.\nFROM a\n":                           false,
		"FROM a\n# generated from template\n":                                                  false,
	} {
		if _, got := facts.GeneratedHead([]byte(head)); got != want {
			t.Errorf("%q: got %v, want %v", head, got, want)
		}
	}
}
