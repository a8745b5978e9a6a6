package engine_test

import (
	"testing"

	"github.com/dockmend/dockmend/internal/lint"
)

func TestDockerfilesInComposeFiles(t *testing.T) {
	const head = "services:\n  a:\n    build:\n      dockerfile_inline: "
	tests := []struct{ name, src, want string }{
		{"literal", head + "|\n        FROM x\n        bad\n", "6 d"},
		{"indicator and comment", head + "|- # why\n\n        FROM x\n          bad\n", "7 d"},
		{"indentation written", head + "|4\n          FROM x\n          bad\n", "6 d"},
		{"carriage returns", head + "|\r\n        FROM x\r\n        bad\r\n", "6 d"},
		{"doubled dollars before", head + "|\n        FROM x$$y\n        bad\n", "6 d"},
		{"folded", head + ">\n        FROM x\n        bad\n", ""},
		{"plain", head + "FROM bad\n", ""},
		{"once for an anchor", "x: &x\n  dockerfile_inline: |\n    FROM bad\nservices:\n  a: {build: *x}\n  b: {build: *x}\n", "3 d"},
		{"silenced", head + "|\n        # dockmend ignore=d -- why\n        bad\n        bad\n", "-6 d, 7 d"},
		{"silenced as a whole", "# dockmend ignore-file=d -- why\n" + head + "|\n        bad\n", "-6 d"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := everyKind()
			c.Compose = nil
			if got := saidBy(t, c, lint.TargetCompose, tt.src); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
