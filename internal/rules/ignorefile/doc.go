// Package ignorefile holds the rules for .dockerignore files, one file for each.
// The comment above a rule is its page in docs/rules.
package ignorefile
