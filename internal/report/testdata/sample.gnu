api/Dockerfile:1:6: warning: "ubuntu" has no tag, so every build takes whatever latest is that day; name the version [untagged-image (DL3006)]
api/Dockerfile:2:1: note: the package lists stay in the layer; delete /var/lib/apt/lists in the same RUN [apt-lists-left]
api/Dockerfile:5:12: error: "TOKEN" looks like a secret, and ENV keeps it in the image; use a secret mount [secret-in-env]
api/Dockerfile:6:5: note: seven commands in one RUN; use a heredoc [long-run]
api/Dockerfile:13:5: warning: "uvicorn app:app" runs under /bin/sh, which does not pass SIGTERM on; write it as a JSON array [shell-form-command (DL3025)]
compose.yaml:3:13: warning: "80:80" may be read as a number; quote it [unquoted-port]
dockmend: old/Dockerfile: cannot be read: permission denied
