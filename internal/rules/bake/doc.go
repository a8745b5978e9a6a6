// Package bake holds the rules for bake files of buildx, one file for each. The comment
// above a rule is its page in docs/rules.
package bake
