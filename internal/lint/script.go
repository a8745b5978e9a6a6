package lint

import "github.com/dockmend/dockmend/internal/text"

// Script is shell text that a program outside can check.
type Script struct {
	Text string
	// Dialect is "sh", "bash", "dash" or "ksh".
	Dialect string
	// Variables are those that are set when the script starts.
	Variables []string
}

// ScriptNote is what such a program says about a place in a script. Offsets are
// bytes: in the script's text where the program gives it, in the document where
// a rule gets it.
type ScriptNote struct {
	// Left says why the program did not check the script; all else is empty then.
	Left string
	Span text.Span
	// Code is ShellCheck's, as "SC2164".
	Code     string
	Severity Severity
	Message  string
	// Edits fix it; none if the program knows no repair.
	Edits []text.Edit
}
