package compose

import (
	"fmt"
	"strings"
	"testing"

	specified "github.com/compose-spec/compose-go/v2/schema"
	"github.com/dockmend/dockmend/internal/fuzzseed"
	"github.com/dockmend/dockmend/internal/syntax/compose/model"
	"github.com/google/go-cmp/cmp"
)

func TestTemplates(t *testing.T) {
	set := func(name string) (string, bool) {
		v, ok := map[string]string{"SET": "s", "EMPTY": ""}[name]
		return v, ok
	}
	tests := []struct {
		src, unset string
		known      bool
		given      string
	}{
		{"a", "a", true, "a"},
		{"$$a$", "$a$", true, "$a$"},
		{"$SET-${SET}", "$SET-${SET}", false, "s-s"},
		{"${SET:-a}b", "ab", true, "sb"},
		{"${EMPTY:-a}${EMPTY-a}", "aa", true, "a"},
		{"${X:-${SET:-b}}", "b", true, "s"},
		{"${X:-a:b/${Y-c}}d", "a:b/cd", true, "a:b/cd"},
		{"${X:?say so}", "${X:?say so}", false, "${X:?say so}"},
		{"${SET:+a}", "", true, "a"},
		{"${EMPTY+a}", "", true, "a"},
		{"$1 $ ${", "$1 $ ${", false, "$1 $ ${"},
		{"${X", "${X", false, "${X"},
		{"${X!}", "${X!}", false, "${X!}"},
		{"${X:-a", "${X:-a", false, "${X:-a"},
		{"$x_1y.z", "$x_1y.z", false, "$x_1y.z"},
	}
	for _, tt := range tests {
		tmpl := ParseTemplate(tt.src)
		unset, known := tmpl.Expand(nil)
		given, _ := tmpl.Expand(set)
		if unset != tt.unset || known != tt.known || given != tt.given {
			t.Errorf("%s: %q %v, given %q", tt.src, unset, known, given)
		}
		if err := agrees(tt.src); err != nil {
			t.Error(err)
		}
		for _, v := range tmpl.Variables() {
			if got := tt.src[v.Span.Start:v.Span.End]; got != v.String() {
				t.Errorf("%s: %q shows %q", tt.src, v, got)
			}
		}
	}
	if deep := ParseTemplate(strings.Repeat("${X:-", 5000) + strings.Repeat("}", 5000)); deep.Broken < 0 {
		t.Error("defaults are read without a bound")
	}
}

func TestPorts(t *testing.T) {
	tests := map[string]string{
		"80":                    "0-0 80-80 tcp all 0",
		`"8080:80"`:             "8080-8080 80-80 tcp all 0",
		"127.0.0.1:8080:80/udp": "8080-8080 80-80 udp loopback 0",
		`"[::1]:8080:80"`:       "8080-8080 80-80 tcp loopback 0",
		`"::1:8080:80"`:         "8080-8080 80-80 tcp loopback 0",
		"0.0.0.0:8080:80":       "8080-8080 80-80 tcp all 0",
		"127.0.0.1::80":         "0-0 80-80 tcp loopback 0",
		"9000-9002:8000-8002":   "9000-9002 8000-8002 tcp all 0",
		"9000-9002:80":          "9000-9002 80-80 tcp all 0",
		"9000-9001:8000-8002":   "9000-9001 8000-8002 tcp all 4",
		"9002-9000:80":          "0-0 80-80 tcp all 3",
		"70000:80":              "0-0 80-80 tcp all 2",
		"a:80":                  "0-0 80-80 tcp all 1",
		"300.1.1.1:1:2":         "1-1 2-2 tcp fixed 5",
		"${P:-80}:80":           "80-80 80-80 tcp all 0",
		"${P}:80":               "unknown",
		"'80:'":                 "80-80 0-0 tcp all 6",
		"{target: 80}":          "0-0 80-80 tcp all 0",
		"{target: 80, published: '8080-8081', host_ip: 127.0.0.1, protocol: UDP}": "8080-8081 80-80 udp loopback 0",
		"{published: 80}": "80-80 0-0 tcp all 6",
		"{target: $T}":    "unknown",
	}
	for src, want := range tests {
		ports := parse("services:\n  a:\n    ports:\n      - " + src + "\n").Services[0].Ports()
		if len(ports) != 1 {
			t.Errorf("%s: %d ports", src, len(ports))
			continue
		}
		p := ports[0]
		got := "unknown"
		if p.Known {
			scope := "fixed"
			if p.AllInterfaces() {
				scope = "all"
			} else if p.Loopback() {
				scope = "loopback"
			}
			got = fmt.Sprintf("%d-%d %d-%d %s %s %d", p.Published.First, p.Published.Last, p.Target.First, p.Target.Last, p.Protocol, scope, p.Problem)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", src, got, want)
		}
	}
}

func TestMounts(t *testing.T) {
	tests := []struct{ src, want string }{
		{"./a:/b", "3 ./a|/b|  \"./a\" \"/b\""},
		{"'./a:/b:ro,z'", "3 ./a|/b|ro,z ro \"./a\" \"/b\""},
		{"data:/b", "1 data|/b|  \"data\" \"/b\""},
		// As compose-go's isFilePath has it: the first character decides.
		{"data/x:/b", "1 data/x|/b|  \"data/x\" \"/b\""},
		{".psqlrc:/b", "3 .psqlrc|/b|  \".psqlrc\" \"/b\""},
		{"/b", "2 |/b|  \"/b\" \"/b\""},
		{"/a:/b:rshared", "4 /a|/b|rshared rshared \"/a\" \"/b\""},
		{"~/a:/b", "5 ~/a|/b|  \"~/a\" \"/b\""},
		{`C:\a:/b`, `6 C:\a|/b|  "C:\\a" "/b"`},
		{"${D:-./x}:/b", "3 ./x|/b|  \"${D:-./x}\" \"/b\""},
		{"${D}/y:/b", "0 unknown"},
		{"./${D}:/b", "3 unknown"},
		{"${D}", "0 unknown"},
		{"{type: bind, source: a, target: /b, read_only: true, bind: {propagation: shared}}", "3 a|/b|ro,shared ro shared \"a\" \"/b\""},
		{"{type: volume, source: a, target: /b}", "1 a|/b|  \"a\" \"/b\""},
		{"{type: volume, target: /b}", "2 |/b|  \"{type: volume, target: /b}\" \"/b\""},
		{"{type: tmpfs, target: /b}", "7 |/b|  \"{type: tmpfs, target: /b}\" \"/b\""},
	}
	for _, tt := range tests {
		d := parse("services:\n  a:\n    volumes:\n      - " + tt.src + "\n")
		mounts := d.Services[0].Mounts()
		if len(mounts) != 1 {
			t.Errorf("%s: %d mounts", tt.src, len(mounts))
			continue
		}
		m := mounts[0]
		got := fmt.Sprintf("%d unknown", m.Kind)
		if m.Known {
			flags := ""
			if m.ReadOnly {
				flags = "ro"
			}
			if p := m.Propagation(); p != "" {
				flags = strings.TrimSpace(flags + " " + p)
			}
			got = fmt.Sprintf("%d %s|%s|%s %s %q %q", m.Kind, m.Source, m.Target, strings.Join(m.Options, ","), flags, d.File.Text(m.SourceSpan), d.File.Text(m.TargetSpan))
		}
		if got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.src, got, tt.want)
		}
	}
}

const app = `x-env: &env {A: 1, B: "${B:-two}"}
x-base: &base
  healthcheck: &check {test: [CMD, curl, -f, x], interval: 5s}
  environment: *env
services:
  web:
    <<: *base
    build: {context: ./web, target: "${T:-prod}", args: [V=1, W], secrets: [s]}
    depends_on: {db: {condition: service_healthy, required: false}, q: }
    env_file: [.env, {path: x.env, required: false}]
    command: "run ${FLAGS} it"
    develop: {watch: [{action: sync, path: ., target: /app, ignore: [.venv]}]}
    secrets: [s, {source: t, target: /t}]
    networks: {front: {aliases: [w]}, back: }
    privileged: true
    read_only: "yes"
  worker:
    build: .
    depends_on: [web]
    healthcheck: {<<: *check, test: NONE, disable: false}
    env_file: .env
    entrypoint: []
    environment: {<<: *env, A: 2, C: }
`

// TestReset: what the tag takes away is no value.
func TestReset(t *testing.T) {
	d := parse("services:\n  a:\n    container_name: !reset x\n    image: !reset null\n    restart: always\n")
	s := d.Services[0]
	if s.Value("container_name").Exists() || s.Value("image").Exists() || !s.Value("restart").Exists() {
		t.Error("a value that !reset takes away is there")
	}
}

func TestServices(t *testing.T) {
	d := parse(app)
	web, worker := d.Service("web"), d.Service("worker")
	b, _ := web.Build()
	var got []string
	say := func(format string, args ...any) { got = append(got, fmt.Sprintf(format, args...)) }
	say("build %s %s %v args %s=%s %s=%v secret %s at %q", b.Context.Text, b.Target.Text, b.IsRemote(), b.Args[0].Key, b.Args[0].Value.Text,
		b.Args[1].Key, b.Args[1].Value.Exists(), b.Secrets[0].Name.Text, d.File.Text(b.Args[0].Value.Span))
	for _, s := range d.Services {
		for _, x := range s.DependsOn() {
			say("depends %s %s %v at %q", x.Service, x.Condition, x.Required, d.File.Text(x.Span))
		}
		for _, x := range s.EnvFiles() {
			say("env_file %s %v", x.Path.Text, x.Required)
		}
		for _, x := range s.Environment() {
			say("env %s=%s own=%v", x.Key, x.Value.Text, x.Pair.Key.Parent == s.Get("environment"))
		}
		h, _ := s.Healthcheck()
		say("health %v %v %s disabled=%v", h.Test.List, len(h.Test.Words), h.Interval.Text, h.Disabled)
		say("command %v %v own=%v", s.Command().Exists(), s.Entrypoint().Exists(), s.Owns(s.Entry("healthcheck")))
		for _, x := range s.Secrets() {
			say("secret %s %s", x.Name.Text, x.Target.Text)
		}
		for _, x := range s.Networks() {
			say("network %s %v", x.Name, x.Options != nil)
		}
		for _, x := range s.Watch() {
			say("watch %s %s %s %s", x.Action.Text, x.Path.Text, x.Target.Text, x.Ignore[0].Text)
		}
	}
	say("privileged %v read_only %v missing %v", web.Value("privileged").IsTrue(), web.Value("read_only").IsTrue(), worker.Value("privileged").Exists())
	for _, v := range d.Variables() {
		say("variable %s at %q", v.Name, d.File.Text(v.Span))
	}
	want := []string{
		`build ./web prod false args V=1 W=false secret s at "1"`,
		`depends db service_healthy false at "db"`, `depends q service_started true at "q"`,
		"env_file .env true", "env_file x.env false",
		"env A=1 own=true", "env B=two own=true",
		"health true 4 5s disabled=false", "command true false own=false",
		"secret s ", "secret t /t", "network front true", "network back true", "watch sync . /app .venv",
		`depends web service_started true at "web"`, "env_file .env true",
		"env A=2 own=true", "env C= own=true", "env B=two own=false",
		"health false 1 5s disabled=false", "command false true own=true",
		"privileged true read_only true missing false",
		`variable B at "${B:-two}"`, `variable T at "${T:-prod}"`, `variable FLAGS at "${FLAGS}"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestShapes(t *testing.T) {
	for src, want := range map[string]Shape{
		"services: {a: {image: x}}":                       Project,
		"services: {a: {extends: {service: b, file: c}}}": Project,
		"services: {a: {environment: [A=b]}}":             Fragment,
		"services: {a: {image: x}, b: {ports: [1]}}":      Fragment,
		"services: {a: {image: x}}\n---\nservices: {}":    Fragment,
		"x-a: {b: c}":                           Fragment,
		"networks: {a: }":                       Fragment,
		"include: [a.yaml]":                     Fragment,
		"version: '3'":                          Fragment,
		"services: [":                           Fragment,
		"web: {image: x}\ndb: {build: .}":       Version1,
		"a: b":                                  Foreign,
		"- a":                                   Foreign,
		"":                                      Foreign,
		"services: !reset":                      Fragment,
		"services: {a: !reset , b: {image: x}}": Project,
		"services: {a: &a {<<: *b}}\nx: &b {}":  Fragment, // an alias before its anchor is refused
		"x-b: &b {image: y}\nservices: {a: {<<: *b}, c: *b}": Project,
	} {
		if got := parse(src + "\n").Shape; got != want {
			t.Errorf("%q has shape %d, want %d", src, got, want)
		}
	}
}

func TestProblems(t *testing.T) {
	tests := []struct{ src, want string }{
		{"services: {a: {image: x}}", ""},
		{"services: {a: {imagee: x}}", `imagee: 0 known 94`},
		{"servces: {a: {image: x}}", `servces: 0 known 10`},
		{"services: {a: {image: x, build: {contxt: .}, privileged: [1]}}", `contxt: 0 known 25|privileged: 3 [boolean string]`},
		{"services: {a: {image: [x]}}", `image: 3 [string]`},
		{"services: {a: {image: x, ports: {a: b}}}", `ports: 3 [list]`},
		{"services: {a: {image: x, environment: 5}}", `5: 3 [mapping list]`},
		{"services: {a: {image: x, depends_on: {b: {condition: soon}}}}", `soon: 4 [service_started service_healthy service_completed_successfully]`},
		{"services: {a: {image: x, develop: {watch: [{path: a}]}}}", `path: 2 action`},
		{"services: {a: {image: x, read_only: \"${R}\", mem_limit: $M, depends_on: {b: {condition: $C}}}}", ""},
		{"services: {'a b': {image: x}}", `'a b': 1 a b`},
		{"services: {a: {image: x, x-y: z, healthcheck: {x-z: 1, retries: \"3\"}}}\nx-b: c", ""},
		{"services: {a: {image: x, deploy: {replicas: '2'}}}", ""},
		{"services: {a: {image: x, environment: [A, A]}}", ""},
		{"services: {a: }", "a: 3 [mapping]"},
		{"services: [a]", "services: 3 [mapping]"},
		{"services: {a: {image: x, ports: !reset }}", ""},
		{"x-c: &c {imagee: y}\nservices: {a: {<<: *c, image: x}}", `imagee: 0 known 94`},
		{"services: {a: {image: x, pull_policy: often, oom_score_adj: -2000, expose: [{a: b}]}}", `often: 5 [^(always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]+[wdhms])+)$]|-2000: 6 [at least -1000]|{a: b}: 3 [string number]`},
		{"services: {a: {image: x, provider: {type: y}}}\nmodels: {m: {model: z}}", ""},
	}
	for _, tt := range tests {
		d := parse(tt.src + "\n")
		problems, err := d.Problems()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range problems {
			detail := fmt.Sprint(p.Want)
			switch p.Kind {
			case UnknownKey:
				detail = fmt.Sprintf("known %d", len(p.Known))
			case MissingKey, BadName:
				detail = p.Key
			default:
			}
			got = append(got, fmt.Sprintf("%s: %d %s", d.File.Text(p.Span), p.Kind, detail))
		}
		if s := strings.Join(got, "|"); s != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.src, s, tt.want)
		}
	}
}

// TestSpecification holds the copy of the schema against the module's.
func TestSpecification(t *testing.T) {
	if string(specificationText) != specified.Schema {
		t.Error("compose-spec.json is not that of the compose-go in go.mod: copy schema/compose-spec.json from the module")
	}
	if _, err := readSchema([]byte(`{"type": "object", "maxItems": 3}`)); err == nil {
		t.Error("a keyword that is not understood is read over")
	}
	if _, err := readSchema([]byte(`{"$ref": "#/$defs/x"}`)); err == nil {
		t.Error("a definition that is not there is read over")
	}
}

// hostile are files that are small, or wrong, on purpose.
func hostile() map[string]string {
	keys := &strings.Builder{}
	keys.WriteString("services:\n")
	for i := range 100_000 {
		fmt.Fprintf(keys, "  k%d: {image: x}\n", i)
	}
	bomb := "x-a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c <= 'z'; c++ {
		bomb += fmt.Sprintf("x-%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat("*"+string(c-1)+",", 9), ","))
	}
	return map[string]string{
		"keys":             keys.String(),
		"bomb":             bomb + "services: {a: {image: x, command: *z}}\n",
		"circle":           "services: &s {a: {image: x, labels: *s}}\n",
		"merge circle":     "services:\n  a: &a {<<: *a, image: x}\n",
		"tab":              "services:\n\ta: {image: x}\n",
		"UTF-16":           "\xff\xfes\x00",
		"NUL":              "services: {a: {image: \"x\x00\"}}\n",
		"base 60":          "services: {a: {image: x, ports: [22:22, 1:30:59]}}\n",
		"extends a secret": "services: {a: {extends: {file: /etc/passwd, service: b}}, b: {extends: {file: ../../etc/passwd, service: b}}}\n",
		"includes":         "include: [/etc/passwd, ../../etc/passwd, https://example.com/compose.yaml, oci://example.com/x, compose.yaml]\nservices: {a: {image: x, env_file: /etc/passwd, label_file: /etc/passwd}}\n",
		"odd types":        "services: {a: [], b: 1, c: {ports: 1, volumes: {a: b}, build: [], depends_on: 3, environment: [[a], {b: c}], healthcheck: [], networks: [[]], secrets: {a: b}, command: {a: b}, develop: [], env_file: [{}], deploy: x}, ? [k] : v}\n",
		"deep default":     "services: {a: {image: \"" + strings.Repeat("${X:-", 2000) + "\"}}\n",
		"empty":            "",
	}
}

func TestHostile(t *testing.T) {
	wantErr := map[string]string{
		"keys": "more than 100000 keys and values", "tab": "a tab indents this line: YAML allows spaces only",
		"UTF-16": "the file is UTF-16: save it as UTF-8", "NUL": "a NUL byte is not allowed in YAML",
	}
	wantView := map[string]string{
		"bomb":   "aliases and merge keys stand for more than 200000 keys and values",
		"circle": "an anchor contains itself", "merge circle": "an anchor contains itself",
	}
	for name, src := range hostile() {
		t.Run(name, func(t *testing.T) {
			d := parse(src)
			if _, err := d.Problems(); err != nil {
				t.Error(err)
			}
			for _, s := range d.Services {
				touch(s)
			}
			d.Variables()
			d.Resources("networks")
			got, view := "", ""
			if d.File.Err != nil {
				got = d.File.Err.Message
			}
			if err := d.Endless(); err != nil {
				view = err.Message
			}
			if got != wantErr[name] || view != wantView[name] {
				t.Errorf("error %q, view %q", got, view)
			}
		})
	}
}

// TestModelReadsNothing shows that files which others name are not read, and
// that what Compose refuses is an error and no panic.
func TestModelReadsNothing(t *testing.T) {
	for name, src := range hostile() {
		if name == "keys" {
			continue // refused before, by Parse
		}
		m, err := model.Load([]byte(src), nil)
		if said := fmt.Sprint(m, err); strings.Contains(said, "root:") || strings.Contains(said, "no such file") {
			t.Errorf("%s: something was read: %s", name, said)
		}
	}
	m, err := model.Load([]byte(hostile()["includes"]), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := m["include"]; !ok {
		t.Errorf("include is gone: %v", m)
	}
}

func TestModel(t *testing.T) {
	load := func(src string, lookup func(string) (string, bool)) map[string]any {
		t.Helper()
		m, err := model.Load([]byte(src), lookup)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	short := load("version: '3'\nservices:\n  a:\n    image: x\n    ports: [\"${P:-8080}:80\"]\n    environment: [A=b]\n    restart: !reset always\n", nil)
	long := load("services: {a: {ports: [{target: 80, published: 8080, protocol: tcp, mode: ingress}], image: x, environment: {A: b}}}\n", nil)
	if diff := cmp.Diff(long, short); diff != "" {
		t.Error(diff)
	}
	other := load("services: {a: {image: x, ports: [\"${P:-8080}:80\"], environment: {A: b}}}\n", func(name string) (string, bool) { return "9090", name == "P" })
	if cmp.Equal(long, other) {
		t.Error("the value of a variable makes no difference")
	}
	for _, src := range []string{"", "- a\n", "services: {a: {imagee: x}}\n", "a: b\n---\nc: d\n", "services: {a: {image: $}\n", "services: {a: {image: \"${X:?}\"}}\n"} {
		if m, err := model.Load([]byte(src), nil); err == nil {
			t.Errorf("%q is %v", src, m)
		}
	}
}

func FuzzCompose(f *testing.F) {
	for _, s := range fuzzseed.Texts(f, "compose") {
		f.Add([]byte(s))
	}
	f.Add([]byte(app))
	for _, src := range hostile() {
		if len(src) < 5000 {
			f.Add([]byte(src))
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		d := parse(string(src))
		if _, err := d.Problems(); err != nil {
			t.Error(err)
		}
		for _, s := range d.Services {
			touch(s)
		}
		for _, v := range d.Variables() {
			if v.Span.Start < 0 || v.Span.End > len(src) || v.Span.End < v.Span.Start {
				t.Errorf("variable %s at %v", v.Name, v.Span)
			}
		}
	})
}
