package main

import "strings"

func shellShapes() []shape {
	return []shape{
		is("nested_subshell", 500, docker(alpine+"RUN «(»true«)»\n")),
		is("nested_cmdsubst", 500, docker(alpine+"RUN echo «$(echo »x«)»\n")),
		is("nested_cmdsubst_quoted", 500, docker(alpine+"RUN echo «\"$(echo »x«)\"»\n")),
		is("nested_backtick", 20, nestedBacktick),
		is("nested_brace", 500, docker(alpine+"RUN «{ »true«; }»\n")),
		is("nested_if", 500, docker(alpine+"RUN «if true; then »true«; fi»\n")),
		is("nested_sh_c", 500, docker(alpine+"RUN «sh -c »true\n")),
		is("nested_sh_c_quoted", 6, nestedShC),
		is("sudo_chain", 500, docker(alpine+"RUN «sudo env A=b nice »true\n")),
		is("unclosed_quotes", 20000, docker(alpine+"RUN echo \"«a »\n")),
		is("many_quotes", 2000, docker(alpine+"RUN echo «'a' »\"b\"\n")),
		is("pipes", 2000, docker(alpine+"RUN a« | a»\n")),
		is("elifs", 1000, docker(alpine+"RUN if a; then b; «elif c; then d; »fi\n")),
		is("cases", 1000, docker(alpine+"RUN case $A in «x) y;; »esac\n")),
		is("for_words", 2000, docker(alpine+"RUN for i in «a »; do echo $i; done\n")),
		is("cds", 1000, docker(alpine+"«RUN cd a\n»")),
		is("cds_one", 1000, docker(alpine+"RUN cd a« && cd b»\n")),
		is("shell_assign", 1000, docker(alpine+"RUN true« && A{i}=x && echo $A{i}»\n")),
		is("shell_assign_double", 16, docker(alpine+"RUN A0=xxxxxxxx« && A{i+1}=$A{i}$A{i}» && curl -o $A9 http://x && rm $A9\n")),
		is("shell_assign_self_double", 16, docker(alpine+"RUN A=xxxxxxxx« && A=$A$A» && apt-get install $A\n")),
	}
}

// nestedBacktick nests the old form of command substitution, at most 12 deep:
// each level doubles the backslashes.
func nestedBacktick(n int) map[string]string {
	var b strings.Builder
	b.WriteString(alpine + "RUN echo ")
	for i := range min(n, 12) {
		b.WriteString(strings.Repeat(`\`, min(1<<i-1, 4000)) + "`echo ")
	}
	return map[string]string{"Dockerfile": b.String() + "\n"}
}

// nestedShC nests sh -c with quoted scripts, at most 16 deep and 2 MB long.
func nestedShC(n int) map[string]string {
	script := "apt-get install x"
	for range min(n, 16) {
		script = "sh -c '" + strings.ReplaceAll(script, "'", `'"'"'`) + "'"
	}
	return map[string]string{"Dockerfile": alpine + "RUN " + script[:min(len(script), 2_000_000)] + "\n"}
}

func packageShapes() []shape {
	return []shape{
		is("apt_packages", 2000, docker(alpine+"RUN apt-get install -y« p{i}»\n")),
		is("apt_packages_same", 2000, docker(alpine+"RUN apt-get install -y« p»\n")),
		is("apt_installs", 500, docker("FROM debian:12\n«RUN apt-get update\nRUN apt-get install p\n»")),
		is("apt_installs_one", 500, docker("FROM debian:12\nRUN true« && apt-get update && apt-get install -y p»\n")),
		is("pip_installs", 1000, docker("FROM python:3.12\n«RUN pip install p{i}\n»")),
		is("apk_adds", 1000, docker(alpine+"«RUN apk add p{i}\n»")),
		is("npm_installs", 1000, docker("FROM node:20\n«COPY . .\nRUN npm install\n»")),
		is("curl_sh", 1000, docker(alpine+"«RUN curl http://a | sh\n»")),
		is("wget_tar_rm", 1000, docker(alpine+"«RUN wget http://a/x{i}.tar.gz\nRUN tar xf x{i}.tar.gz\nRUN rm x{i}.tar.gz\n»")),
		is("wget_tar_rm_one", 1000, docker(alpine+"RUN true« && wget http://a/x{i}.tar.gz && tar xf x{i}.tar.gz && rm x{i}.tar.gz»\n")),
		is("git_clones", 1000, docker(alpine+"«RUN git clone https://u:p@x/y && rm -rf y/.git\n»")),
		is("url_passwords", 1000, docker(alpine+"«RUN curl https://u:p{i}@x\n»")),
		is("url_passwords_one", 1000, docker(alpine+"RUN curl« https://u:p{i}@x»\n")),
		is("mixed_findings_one_line", 1000, docker("FROM debian\nRUN sudo apt-get install «$(cat x | grep y) » && cd /a && wget http://x\n")),
		is("many_rules", 500, docker("FROM debian\n«RUN cd /a && sudo apt-get install -y x && pip install y && npm install z"+
			" && curl http://a | sh && chmod 777 /x\n»CMD a\n")),
	}
}
