package main

import (
	"fmt"
	"strings"
)

func stageShapes() []shape {
	return []shape{
		is("stages", 1000, docker("«FROM alpine:3.20 AS s{i}\nRUN echo {i}\n»")),
		is("stages_chain", 1000, docker("FROM alpine:3.20 AS s0\n«FROM s{i} AS s{i+1}\nRUN echo {i}\n»")),
		is("copy_from_chain", 1000, docker("FROM alpine:3.20 AS s0\n«FROM alpine:3.20 AS s{i+1}\nCOPY --from=s{i} /a /a\n»")),
		is("copy_from_all", 1000, docker("«FROM alpine:3.20 AS s{i}\n»"+alpine+"«COPY --from=s{i} /a{i} /a{i}\n»")),
		is("copy_from_dag", 40, copyFromDAG),
		is("from_platform", 1000, docker("«FROM --platform=$BUILDPLATFORM alpine:3.20 AS s{i}\nARG TARGETARCH\nRUN echo $TARGETARCH\n»")),
		is("stage_names_dup", 2000, docker("«FROM alpine:3.20 AS a\n»")),
		is("stage_names_case", 1000, docker("«FROM alpine:3.20 AS S{i}\nCOPY --from=s{i} /a /a\n»")),
		is("unused_stages_names", 1000, docker("«FROM alpine:3.20 AS stage{i}\n»"+alpine+"«COPY --from=stagx{i} /a /b\n»")),
	}
}

// copyFromDAG has stages that each copy from the ten before it.
func copyFromDAG(n int) map[string]string {
	var b strings.Builder
	b.WriteString("FROM alpine:3.20 AS s0\n")
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, "FROM alpine:3.20 AS s%d\n", i)
		for j := max(0, i-10); j < i; j++ {
			fmt.Fprintf(&b, "COPY --from=s%d /a /a%d\n", j, j)
		}
	}
	return map[string]string{"Dockerfile": b.String()}
}

func variableShapes() []shape {
	return []shape{
		is("args", 2000, docker(alpine+"«ARG A{i}=x\n»")),
		is("args_global", 2000, docker("«ARG A{i}=x\n»"+alpine+"«ARG A{i}\n»")),
		is("arg_chain", 1000, docker(alpine+"ARG A0=x\n«ARG A{i+1}=$A{i}\n»")),
		is("arg_chain_grow", 1000, docker(alpine+"ARG A0=x\n«ARG A{i+1}=x$A{i}\n»")),
		is("arg_double", 4, docker("ARG A0=xxxxxxxx\n«ARG A{i+1}=$A{i}$A{i}\n»FROM alpine:$A3\n")),
		is("env_double", 4, docker(alpine+"ENV A0=xxxxxxxx\n«ENV A{i+1}=$A{i}$A{i}\n»RUN echo $A3\n")),
		is("env_self_double", 4, docker(alpine+"ENV A=xxxxxxxx\n«ENV A=$A$A\n»WORKDIR /$A\nUSER $A\n")),
		is("env_self_append", 1000, docker(alpine+"ENV PATH=/a\n«ENV PATH=$PATH:/opt/{i}\n»")),
		is("env_self_append_run", 1000, docker(alpine+"ENV PATH=/a\n«ENV PATH=$PATH:/opt/{i}\nRUN echo $PATH\n»")),
		is("arg_refs", 2000, docker("ARG A=1\n"+alpine+"ARG A\n«RUN echo $A\n»")),
		is("args_and_refs", 500, docker(alpine+"«ARG A{i}=1\n»«RUN echo $A{i}\n»")),
		is("envs_and_refs", 500, docker(alpine+"«ENV A{i}=1\n»«RUN echo $A{i}\nWORKDIR /$A{i}\n»")),
		is("undefined_vars", 500, docker(alpine+"«ENV A{i}=1\n»«WORKDIR /$Z{i}\n»")),
		is("env_one_line", 2000, docker(alpine+"ENV« A{i}=1»\n")),
		is("env_lines", 2000, docker(alpine+"«ENV A{i}=1\n»")),
		is("env_same", 2000, docker(alpine+"«ENV A=1\n»")),
		is("env_legacy", 2000, docker(alpine+"«ENV A{i} 1\n»")),
		is("nested_param", 500, docker(alpine+"ENV A=«${A:-»x«}»\n")),
		is("nested_param_run", 500, docker(alpine+"RUN echo «${A:-»x«}»\n")),
		is("nested_param_from", 20, docker("ARG A=x\nFROM alpine:«${B:-»x«}»\n")),
		is("secrets_env", 1000, docker(alpine+"«ENV PASSWORD{i}=hunter2{i}\n»")),
		is("secrets_arg_use", 1000, docker(alpine+"«ARG TOKEN{i}\n»«RUN curl -H \"$TOKEN{i}\" x\n»")),
		is("export_vars", 1000, docker(alpine+"«RUN export A{i}=x\n»«RUN echo $A{i}\n»")),
	}
}

func instructionShapes() []shape {
	return []shape{
		is("run_lines", 2000, docker(alpine+"«RUN echo x\n»")),
		is("run_lines_distinct", 2000, docker(alpine+"«RUN echo x{i}\n»")),
		is("label_one_line", 2000, docker(alpine+"LABEL« a{i}=1»\n")),
		is("label_same", 2000, docker(alpine+"«LABEL a=1\n»")),
		is("expose", 2000, docker(alpine+"EXPOSE« {i}»\n")),
		is("expose_lines", 2000, docker(alpine+"«EXPOSE {i}\n»")),
		is("users", 2000, docker(alpine+"«USER root\nRUN echo\nUSER app\n»")),
		is("workdir_rel", 2000, docker(alpine+"«WORKDIR a\n»")),
		is("workdir_run", 2000, docker(alpine+"«WORKDIR a\nRUN touch x\n»")),
		is("healthchecks", 1000, docker(alpine+"«HEALTHCHECK CMD curl -f http://x\n»")),
		is("shells", 1000, docker(alpine+"«SHELL [\"/bin/bash\",\"-c\"]\nRUN a | b\n»")),
		is("onbuilds", 1000, docker(alpine+"«ONBUILD RUN apt-get install x\n»")),
		is("volumes", 1000, docker(alpine+"«VOLUME /v{i}\n»«RUN touch /v{i}/x\n»")),
		is("volumes_json", 1000, docker(alpine+"VOLUME [\"/v\"«,\"/v{i}\"»]\n«RUN touch /v{i}/x\n»")),
		is("cmds", 1000, docker(alpine+"«CMD a\nENTRYPOINT b\n»")),
		is("json_array", 5000, docker(alpine+"CMD [\"a\"«,\"a\"»]\n")),
		is("json_array_run", 5000, docker(alpine+"RUN [\"a\"«,\"a\"»]\n")),
		is("mounts_one", 500, docker(alpine+"RUN« --mount=type=cache,target=/c{i}» true\n")),
		is("mounts_lines", 1000, docker(alpine+"«RUN --mount=type=cache,target=/root/.cache pip install x\n»")),
		is("unknown_instr", 2000, docker(alpine+"«FOO bar\n»")),
		is("unknown_instr_near", 2000, docker(alpine+"«RUNN bar\n»")),
		is("unknown_instr_long", 1000, docker(alpine+strings.Repeat("«A» bar\n", 20))),
		is("no_from", 2000, docker("«RUN a\n»")),
		is("template_marks", 1000, docker(alpine+"«RUN {{ x }}\n»")),
	}
}

func copyShapes() []shape {
	return []shape{
		is("copy_sources", 5000, docker(alpine+"COPY «a »/d/\n")),
		is("copy_lines", 2000, docker(alpine+"«COPY a{i} /d/a{i}\n»")),
		is("copy_rm", 2000, docker(alpine+"«COPY a{i} /d/a{i}\n»«RUN rm /d/a{i}\n»")),
		is("copy_then_chown", 1000, docker(alpine+"«COPY a{i} /d/a{i}\nRUN chown app /d/a{i} && chmod +x /d/a{i}\n»")),
		is("adds", 1000, docker(alpine+"«ADD https://x/y{i}.tar.gz /a/\n»")),
		is("chmod_many", 1000, docker(alpine+"«RUN chmod 777 /a{i}\n»")),
		is("symlinks_run", 1000, docker(alpine+"«RUN ln -s /a{i} /b{i}\n»")),
		is("write_read", 1000, docker(alpine+"«RUN echo x > /a{i}\n»«RUN cat /a{i}\n»")),
		is("useradds", 1000, docker(alpine+"«RUN useradd u{i}\nUSER u{i}\n»")),
	}
}

func layoutShapes() []shape {
	const combined, family = "e\u0301\u200d\U0001F468\u200d\U0001F469", "\U0001F468\u200d"
	return []shape{
		is("heredocs", 1000, docker(alpine+"«RUN <<EOF\necho a\nEOF\n»")),
		is("heredoc_long", 4000, docker(alpine+"RUN <<EOF\n«echo a\n»EOF\n")),
		is("heredoc_many_one_line", 500, docker(alpine+"RUN cat« <<E{i}»\n«x\nE{i}\n»")),
		is("heredoc_unclosed", 1000, docker(alpine+"«RUN <<EOF\necho a\nEOX\n»")),
		is("copy_heredoc", 1000, docker(alpine+"«COPY <<EOF /a{i}\nx\nEOF\n»")),
		is("continuation", 4000, docker(alpine+"RUN echo \\\n« a \\\n» b\n")),
		is("continuation_and", 2000, docker(alpine+"RUN true \\\n« && echo a \\\n» && b\n")),
		is("continuation_comments", 4000, docker(alpine+"RUN echo \\\n«# c\n a \\\n» b\n")),
		is("continuation_blank", 4000, docker(alpine+"RUN echo \\\n«\n» b\n")),
		is("long_line", 100000, docker(alpine+"RUN echo «x»\n")),
		is("long_line_words", 20000, docker(alpine+"RUN echo «x »\n")),
		is("long_line_and", 2000, docker(alpine+"RUN true« && echo a»\n")),
		is("long_line_semicolon", 2000, docker(alpine+"RUN true«; echo a»\n")),
		is("comments", 10000, docker(alpine+"«# c\n»RUN x\n")),
		is("unicode_lines", 5000, docker(alpine+"«RUN echo \""+combined+"\"\n»")),
		is("unicode_combining_line", 20000, docker(alpine+"RUN apt-get install \"e«\u0301»\"\n")),
		is("unicode_zwj_line", 20000, docker(alpine+"RUN cd \"«"+family+"»\"\n")),
		is("blank_lines", 20000, docker(alpine+"«\n»RUN x\n")),
		is("space_lines", 20000, docker(alpine+"«   \t \n»RUN x\n")),
		is("crlf", 5000, docker("FROM alpine:3.20\r\n«RUN echo a\r\n»")),
		is("backslash_lines", 10000, docker(alpine+"RUN a \\\n«\\\n»x\n")),
		is("spaces_long", 100000, docker(alpine+"RUN« »a\n")),
	}
}

func commentShapes() []shape {
	return []shape{
		is("ignore_comments", 2000, docker(alpine+"«# dockmend ignore=DL3008 -- x\nRUN apt-get install x\n»")),
		is("ignore_comments_unused", 2000, docker(alpine+"«# dockmend ignore=DL3008 -- x\nRUN true\n»")),
		is("ignore_stack", 2000, docker(alpine+"«# dockmend ignore=DL3008 -- x\n»RUN apt-get install x\n")),
		is("ignore_file_many", 2000, docker("«# dockmend ignore-file=DL3008 -- x\n»"+alpine+"RUN apt-get install x\n")),
		is("ignore_one_line", 2000, docker(alpine+"# dockmend ignore=DL3008«,DL3008»\nRUN apt-get install x\n")),
		is("ignore_unknown", 1000, docker(alpine+"«# dockmend ignore=zz{i}q\nRUN true\n»")),
		is("ignore_unknown_one_line", 1000, docker(alpine+"# dockmend ignore=zzq«,zz{i}q»\nRUN true\n")),
		is("ignore_unknown_long", 1000, docker(alpine+"# dockmend ignore=«z»\nRUN true\n")),
		is("hadolint_ignore", 2000, docker("«# hadolint global ignore=DL3008\n»"+alpine+
			"«# hadolint ignore=DL3008\nRUN apt-get install x\n»")),
		is("check_directive", 2000, docker("# check=skip=JSONArgsRecommended«,JSONArgsRecommended»\n"+alpine+"«CMD a\n»")),
		is("compose_ignore_comments", 500, compose("services:\n«  # dockmend ignore=compose-privileged -- x\n  s{i}:\n"+
			"    image: a:1\n    privileged: true\n»")),
		is("ignorefile_ignore_comments", 2000, one(".dockerignore", "«# dockmend ignore=dockerignore-missing\na\n»")),
	}
}
