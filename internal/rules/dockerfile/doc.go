// Package dockerfile holds the rules for Dockerfiles, one file for each. The
// comment above a rule is its page in docs/rules.
package dockerfile
