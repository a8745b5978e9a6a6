package discover

import "testing"

func TestTold(t *testing.T) {
	for _, tt := range []struct {
		name, before, after string
		same                bool
	}{
		{"Dockerfile", "FROM a\n", "CMD x\n", true},
		{"app.yaml", "apiVersion: v1\n", "apiVersion: v1\nkind: Pod\n", false},
		{"app.yaml", "kind: Pod\napiVersion: v1\n", "apiVersion: v1\nkind: Job\n", true},
		{"compose.yaml", "services: {a: {build: .}}\n", "services: {a: {build: {dockerfile: other}}}\n", false},
		{"compose.yaml", "services: {a: {build: {dockerfile: x}}}\n", "services: {a: {build: {dockerfile: x}, image: y}}\n", true},
		{"Dockerfile.go", "package x\n", "FROM x\n", false},
		{".gitignore", "a\n", "b\n", false},
		{".dockmend.yaml", "", "exclude: [a]\n", false},
		{"notes.txt", "a", "b", true},
	} {
		before, after := Told(tt.name, []byte(tt.before), []string{".dockmend.yaml"}), Told(tt.name, []byte(tt.after), []string{".dockmend.yaml"})
		if (before == after) != tt.same {
			t.Errorf("%s: %q tells %q, %q tells %q", tt.name, tt.before, before, tt.after, after)
		}
	}
}
