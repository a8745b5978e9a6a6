package facts

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/text"
	"github.com/google/go-cmp/cmp"
)

func parseCompose(src string) *Compose {
	return NewCompose(compose.Parse([]byte(src), text.NewLineIndex([]byte(src))))
}

const shop = `x-base: &base
  restart: unless-stopped
  environment: {TZ: UTC, LEVEL: info}
services:
  web:
    <<: *base
    build: {context: ./web, additional_contexts: {shared: "service:base"}}
    image: example/web:${TAG:-1.2}
    environment: ["A=1", B, "A=${X:-2}"]
    ports: ["127.0.0.1:8080:80"]
    volumes: ["./web:/srv", "data:/data:ro", "${DIR}:/x", /anonymous]
    depends_on: {db: {condition: service_healthy}, migrate: {condition: service_completed_successfully}}
    networks: [front, lost]
    secrets: [{source: key}, absent]
    deploy: {replicas: 2, resources: {limits: {memory: 1g}}}
  migrate:
    image: example/web:1.2
    depends_on: [db]
    pids_limit: -1
  db:
    <<: *base
    image: docker.io/library/postgres:17
    profiles: [db]
    network_mode: service:ghost
  base:
    image: alpine@sha256:aaaa
    links: ["web:www"]
    extends: {service: db}
    profiles: [a, b]
networks: {front: , idle: }
volumes: {data: }
secrets: {key: {file: k}, spare: {external: true}}
`

func TestComposeServices(t *testing.T) {
	f := parseCompose(shop)
	var got []string
	for _, s := range f.All() {
		image, _ := s.Image()
		replicas, _ := s.Replicas()
		got = append(got, fmt.Sprintf("%s %s|%s job=%v db=%q source=%v restart=%v mem=%v pids=%v replicas=%d built=%v",
			s.Name, image.Name(), image.Tag, s.IsJob(), s.Database(), s.MountsSource(), s.HasRestartPolicy(), s.MemoryLimited(), s.PidsLimited(), replicas, f.Builds(image)))
	}
	want := []string{
		`web example/web|1.2 job=false db="" source=true restart=true mem=true pids=false replicas=2 built=true`,
		`migrate example/web|1.2 job=true db="" source=false restart=false mem=false pids=false replicas=1 built=true`,
		`db postgres|17 job=false db="postgres" source=false restart=true mem=false pids=false replicas=1 built=false`,
		`base alpine| job=false db="" source=false restart=false mem=false pids=false replicas=1 built=false`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got = nil
	for _, kv := range f.Named("web").Env() {
		got = append(got, fmt.Sprintf("%s=%s %v at %q", kv.Key, kv.Value.Text, kv.Value.Exists(), f.File.Text(kv.KeySpan)))
	}
	if diff := cmp.Diff([]string{`A=2 true at "A"`, `B= false at "B"`}, got); diff != "" {
		t.Error(diff)
	}
	if kv, ok := f.Named("db").Getenv("LEVEL"); !ok || kv.Value.Text != "info" {
		t.Error("the environment of an anchor is not found")
	}
	for pair, want := range map[string]bool{"web base": true, "db base": false, "base base": true} {
		a, b, _ := strings.Cut(pair, " ")
		if got := f.Named(a).MayRunWith(f.Named(b)); got != want {
			t.Errorf("%s may run together: %v", pair, got)
		}
	}
}

func TestComposeGraph(t *testing.T) {
	f := parseCompose(shop)
	var got []string
	for _, e := range f.Edges() {
		got = append(got, fmt.Sprintf("%d %s>%s %v %q", e.Kind, e.From.Name, e.To, e.Target != nil, f.File.Text(e.Span)))
	}
	want := []string{
		`0 web>db true "db"`, `0 web>migrate true "migrate"`, `5 web>base true "\"service:base\""`, `0 migrate>db true "db"`,
		`3 db>ghost false "service:ghost"`, `1 base>web true "\"web:www\""`, `4 base>db true "db"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if n := len(f.Dependants(f.Named("db"))); n != 2 {
		t.Errorf("%d services start after db", n)
	}
	if c := f.Cycles(); c != nil {
		t.Errorf("circles %v", c)
	}
	f = parseCompose("services:\n  a: {image: x, depends_on: [b, c]}\n  b: {image: x, links: [d]}\n  c: {image: x, depends_on: [c]}\n  d: {image: x, pid: 'service:b'}\n")
	got = nil
	for _, cycle := range f.Cycles() {
		names := ""
		for _, e := range cycle {
			names += e.From.Name + ">" + e.To + " "
		}
		got = append(got, names)
	}
	if diff := cmp.Diff([]string{"b>d d>b ", "c>c "}, got); diff != "" {
		t.Error(diff)
	}
}

func TestComposeResources(t *testing.T) {
	f := parseCompose(shop)
	var got []string
	for _, section := range []string{"networks", "volumes", "secrets", "configs"} {
		for _, u := range f.Undefined(section) {
			got = append(got, section+" undefined "+u.Name+" "+f.File.Text(u.Span))
		}
		for _, r := range f.Unused(section) {
			got = append(got, fmt.Sprintf("%s unused %s %v", section, r.Name, r.External))
		}
	}
	want := []string{"networks undefined lost lost", "networks unused idle false", "secrets undefined absent absent", "secrets unused spare true"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestComposePurpose(t *testing.T) {
	plain := "services: {a: {image: x}}\n"
	tests := []struct {
		name, src             string
		fragment, development bool
	}{
		{"compose.yaml", plain, false, false},
		{"deploy/docker-compose.prod.yml", plain, false, false},
		{"compose.override.yaml", plain, true, true},
		{"docker-compose.dev.yml", plain, false, true},
		{"tests/compose.yaml", plain, false, true},
		{"latest/compose.yaml", plain, false, false},
		{"compose.yaml", "services: {a: {environment: [A=b]}}\n", true, false},
		{"compose.yaml", "include: [b.yaml]\nservices: {a: {image: x}}\n", true, false},
		{"compose.yaml", "services: {a: {build: ., volumes: ['.:/app']}}\n", false, true},
		{"compose.yaml", "services: {a: {build: ., volumes: ['./data:/data']}}\n", false, false},
		{"compose.yaml", "services: {a: {build: ., develop: {watch: []}}}\n", false, true},
	}
	for _, tt := range tests {
		f := parseCompose(tt.src)
		if got := f.IsFragment(tt.name); got != tt.fragment {
			t.Errorf("%s %q is a fragment: %v", tt.name, tt.src, got)
		}
		if got := f.IsDevelopment(tt.name); got != tt.development {
			t.Errorf("%s %q is for development: %v", tt.name, tt.src, got)
		}
	}
}

func TestComposeDuration(t *testing.T) {
	f := parseCompose("a: [1m30s, 10, 1d, 1d2h, x, '${Y}', '${Y:-5s}', ms]\n")
	want := map[int]time.Duration{0: 90 * time.Second, 1: 10 * time.Second, 2: 24 * time.Hour, 3: 26 * time.Hour, 6: 5 * time.Second}
	for i, v := range f.Values(f.View.Get(f.Root, "a")) {
		d, ok := Duration(v)
		if expected, known := want[i]; ok != known || d != expected {
			t.Errorf("%s is %v, %v", v.Raw, d, ok)
		}
	}
}
