// Command shellfiles writes what a package installs beside the program: completions
// for bash, zsh, fish and PowerShell, and a manual page for each command.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/dockmend/dockmend/internal/cli"
)

func main() {
	out := flag.String("out", "", "the folder that gets completions/ and man/")
	flag.Parse()
	if err := run(*out); err != nil {
		fmt.Fprintln(os.Stderr, "shellfiles:", err)
		os.Exit(1)
	}
}

func run(out string) error {
	completions, man := filepath.Join(out, "completions"), filepath.Join(out, "man")
	for _, dir := range []string{completions, man} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	root := cli.Command(&cli.Env{Stdout: os.Stdout, Stderr: os.Stderr, Getenv: func(string) string { return "" }})
	if err := writeCompletions(root, completions); err != nil {
		return err
	}
	// The pages name no day, so that the same commit gives the same bytes.
	root.DisableAutoGenTag = true
	return doc.GenManTree(root, &doc.GenManHeader{Section: "1", Date: &time.Time{}, Source: "dockmend", Manual: "dockmend"}, man)
}

func writeCompletions(root *cobra.Command, dir string) error {
	for name, write := range map[string]func(path string) error{
		"dockmend.bash": func(path string) error { return root.GenBashCompletionFileV2(path, true) },
		"_dockmend":     root.GenZshCompletionFile,
		"dockmend.fish": func(path string) error { return root.GenFishCompletionFile(path, true) },
		"dockmend.ps1":  root.GenPowerShellCompletionFileWithDesc,
	} {
		if err := write(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}
