package text_test

import (
	"testing"

	"github.com/dockmend/dockmend/internal/text"
)

func TestWithoutGuess(t *testing.T) {
	for message, want := range map[string]string{
		"unknown instruction: rm (did you mean cmd?)": "unknown instruction: rm",
		"a (did you mean b?): c":                      "a: c",
		"a (did you mean":                             "a (did you mean",
		"a (did you mean b":                           "a",
		"nothing":                                     "nothing",
	} {
		if got := text.WithoutGuess(message); got != want {
			t.Errorf("%q: got %q, want %q", message, got, want)
		}
	}
}
