package review

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What is decided here is decided for every platform alike: none is named, and what one
// has of its own is in Platform. The address of this project is the only exception.
func TestNoPlatformIsNamed(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil || len(names) == 0 {
		t.Fatalf("%q, %v", names, err)
	}
	platforms := regexp.MustCompile(`(?i)github|gitlab|bitbucket|gitea|forgejo`)
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if name == "neutral_test.go" {
			continue
		}
		text := strings.ReplaceAll(string(src), "github.com/dockmend/dockmend", "")
		for _, at := range platforms.FindAllStringIndex(text, -1) {
			t.Errorf("%s:%d names a platform: %s", name, strings.Count(text[:at[0]], "\n")+1, text[at[0]:at[1]])
		}
	}
}
