package main

import (
	"fmt"
	"strings"
)

func composeShapes() []shape {
	return []shape{
		is("cp_services", 500, service("    image: a:1\n")),
		is("cp_services_many_fields", 300, service("    image: a:1\n    privileged: true\n    ports: [8080:80, 3306:3306]\n"+
			"    volumes: [/var/run/docker.sock:/x, .:/a]\n    environment: {A: b, PASSWORD: x}\n    restart: always\n    depends_on: [s0]\n")),
		is("cp_depends_chain", 300, compose("services:\n  s0: {image: a:1}\n«  s{i+1}: {image: \"a:1\", depends_on: [s{i}]}\n»")),
		is("cp_depends_dag", 50, func(n int) map[string]string { return dependencies(n, func(i int) int { return i }) }),
		is("cp_depends_all", 50, func(n int) map[string]string { return dependencies(n, func(int) int { return n }) }),
		is("cp_merge", 300, compose("x-a: &a\n  image: a:1\n  restart: always\nservices:\n«  s{i}:\n    <<: *a\n»")),
		is("cp_merge_chain", 50, func(n int) map[string]string {
			return map[string]string{"compose.yaml": expand("x-0: &a0 {image: a:1}\n«x-{i+1}: &a{i+1}\n  <<: *a{i}\n  k{i}: v\n"+
				"»", n) + fmt.Sprintf("services:\n  s: {<<: *a%d}\n", n)}
		}),
		is("cp_laughs", 3, func(n int) map[string]string {
			return laughs(n, "[x,x,x,x,x,x,x,x,x]", "[%s]", "command")
		}),
		is("cp_laughs_merge", 3, func(n int) map[string]string {
			return laughs(n, "{a: 1, b: 2}", "{<<: [%s]}", "environment")
		}),
		is("cp_flow_nest", 1000, compose("services: {s: {image: a:1, command: «[»«]»}}\n")),
		is("cp_block_nest", 1000, blockNest),
		is("cp_extends_chain", 100, compose("services:\n  s0: {image: a:1, ports: [\"1:1\"]}\n«  s{i+1}: {extends: {service: s{i}}}\n»")),
		is("cp_anchors_extends_env", 50, compose("services:\n  s0: {image: a:1, environment: {A0: x}}\n"+
			"«  s{i+1}: {extends: {service: s{i}}, environment: {A{i}: x}}\n»")),
		is("cp_dup_keys", 1000, compose("services:\n  s:\n    image: a:1\n«    restart: always\n»")),
		is("cp_unknown_keys", 1000, compose("services:\n  s:\n    image: a:1\n«    imag{i}: x\n»")),
		is("cp_multidoc", 300, compose("«services: {s: {image: \"a:1\"}}\n---\n»")),
		is("cp_long_scalar", 20000, compose("services: {s: {image: \"a:1\", command: \"«a »\"}}\n")),
		is("cp_block_scalar", 5000, compose("services:\n  s:\n    image: a:1\n    command: |\n«      a b c\n»")),
		is("cp_interp_nested", 10, compose("services: {s: {image: \"a:«${A:-»x«}»\"}}\n")),
		is("cp_interp_long", 2000, compose("services: {s: {image: \"a:1\", command: \"«$A ${B} »\"}}\n")),
	}
}

// dependencies has n services of which each depends on the first few.
func dependencies(n int, few func(i int) int) map[string]string {
	var b strings.Builder
	b.WriteString("services:\n")
	for i := range n {
		names := make([]string, few(i))
		for j := range names {
			names[j] = fmt.Sprintf("s%d", j)
		}
		fmt.Fprintf(&b, "  s%d: {image: \"a:1\", depends_on: [%s]}\n", i, strings.Join(names, ","))
	}
	return map[string]string{"compose.yaml": b.String()}
}

// laughs has n anchors, of which each holds nine times the one before it.
func laughs(n int, first, form, key string) map[string]string {
	var b strings.Builder
	fmt.Fprintf(&b, "x-0: &a0 %s\n", first)
	for i := 1; i < n; i++ {
		aliases := strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i-1), 9), ",")
		fmt.Fprintf(&b, "x-%d: &a%d %s\n", i, i, fmt.Sprintf(form, aliases))
	}
	fmt.Fprintf(&b, "services: {s: {image: \"a:1\", %s: *a%d}}\n", key, n-1)
	return map[string]string{"compose.yaml": b.String()}
}

// blockNest has n mappings in each other. More than 1500 levels would make it
// grow with the square of n by itself.
func blockNest(n int) map[string]string {
	var b strings.Builder
	b.WriteString("x-a:\n")
	for i := range min(n, 1500) {
		b.WriteString(strings.Repeat(" ", i+1) + "a:\n")
	}
	return map[string]string{"compose.yaml": b.String() + "services: {s: {image: \"a:1\"}}\n"}
}

func composeFieldShapes() []shape {
	const s = "services:\n  s:\n    image: a:1\n"
	return []shape{
		is("cp_ports", 1000, compose(s+"    ports:\n«      - \"{i+1}:{i+1}\"\n»")),
		is("cp_ports_services", 500, service("    image: a:1\n    ports: [\"{i+1}:80\"]\n")),
		is("cp_ports_same", 500, service("    image: a:1\n    ports: [\"80:80\"]\n")),
		is("cp_port_ranges", 200, service("    image: a:1\n    ports: [\"1-65535:1-65535\"]\n")),
		is("cp_env", 2000, compose(s+"    environment:\n«      A{i}: x\n»")),
		is("cp_env_secrets", 1000, compose(s+"    environment:\n«      PASSWORD_{i}: hunter{i}\n»")),
		is("cp_env_interp", 1000, compose(s+"    environment:\n«      A{i}: ${B{i}:-x}\n»")),
		is("cp_env_dups_services", 500, service("    image: a:1\n    environment: [A=1, A=2, PASSWORD=$X]\n")),
		is("cp_volumes", 1000, compose(s+"    volumes:\n«      - v{i}:/d{i}\n»volumes:\n«  v{i}:\n»")),
		is("cp_volumes_shared", 500, compose("services:\n«  s{i}:\n    image: a:1\n    volumes: [\"v:/d\", \"./x:/y\"]\n»volumes: {v: }\n")),
		is("cp_networks", 500, compose("services:\n«  s{i}:\n    image: a:1\n    networks: [n{i}]\n»networks:\n«  n{i}:\n»")),
		is("cp_unused", 500, compose("services: {s: {image: \"a:1\"}}\nvolumes:\n«  v{i}:\n»networks:\n«  n{i}:\n»configs:\n"+
			"«  c{i}: {file: x}\n»")),
		is("cp_undefined", 500, compose("services:\n«  s{i}:\n    image: a:1\n    volumes: [w{i}:/x]\n    networks: [m{i}]\n"+
			"    depends_on: [q{i}]\n»volumes:\n«  v{i}:\n»")),
		is("cp_secrets", 500, compose("services:\n«  s{i}:\n    image: a:1\n    secrets: [n{i}]\n»secrets:\n«  n{i}: {file: ./x}\n»")),
		is("cp_profiles", 500, compose(s+"    profiles: [p«,p{i}»]\n")),
		is("cp_labels", 1000, compose(s+"    labels:\n«      a.b{i}: x\n»")),
		is("cp_ext_keys", 1000, compose("«x-{i}: {a: b}\n»services: {s: {image: \"a:1\"}}\n")),
		is("cp_healthcheck", 500, service("    image: a:1\n    healthcheck: {test: curl -f http://localhost || exit 1, interval: 1s}\n"+
			"    command: sh -c \"a && b\"\n")),
		is("cp_links", 500, service("    image: a:1\n    links: [s0, s1]\n    container_name: x\n")),
	}
}

func composeNearShapes() []shape {
	shell := func(lines int) string { return alpine + strings.Repeat("RUN echo a\n", lines) + "EXPOSE 80\nUSER a\n" }
	return []shape{
		is("cp_extends_files", 50, with(several(map[string]string{"compose.yaml": "services:\n  s: {extends: {file: c0.yaml, service: s}}\n"}),
			"c{i}.yaml", "services:\n  s: {extends: {file: c{i+1}.yaml, service: s}}\n")),
		is("cp_include_each_other", 20, func(n int) map[string]string { return includes(n, func(int) int { return n }) }),
		is("cp_include_dag", 20, func(n int) map[string]string { return includes(n, func(i int) int { return i }) }),
		is("cp_include_chain", 100, with(none, "compose.{i}.yaml", "include: [compose.{i+1}.yaml]\nservices: {s{i}: {image: \"a:1\"}}\n")),
		is("cp_env_file", 100, with(compose("services:\n  s:\n    image: a:1\n    env_file:\n«      - e{i}.env\n"+
			"»"), "e{i}.env", strings.Repeat("A=1\n", 100))),
		is("cp_env_file_services", 50, func(n int) map[string]string {
			return map[string]string{"compose.yaml": expand("services:\n«  s{i}:\n    image: a:1\n    env_file: [a.env]\n"+
				"»", n), "a.env": expand("«A{i}=1\n»", 5000)}
		}),
		is("cp_builds", 50, several(map[string]string{"compose.yaml": "services:\n«  s{i}:\n    build: ./d\n»", "d/Dockerfile": shell(500)})),
		is("cp_builds_many", 20, with(compose("services:\n«  s{i}:\n    build: ./d{i}\n»"), "d{i}/Dockerfile", shell(200))),
		is("cp_files_builds", 10, func(n int) map[string]string {
			files := map[string]string{}
			for i := range n {
				files[fmt.Sprintf("compose.%d.yaml", i)] = expand("services:\n«  s{i}:\n    build: ./d{i}\n»", n)
				files[fmt.Sprintf("d%d/Dockerfile", i)] = shell(100)
			}
			return files
		}),
		is("cp_many_files", 10, with(none, "d{i}/compose.yaml", expand("services:\n«  s{i}:\n    image: a:1\n»", 20))),
		is("cp_many_siblings", 10, with(none, "compose.{i}.yaml", expand("services:\n«  s{i}:\n    image: a:1\n»", 50))),
	}
}

// includes has n compose files of which each includes the first few.
func includes(n int, few func(i int) int) map[string]string {
	files := map[string]string{}
	for i := range n {
		files[fmt.Sprintf("compose.%d.yaml", i)] = expand("include:\n«  - compose.{i}.yaml\n"+
			"»", few(i)) + fmt.Sprintf("services: {s%d: {image: \"a:1\"}}\n", i)
	}
	return files
}
