package main

import (
	"fmt"
	"strings"
)

// tree is n files in 50 folders.
func tree(files map[string]string, n int) map[string]string {
	for i := range n {
		files[fmt.Sprintf("d%d/f%d", i%50, i)] = "x"
	}
	return files
}

// ignoring is a repository with a Dockerfile that copies everything and an
// ignore file.
func ignoring(pattern string) func(n int) map[string]string {
	return several(map[string]string{".dockerignore": pattern, "Dockerfile": alpine + "COPY . .\n"})
}

// ignoringAt adds a file at a path.
func ignoringAt(pattern, path string) func(n int) map[string]string {
	return several(map[string]string{".dockerignore": pattern, "Dockerfile": alpine + "COPY . .\n", path: "x"})
}

func ignoreFileShapes() []shape {
	return []shape{
		is("di_patterns", 1000, ignoring("«a{i}\n»")),
		is("di_stars_tree", 500, func(n int) map[string]string { return tree(ignoring("«**/*a{i}*b*c\n»")(n), 500) }),
		is("di_tree", 200, func(n int) map[string]string { return tree(ignoring("«**/*a{i}*b*c\n»")(300), n) }),
		is("di_neg", 500, func(n int) map[string]string { return tree(ignoring("*\n«!a{i}\n»")(n), 300) }),
		is("di_neg_copies", 500, several(map[string]string{".dockerignore": "*\n«!a{i}\n»", "Dockerfile": alpine + "«COPY a{i} /x\n»"})),
		is("di_dups", 1000, ignoring("«a\n»")),
		is("di_subsumed", 1000, ignoring("**/*\n«x/y{i}\n»")),
		is("di_star_one", 500, ignoringAt("«*a»b\n", strings.Repeat("a", 200))),
		is("di_doublestar", 200, ignoringAt("«**/»b\n", folders("a", 60)+"x")),
		is("di_doublestar_a", 200, ignoringAt("«**/a/»b\n", folders("a", 100)+"x")),
		is("di_doublestar_lines", 8, func(n int) map[string]string {
			return ignoringAt(expand("«"+strings.Repeat("**/", 200)+"b{i}\n»", n), folders("a", 60)+"x")(n)
		}),
		is("di_class", 500, ignoringAt("«[a-z]»\n", strings.Repeat("a", 200))),
	}
}

func manifestShapes() []shape {
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n"
	const container = "  - {name: a, image: \"a:1\"}\n"
	const kustomize = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n"
	const job = "    runs-on: x\n    steps:\n"
	workflow := func(pattern string) func(n int) map[string]string {
		return one(".github/workflows/a.yml", "on: push\njobs:\n"+pattern)
	}
	return []shape{
		is("k8_docs", 200, one("m.yaml", "«"+pod+container+"---\n»")),
		is("k8_containers", 200, one("m.yaml", pod+"«  - {name: a{i}, image: \"a:1\"}\n»")),
		is("k8_files", 50, with(none, "m{i}.yaml", pod+container)),
		is("k8_kustomize", 50, with(one("kustomization.yaml", kustomize+"«- m{i}.yaml\n»"), "m{i}.yaml", pod+container)),
		is("k8_overlays", 10, func(n int) map[string]string {
			files := map[string]string{}
			for i := range n {
				files[fmt.Sprintf("o%d/m.yaml", i)] = pod + container
				files[fmt.Sprintf("o%d/kustomization.yaml", i)] = kustomize + "- m.yaml\n" + expand("«- ../o{i}\n»", n)
			}
			return files
		}),
		is("wf_jobs", 200, workflow("«  j{i}:\n"+job+"    - run: docker build -t a .\n"+
			"    - uses: docker/build-push-action@v5\n      with: {push: true, tags: a}\n»")),
		is("wf_steps", 200, workflow("  j:\n"+job+"«    - run: docker build -t a . && docker push a\n    - uses: docker/login-action@v3\n»")),
		is("wf_files", 20, with(none, ".github/workflows/a{i}.yml", "on: push\njobs:\n  j:\n"+job+"    - uses: docker/build-push-action@v5\n")),
	}
}

func treeShapes() []shape {
	return []shape{
		is("tr_dirs", 100, with(none, "d{i}/Dockerfile", alpine+"RUN apt-get install x\n")),
		is("tr_files", 500, with(docker(alpine+"COPY . .\n"), "f{i}", "x")),
		is("tr_dockerfiles_one_dir", 100, with(none, "Dockerfile.{i}", alpine+"COPY . .\nRUN pip install -r requirements.txt\n")),
		is("tr_dockerfiles_and_files", 100, func(n int) map[string]string {
			files := with(none, "Dockerfile.{i}", alpine+"COPY . .\nRUN npm install\n")(n)
			return with(func(int) map[string]string { return files }, "f{i}", "x")(5 * n)
		}),
		is("tr_compose_and_dockerfiles", 100, with(compose("services:\n«  s{i}: {build: d{i}}\n»"), "d{i}/Dockerfile", alpine+"COPY . .\n")),
		is("tr_deep", 12, func(n int) map[string]string {
			files := map[string]string{folders("d", n) + "Dockerfile": alpine}
			for i := range n {
				files[folders("d", i)+".gitignore"] = strings.Repeat("x\n", 1000)
			}
			return files
		}),
		product(is("tr_gitignore", 50, func(n int) map[string]string {
			return with(func(n int) map[string]string { return one(".gitignore", "«**/*a{i}*b*c\n»")(20 * n) }, "d{i}/Dockerfile", alpine)(n)
		})),
		is("tr_gitignore_star", 200, several(map[string]string{".gitignore": "«*a»b\n", strings.Repeat("a", 200) + "/Dockerfile": alpine})),
		is("tr_gitignore_doublestar", 12, several(map[string]string{".gitignore": "«**/a/»b\n", folders("a", 60) + "Dockerfile": alpine})),
		is("tr_yaml", 100, with(none, "m{i}.yaml", strings.Repeat("a: b\n", 1000))),
		is("tr_dockerfile_scripts", 100, with(several(map[string]string{
			"Dockerfile": alpine + "«COPY s{i}.sh /s{i}.sh\nRUN sh /s{i}.sh\n»COPY e.sh /e.sh\nENTRYPOINT [\"/e.sh\"]\n",
			"e.sh":       "#!/bin/sh\n" + strings.Repeat("exec \"$@\"\n", 1000),
		}), "s{i}.sh", "#!/bin/sh\n"+strings.Repeat("apt-get install x\n", 200))),
		is("tr_makefile", 50, func(n int) map[string]string {
			makefile := expand("«t{i}:\n\tdocker build -t a{i} d{i}\n»", 10*n)
			return with(one("Makefile", makefile), "d{i}/Dockerfile", alpine)(n)
		}),
		is("tr_package_json", 50, with(with(none, "d{i}/Dockerfile", "FROM node:20\nCOPY . .\nRUN npm ci\n"),
			"d{i}/package.json", "{\"scripts\": {\"s\": \"x\""+expand("«, \"s{i}\": \"x\"»", 200)+"}}")),
	}
}

func configShapes() []shape {
	plain := with(none, "d{i}/Dockerfile", alpine)
	config := func(pattern string) func(n int) map[string]string {
		return func(n int) map[string]string {
			files := plain(n)
			files[".dockmend.yaml"] = expand(pattern, n)
			return files
		}
	}
	at := func(pattern, path string, most int) func(n int) map[string]string {
		return func(n int) map[string]string {
			return map[string]string{".dockmend.yaml": expand(pattern, min(n, most)), path: alpine}
		}
	}
	return []shape{
		product(is("cf_overrides", 50, config("overrides:\n«  - paths: [\"a{i}/**\"]\n    rules: {final-user-root: off}\n»"))),
		product(is("cf_exclude", 50, config("exclude: [\"x\"«,\"**/*a{i}*b*c\"»]\n"))),
		is("cf_exclude_braces", 10, at("exclude: [\"«{a,b}»\"]\n", "d/Dockerfile", 1<<30)),
		is("cf_exclude_star", 50, at("exclude: [\"«*a»b\"]\n", strings.Repeat("a", 200)+"/Dockerfile", 120)),
		is("cf_exclude_dstar", 50, at("exclude: [\"«**/a/»b\"]\n", folders("a", 100)+"Dockerfile", 40)),
		is("cf_unknown", 200, several(map[string]string{".dockmend.yaml": "rules:\n«  zz{i}: off\n»", "Dockerfile": alpine})),
	}
}
