// Package compose holds the rules for compose files, one file for each. The comment
// above a rule is its page in docs/rules.
package compose
