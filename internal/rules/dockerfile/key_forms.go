package dockerfile

// keyForm is how a kind of key begins, and how long it is at least.
type keyForm struct {
	prefix, what string
	least        int
}

func keyForms() []keyForm {
	return []keyForm{
		{"AKIA", "an AWS access key", 20}, {"ASIA", "an AWS session key", 20},
		{"ghp_", "a GitHub token", 40}, {"gho_", "a GitHub token", 40}, {"ghs_", "a GitHub token", 40}, {"github_pat_", "a GitHub token", 60},
		{"glpat-", "a GitLab token", 26}, {"AIza", "a Google key", 39}, {"xoxb-", "a Slack token", 40}, {"xoxp-", "a Slack token", 40},
		{"sk_live_", "a Stripe key", 32}, {"npm_", "an npm token", 40}, {"-----BEGIN RSA PRIVATE", "a private key", 22},
		{"-----BEGIN OPENSSH PRIVATE", "a private key", 26}, {"-----BEGIN PRIVATE", "a private key", 18}, {"pypi-AgEI", "a PyPI token", 60},
	}
}

func isKeyByte(c byte) bool {
	return (c >= '0' && c <= '9') || ((c|0x20) >= 'a' && (c|0x20) <= 'z') || c == '_' || c == '-'
}
