// Package workflow holds the rules for GitHub workflow files, one file for each. The comment
// above a rule is its page in docs/rules.
package workflow
