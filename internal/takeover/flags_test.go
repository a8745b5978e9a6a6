package takeover

import "testing"

func TestCommand(t *testing.T) {
	for word, want := range map[string]string{
		"check": "dockmend lint", "Dockerfile": "dockmend lint Dockerfile", "svc/app": "dockmend lint svc/app", ".": "dockmend lint .",
		"-": "dockmend lint -", "compose.yaml": "dockmend lint compose.yaml", "lnt": "", "help": "",
	} {
		if got := Command(word); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}
