package facts_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

func TestProgramAt(t *testing.T) {
	tests := []struct {
		words           []string
		program, runner int
	}{
		{[]string{"uvicorn", "app:app"}, 0, -1},
		{[]string{"uv", "run", "--no-sync", "uvicorn", "app:app"}, 3, 0},
		{[]string{"/bin/tini", "--", "poetry", "run", "gunicorn"}, 4, 2},
		{[]string{"python3.13", "-m", "flask", "run"}, 2, -1},
		{[]string{"uv", "run"}, 0, -1},
		{[]string{"uv"}, 0, -1},
	}
	for _, tt := range tests {
		if program, runner := facts.ProgramAt(tt.words); program != tt.program || runner != tt.runner {
			t.Errorf("ProgramAt(%q) = %d, %d, want %d, %d", tt.words, program, runner, tt.program, tt.runner)
		}
	}
}

func TestIsDevelopmentName(t *testing.T) {
	for name, want := range map[string]bool{
		"compose.yaml": false, "compose.dev.yaml": true, "docker-compose.override.yml": true, "compose.override.prod.yaml": false,
		"dev/compose.yaml": true, "examples/web/api/compose.yaml": true, "contest/compose.yaml": false, "/srv/shop/compose.yaml": false, "": false,
	} {
		if got := facts.IsDevelopmentName(name); got != want {
			t.Errorf("IsDevelopmentName(%q) = %v, want %v", name, got, want)
		}
	}
}

func TestURLPassword(t *testing.T) {
	for word, want := range map[string]string{
		"postgres://app:hunter22@db/app": "hunter22", "postgres://app@db/app": "", "http://web:8080/a@b": "", "a:b@c": "",
	} {
		if got, _ := facts.URLPassword(word); got != want {
			t.Errorf("URLPassword(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestEnvironments(t *testing.T) {
	tests := []struct {
		src  string
		want []string
	}{
		{"FROM a AS b\nWORKDIR /app\nRUN uv sync --locked\nFROM b\nWORKDIR web\nRUN npm ci\n", []string{"/app/.venv", "/app/web/node_modules"}},
		{"FROM a\nWORKDIR /app\nCOPY --from=b /x/.venv .venv\n", []string{"/app/.venv"}},
		{"FROM a\nENV UV_PROJECT_ENVIRONMENT=/opt/venv\nWORKDIR /app\nRUN uv sync\n", []string{"/opt/venv"}},
		{"FROM a\nARG D\nWORKDIR $D\nRUN npm ci\n", nil},
		{"FROM a\nWORKDIR /app\nRUN cd web && npm ci\n", nil},
		{"FROM a\nWORKDIR /app\nRUN npm install -g x && npm install left-pad\n", nil},
		{"FROM a\nWORKDIR /app\nRUN npm ci && mv node_modules /\n", nil},
	}
	for _, tt := range tests {
		d := facts.NewDockerfile(dockerfile.Parse([]byte(tt.src)))
		if diff := cmp.Diff(tt.want, d.Final().Environments()); diff != "" && len(tt.want)+len(d.Final().Environments()) > 0 {
			t.Errorf("%q (-want +got)\n%s", tt.src, diff)
		}
	}
}
