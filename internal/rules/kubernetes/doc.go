// Package kubernetes holds the rules for Kubernetes manifests, one file for each. The comment
// above a rule is its page in docs/rules.
package kubernetes
