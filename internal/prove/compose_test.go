package prove_test

import (
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/prove"
)

func TestCompose(t *testing.T) {
	web := func(lines string) string { return "services:\n  web:\n    image: nginx:1.29\n" + lines }
	tests := []struct {
		name, before, after string
		want                lint.Effect
		details             string
	}{
		{"comment", web(""), "# why\n" + web(""), lint.EffectNone, ""},
		{"version", "version: \"3\"\n" + web(""), web(""), lint.EffectNone, ""},
		{"quotes", web("    ports:\n      - 8080:80\n"), web("    ports:\n      - \"8080:80\"\n"), lint.EffectNone, ""},
		{"long form", web("    depends_on: [db]\n  db: {image: a}\n"), web("    depends_on: {db: {condition: service_started}}\n  db: {image: a}\n"), lint.EffectNone, ""},
		{"restart", web(""), web("    restart: always\n"), lint.EffectConfig, `services.web.restart: none -> "always"`},
		{
			"loopback", web("    ports: [\"80:80\"]\n"), web("    ports: [\"127.0.0.1:80:80\"]\n"), lint.EffectConfig,
			`services.web.ports[0].host_ip: none -> "127.0.0.1"`,
		},
		{"in a profile", web("    profiles: [x]\n"), web("    profiles: [x]\n    init: true\n"), lint.EffectConfig, `services.web.init: none -> true`},
		{
			"only where a variable is set", web("    restart: ${R-no}\n"), web("    restart: ${R:-no}\n"), lint.EffectNone, "",
		},
		{
			"a default", web("    user: ${U:-1}\n"), web("    user: ${U:-2}\n"), lint.EffectConfig, `services.web.user: "1" -> "2"`,
		},
		{
			"a variable lost", web("    user: ${U:-a}\n"), web("    user: a\n"), lint.EffectConfig, `services.web.user: "1" -> "a"`,
		},
		{"name", "name: a\n" + web(""), "name: b\n" + web(""), lint.EffectConfig, `name: "a" -> "b"`},
		{"include", "include: [other.yaml]\n" + web(""), web(""), lint.EffectConfig, `include: [{"path":"other.yaml"}] -> none`},
		{"includes others, as before", "include: [other.yaml]\n" + web(""), "include: [other.yaml] # x\n" + web(""), lint.EffectNone, ""},
		{
			"extends", web("    extends: {file: ../../etc/passwd, service: a}\n"), web(""), lint.EffectConfig,
			`services.web.extends: {"file":"../../etc/passwd","service":"a"} -> none`,
		},
		{"wants a port", web("    ports: [\"${P}:80\"]\n"), web("    ports: [\"${P}:80\"]\n    init: true\n"), lint.EffectConfig, `services.web.init: none -> true`},
		{"wants a password", web("    environment: {P: \"${P:?}\"}\n"), "# why\n" + web("    environment: {P: \"${P:?}\"}\n"), lint.EffectNone, ""},
		{"a default beside what is wanted", web("    user: ${U:-2}${P:?}\n"), web("    user: ${U:-3}${P:?}\n"), lint.EffectConfig, `services.web.user: "21" -> "31"`},
		{"loads with defaults overruled only", web("    ports: [\"${P:-x}\"]\n"), web("    ports: [\"${P:-y}\"]\n"), lint.EffectUnknown, ""},
		{"takes away", web("    ports: !reset []\n"), web(""), lint.EffectUnknown, ""},
		{"does not load", web("    nonsense: 1\n"), web(""), lint.EffectUnknown, ""},
		{"no YAML", "a: [\n", web(""), lint.EffectUnknown, ""},
		{"broken", web(""), web("    nonsense: 1\n"), lint.EffectUnknown, ""},
		{"broken YAML", web(""), web("    x: [\n"), lint.EffectUnknown, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := prove.NewCompose(prove.ComposeFile{Src: []byte(tt.before)}, prove.Budget, nil).Compare(t.Context(), []byte(tt.after))
			if v.Effect != tt.want || strings.Join(v.Details, "; ") != tt.details {
				t.Errorf("effect %s, details %q, reason %q; want %s %q", v.Effect, v.Details, v.Reason, tt.want, tt.details)
			}
			if v.Broken != strings.HasPrefix(tt.name, "broken") || (v.Reason == "") == (v.Effect == lint.EffectUnknown) {
				t.Errorf("broken %v, reason %q", v.Broken, v.Reason)
			}
		})
	}
}

// TestComposeReadsNothing: env files and label files that are not there are no
// reason, since nobody looks for them.
func TestComposeReadsNothing(t *testing.T) {
	src := "services:\n  web:\n    image: a\n    env_file: /nowhere/a.env\n    label_file: [/nowhere/b]\n    build: ../../x\nsecrets:\n  s: {file: /nowhere/s}\n"
	v := prove.NewCompose(prove.ComposeFile{Src: []byte(src)}, prove.Budget, nil).Compare(t.Context(), []byte("# x\n"+src))
	if v.Effect != lint.EffectNone {
		t.Errorf("%+v", v)
	}
}
