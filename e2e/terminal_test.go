//go:build e2e

package e2e

import (
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

const pictured = "# syntax=docker/dockerfile:1\nFROM debian:10\nENV DB_PASSWORD=hunter2hunter2\nWORKDIR srv\nRUN apt-get update && \\\n    apt-get install -y curl\nCMD sleep 5\n"

// TestPictureOfAnEditor draws Neovim in a terminal with a diagnostic and what can be done.
func TestPictureOfAnEditor(t *testing.T) {
	for _, name := range []string{"nvim", "tmux", "chromium"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("SKIPPED: %s is not installed: nothing was drawn", name)
		}
	}
	script, err := filepath.Abs("editors/picture.lua")
	if err != nil {
		t.Fatal(err)
	}
	dir, socket, program := t.TempDir(), filepath.Join(t.TempDir(), "tmux"), server(t)
	put(t, filepath.Join(dir, "Dockerfile"), pictured)
	tmux := func(args ...string) string {
		t.Helper()
		cmd := exec.Command("tmux", append([]string{"-S", socket}, args...)...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "DOCKMEND="+program, "LC_ALL=C.UTF-8", "TERM=xterm-256color", "XDG_STATE_HOME="+t.TempDir())
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("tmux %q: %v\n%s", args, err, out)
		}
		return string(out)
	}
	tmux("new-session", "-d", "-x", "118", "-y", "22", "nvim --clean -c 'luafile "+script+"' Dockerfile")
	t.Cleanup(func() { _ = exec.Command("tmux", "-S", socket, "kill-server").Run() }) // it may have ended
	screen := ""
	for begin := time.Now(); !strings.Contains(screen, "Type number"); time.Sleep(200 * time.Millisecond) {
		if time.Since(begin) > 30*time.Second {
			t.Fatalf("nothing to choose from:\n%s", screen)
		}
		screen = shown(t, socket)
	}
	to := *pictures
	if to == "" {
		to = t.TempDir()
	}
	page, picture := filepath.Join(dir, "page.html"), filepath.Join(to, "editor.png")
	put(t, page, "<!doctype html><meta charset=utf-8><style>body{margin:0;background:#fff}pre{margin:12px;font:14px/1.35 'DejaVu Sans Mono',monospace}</style><pre>"+inHTML(screen)+"</pre>")
	height := pageHeight(t, "chromium", dir, page)
	shoot(t, "chromium", dir, fmt.Sprintf("--window-size=1040,%d", height), "--screenshot="+picture, "file://"+page)
	shrink(t, picture)
	t.Log(picture)
}

// shown is the screen of the terminal, with its colours.
func shown(t *testing.T, socket string) string {
	t.Helper()
	out, err := exec.Command("tmux", "-S", socket, "capture-pane", "-e", "-p").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// inHTML is a screen with its colours as HTML: bold, underlined, 16, 256 and all colours.
func inHTML(screen string) string {
	var b strings.Builder
	styles := map[string]string{}
	for i := 0; i < len(screen); {
		if !strings.HasPrefix(screen[i:], "\x1b[") {
			end := strings.IndexByte(screen[i:], '\x1b')
			if end < 0 {
				end = len(screen) - i
			}
			css := ""
			for _, value := range styles {
				css += value
			}
			fmt.Fprintf(&b, "<span style=%q>%s</span>", css, html.EscapeString(screen[i:i+end]))
			i += end
			continue
		}
		end := strings.IndexByte(screen[i:], 'm')
		if end < 0 {
			break
		}
		style(styles, strings.FieldsFunc(screen[i+2:i+end], func(r rune) bool { return r == ';' || r == ':' }))
		i += end + 1
	}
	return b.String()
}

var sixteen = [...]string{"#24292f", "#cf222e", "#116329", "#9a6700", "#0969da", "#8250df", "#1b7c83", "#6e7781", "#57606a", "#a40e26", "#1a7f37", "#633c01", "#218bff", "#a475f9", "#3192aa", "#8c959f"}

// style changes what a sequence says.
func style(styles map[string]string, codes []string) {
	if len(codes) == 0 {
		clear(styles)
	}
	for i := 0; i < len(codes); i++ {
		n, _ := strconv.Atoi(codes[i])
		switch {
		case n == 0:
			clear(styles)
		case n == 1:
			styles["weight"] = "font-weight:bold;"
		case n == 4:
			styles["line"] = "text-decoration:underline;"
		case n == 22:
			delete(styles, "weight")
		case n == 24:
			delete(styles, "line")
		case n == 39:
			delete(styles, "color")
		case n == 49:
			delete(styles, "back")
		case n >= 30 && n <= 37:
			styles["color"] = "color:" + sixteen[n-30] + ";"
		case n >= 90 && n <= 97:
			styles["color"] = "color:" + sixteen[n-82] + ";"
		case n == 58:
			i += 4 // the colour of a line below
		case (n == 38 || n == 48) && i+4 < len(codes) && codes[i+1] == "2":
			key, name := "color", "color"
			if n == 48 {
				key, name = "back", "background"
			}
			styles[key] = fmt.Sprintf("%s:rgb(%s,%s,%s);", name, codes[i+2], codes[i+3], codes[i+4])
			i += 4
		}
	}
}
