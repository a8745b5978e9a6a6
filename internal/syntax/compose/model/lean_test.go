package model

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// forms has each form of a key that is not asked about, and some that look like it.
const forms = `
name: app
services:
  web:
    image: nginx:${TAG:-1}
    build: {context: ., dockerfile: Dockerfile, target: run, args: {A: 1}}
    restart: always
    hostname: web
    user: "1000"
    working_dir: /srv
    stop_signal: SIGINT
    runtime: runc
    pull_policy: always
    environment: [A=1, "B=${B}", C]
    labels: {a.b: c, d: 1}
    command: serve --port=80
    entrypoint: [sh, -c, "echo $$A"]
    env_file: [a.env, b.env]
    profiles: [one, two]
    cap_add: [NET_ADMIN]
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    ports: ["80:80", "127.0.0.1:81:81/udp", 82]
    expose: ["90", 91]
    tty: true
    stop_grace_period: 30s
    shm_size: 64m
    healthcheck: {test: [CMD, "true"], interval: 30s, retries: 3}
    logging: {driver: json-file, options: {max-size: 10m}}
    networks: [front]
    volumes: ["./a:/a:ro", "data:/data", /cache]
    container_name: web-one
    depends_on: [db, cache]
  db:
    image: postgres
    environment: {A: "1"}
    network_mode: host
    x-note: {a: [b]}
    depends_on: {cache: {condition: service_started, required: true}}
  cache: {image: redis, platform: linux/amd64}
networks:
  front: {driver: bridge, internal: true}
  back: {external: true, name: other}
volumes:
  data:
  logs: {driver: local, name: logs}
x-any: {a: [1, b]}
`

// odd are values to put where another one stands.
var odd = []any{
	nil, "", " ", 0, -1, 70000, true, "true", "no", "$", "$$", "${", "${A", "${A:-}", "${A:?no}", "${A-b}", "${A:x}", "a b", "a:b", "a:b:c:d", ":", "a=b", "=", "'",
	"(a", "a|b", "8080-8090", "0", "65536", "/", "..", "web", "db", "cache", "front", "host", "service:db", "1.5g", "1h", "1d", "a\nb", "ä",
	map[string]any{}, []any{}, map[string]any{"a": "b"}, []any{"a"}, []any{"a", "a"}, []any{nil}, map[string]any{"condition": "service_healthy"},
}

// TestLeanIsRefusedAlike: what Refuses says without the loader is what the loader says, for
// each odd value in the place of each value, and where an item is there twice, a key is
// gone or another one is beside it.
func TestLeanIsRefusedAlike(t *testing.T) {
	content, err := Decode([]byte(forms))
	if err != nil {
		t.Fatal(err)
	}
	put, err := puts(content, unset)
	if err != nil || lean(content, put.(Content)) != nil || Refusal(content, nil, true) != nil {
		t.Fatalf("the plain forms are not plain: %v, %v, %v", err, lean(content, put.(Content)), Refusal(content, nil, true))
	}
	unasked, asked, refused := 0, 0, 0
	try := func(what string, changed Content) {
		put, err := puts(changed, unset)
		const every = 11 // of those that the loader is asked about anyway, with less
		whole := (asked+unasked)%2 == 0
		isAsked := err != nil || whole && lacks(put.(Content)) || lean(changed, put.(Content)) != nil
		if isAsked {
			asked++
		} else {
			unasked++
		}
		if isAsked && asked%every != 0 || testing.Short() && (asked+unasked)%3 != 0 {
			return
		}
		reason := Refusal(changed, nil, whole)
		if got := Refuses(changed, nil, whole); got != (reason != nil) {
			t.Errorf("%s, whole %v: refused is %v, the loader says %v", what, whole, got, reason)
		}
		if reason != nil {
			refused++
		}
	}
	eachPlace(content, nil, func(at []string) {
		for _, value := range odd {
			try(fmt.Sprintf("%s is %#v", strings.Join(at, "."), value), changed(content, at, func(any) any { return value }).(Content))
		}
		try(strings.Join(at, ".")+" is gone or twice", changed(content, at[:len(at)-1], func(v any) any {
			if items, ok := v.([]any); ok {
				return append(slices.Clone(items), items[0])
			}
			out := maps.Clone(v.(map[string]any))
			delete(out, at[len(at)-1])
			return out
		}).(Content))
	})
	others := map[string]any{
		"scale": 2, "deploy": map[string]any{"replicas": 2}, "network_mode": "host", "tmpfs": "/a", "links": []any{"db"}, "pre_start": []any{map[string]any{"command": "a"}},
		"provider": map[string]any{"type": "a"}, "x-develop": "a", "extends": "db", "volumes_from": []any{"web"}, "secrets": []any{"a"}, "develop": "a", "unknown": 1,
	}
	for _, key := range slices.Sorted(maps.Keys(others)) {
		for _, name := range []string{"web", "db", "cache"} {
			try(name+" has "+key, changed(content, []string{"services", name, key}, func(any) any { return others[key] }).(Content))
		}
	}
	t.Logf("the loader was not asked about %d, asked about %d, and refused %d", unasked, asked, refused)
	if unasked < 1000 || asked < 1000 || refused < 50 {
		t.Errorf("the loader was not asked about %d, asked about %d, and refused %d: too few", unasked, asked, refused)
	}
}

// eachPlace calls for the way to each value of a content.
func eachPlace(value any, at []string, visit func(at []string)) {
	if len(at) > 0 {
		visit(at)
	}
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			eachPlace(v[key], append(slices.Clone(at), key), visit)
		}
	case []any:
		for i, item := range v {
			eachPlace(item, append(slices.Clone(at), strconv.Itoa(i)), visit)
		}
	}
}

// changed is a content with another value at a place; what is on the way is copied.
func changed(value any, at []string, change func(any) any) any {
	if len(at) == 0 {
		return change(value)
	}
	switch v := value.(type) {
	case map[string]any:
		out := maps.Clone(v)
		out[at[0]] = changed(v[at[0]], at[1:], change)
		return out
	case []any:
		out := slices.Clone(v)
		i, _ := strconv.Atoi(at[0])
		out[i] = changed(v[i], at[1:], change)
		return out
	}
	panic("no way to " + strings.Join(at, ".") + " in a " + reflect.TypeOf(value).String())
}
