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

func TestDockerfilesInBakeFiles(t *testing.T) {
	const head = "target \"a\" {\n  dockerfile-inline = "
	tests := []struct{ name, src, want string }{
		{"here-document", head + "<<EOT\nFROM x\nbad\nEOT\n}\n", "4 d"},
		{"indented", head + "<<-EOT\n    FROM x\n      bad\n  EOT\n}\n", "4 d"},
		{"carriage returns", head + "<<EOT\r\nFROM x\r\nbad\r\nEOT\r\n}\r\n", "4 d"},
		{"interpolated", "variable \"V\" { default = \"x\" }\n" + head + "<<EOT\nFROM ${V}\nbad\nEOT\n}\n", ""},
		{"escaped", head + "<<EOT\nFROM $${V}\nbad\nEOT\n}\n", ""},
		{"quoted", head + "\"FROM x\\nbad\\n\"\n}\n", ""},
		{"silenced", head + "<<EOT\n# dockmend ignore=d -- why\nbad\nEOT\n}\n", "-4 d"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := everyKind()
			c.Bake = nil
			if got := saidBy(t, c, lint.TargetBake, tt.src); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
