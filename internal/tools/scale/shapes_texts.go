package main

import (
	"fmt"
	"strings"
)

// textShapes are of files that say how images are built and started: Makefiles,
// scripts, documents, files for bake, dev containers, workflows.
func textShapes() []shape {
	// The tag is one that rules ask the builds around about.
	const image = "FROM a/b:latest\n"
	// beside is a Dockerfile with another file.
	beside := func(dockerfile, name, pattern string) func(n int) map[string]string {
		return several(map[string]string{"Dockerfile": dockerfile, name: pattern})
	}
	return []shape{
		is("tx_keys_above", 500, beside("FROM a\n", "Makefile", "contexts\n«a=\n»")),
		is("tx_tags_above", 500, beside(image, "build.sh", "«x a/b\n»")),
		is("tx_continued", 500, beside(image, "build.sh", "docker run \\\n«  -t a/b \\\n»  x\n")),
		is("tx_one_line", 500, beside(image, "build.sh", "docker run« -t a/b»\n")),
		is("tx_one_line_document", 500, beside(image, "README.md", "docker run« -t a/b»\n")),
		is("tx_keys_one_line", 500, beside("FROM a\n", "Makefile", "contexts «a=»\n")),
		is("tx_variables", 500, beside(image, "Makefile", "«A{i} = a/b\n»")),
		is("tx_image_defaults", 500, beside(image, "compose.yaml", "services:\n  a:\n    build: .\n    image: a/b:«${x}»\n")),
		is("tx_compose_lists", 50, with(one("Makefile", "«docker compose -f c{i}/compose.yaml -f c{i}/compose.b.yaml up\n»"),
			"c{i}/compose.yaml", "services:\n  a:\n    image: x:1\n")),
		is("tx_compose_lists_same", 50, with(one("Makefile", "«docker compose -f compose.yaml -f compose.b.yaml up\n»"),
			"c{i}/compose.yaml", "services:\n  a:\n    image: x:1\n")),
		is("tx_compose_words", 500, beside(image, "compose.sh", "docker compose« -f c{i}.yaml»\n")),
		is("tx_arguments", 250, beside("«ARG A{i}\n»FROM a\n", "Makefile", strings.Repeat("build x\n", 50_000))),
		is("tx_search_path", 250, docker(alpine+"ENV PATH=/a«:/p{i}»\nCOPY . /x\nRUN a.sh\n«RUN b{i}\n»")),
		is("tx_started_scripts", 250, with(docker(alpine+"COPY . /x\n«RUN sh /x/s{i}.sh\n»"), "s{i}.sh", "#!/bin/sh\ntrue\n")),
		is("tx_script_long", 250, several(map[string]string{
			"Dockerfile": alpine + "COPY e.sh /e.sh\nENTRYPOINT [\"/e.sh\"]\n", "e.sh": "#!/bin/sh\n«if a; then b; fi\n»exec \"$@\"\n",
		})),
		is("tx_service_scripts", 50, with(several(map[string]string{
			"Dockerfile": alpine + "«RUN a{i}\n»COPY . /x\n", "compose.yaml": "services:\n«  s{i}:\n    build: .\n    command: /x/s{i}.sh\n»",
		}), "s{i}.sh", "#!/bin/sh\ntrue\n")),
		is("bk_targets", 200, beside(alpine, "docker-bake.hcl", "«target \"t{i}\" {\n  inherits = [\"t0\"]\n  dockerfile = \"d{i}\"\n}\n»")),
		is("bk_inherits", 100, beside(alpine, "docker-bake.hcl", "«target \"t{i}\" {\n  inherits = [\"a\""+
			strings.Repeat(", \"b\"", 20)+"]\n}\n»")),
		is("bk_values", 250, beside(alpine, "docker-bake.hcl", "variable \"A\" {\n  default = \"«xxxx»\"\n}\ntarget \"t\" {\n  context = \"«${A}»\"\n}\n")),
		is("bk_json", 200, beside(alpine, "docker-bake.json", "{\"target\": {\"t\": {}«, \"t{i}\": {\"dockerfile\": \"d{i}\"}»}}")),
		is("dc_nested", 2000, beside(alpine, ".devcontainer/devcontainer.json", "{\"a\": «[»1«]»}")),
		is("dc_comments", 2000, beside(alpine, ".devcontainer/devcontainer.json", "{«/**/»}")),
		is("dc_lists", 500, beside(alpine, ".devcontainer/devcontainer.json", "{\"dockerComposeFile\": [\"a.yaml\"«, \"c{i}.yaml\"»]}")),
		is("in_dockerfiles", 20, service("    build:\n      dockerfile_inline: |\n        FROM debian\n        RUN apt-get install x\n")),
		is("in_dockerfile_long", 250, compose("services:\n  a:\n    build:\n      dockerfile_inline: |\n        FROM debian\n«        RUN x $$A{i}\n»")),
		is("ev_lines", 500, func(n int) map[string]string {
			return map[string]string{
				".env": expand("«A{i}=x\n»", n), "compose.yaml": "services:\n  a:\n    image: x:1\n    env_file: .env\n    environment:\n" + expand("«      B{i}: ${A{i}}\n»", n),
			}
		}),
		is("ig_gitignore_patterns", 500, beside(alpine+"«COPY f{i} /\n»", ".gitignore", "«**/*a{i}*b*c\n»")),
		is("ig_submodules", 500, beside(alpine+"«COPY f{i} /\n»", ".gitmodules", "«[submodule \"a{i}\"]\n\tpath = a{i}\n»")),
		is("py_project", 500, several(map[string]string{
			"Dockerfile": "FROM python:3.12\n«COPY pyproject.toml /x{i}\nRUN uv sync\n»", "pyproject.toml": "[project]\n«a{i} = [\"x\"]\n»",
		})),
		is("k8_and_dockerfiles", 20, func(n int) map[string]string {
			files := map[string]string{}
			for i := range n {
				files[fmt.Sprintf("d%d/Dockerfile", i)] = alpine
				files[fmt.Sprintf("k%d.yaml", i)] = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - {name: a, image: \"a:1\"}\n"
			}
			return files
		}),
	}
}
