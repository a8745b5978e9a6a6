package rules

// Weakness is the number of a rule's entry in the Common Weakness Enumeration
// (cwe.mitre.org); 0 for a rule without one.
func Weakness(id string) int { return weaknesses()[id] }

// FindsSecret reports whether a rule's findings are secrets, or files that hold them. Others
// with a weakness of that kind find what lets secrets out.
func FindsSecret(id string) bool {
	switch id {
	case "copy-secret-file", "env-file-committed", "secret-mount-leaked":
		return true
	}
	switch Weakness(id) {
	case 259, 522, 798: // a password, or credentials
		return true
	}
	return false
}

// weaknesses is the table of rules that have an entry. Reports carry it as a tag, by
// which platforms sort security findings.
func weaknesses() map[string]int {
	const (
		privileges    = 250  // Execution with Unnecessary Privileges
		password      = 259  // Use of Hard-coded Password
		certificate   = 295  // Improper Certificate Validation
		noLogin       = 306  // Missing Authentication for Critical Function
		cleartext     = 319  // Cleartext Transmission of Sensitive Information
		signature     = 347  // Improper Verification of Cryptographic Signature
		debugCode     = 489  // Active Debug Code
		unchecked     = 494  // Download of Code Without Integrity Check
		unprotected   = 522  // Insufficiently Protected Credentials
		inFile        = 538  // Insertion of Sensitive Information into Externally-Accessible File or Directory
		isolation     = 653  // Improper Isolation or Compartmentalization
		exposure      = 668  // Exposure of Resource to Wrong Sphere
		protection    = 693  // Protection Mechanism Failure
		permissions   = 732  // Incorrect Permission Assignment for Critical Resource
		hardCoded     = 798  // Use of Hard-coded Credentials
		untrusted     = 829  // Inclusion of Functionality from Untrusted Control Sphere
		unmaintained  = 1104 // Use of Unmaintained Third Party Components
		allInterfaces = 1327 // Binding to an Unrestricted IP Address
	)
	return map[string]int{
		"account-password-set":                     password,
		"add-remote-without-checksum":              unchecked,
		"authentication-disabled-by-env":           noLogin,
		"chown-flag-unneeded":                      permissions,
		"compose-auth-disabled":                    noLogin,
		"compose-cap-add-host-takeover":            privileges,
		"compose-cap-add-risky":                    privileges,
		"compose-capabilities-kept":                privileges,
		"compose-credentials-in-connection-string": hardCoded,
		"compose-dangerous-device":                 privileges,
		"compose-database-port-published":          exposure,
		"compose-docker-socket-mounted":            privileges,
		"compose-eol-image":                        unmaintained,
		"compose-host-network":                     isolation,
		"compose-host-pid-or-ipc":                  isolation,
		"compose-host-userns-or-uts":               isolation,
		"compose-image-registry-not-allowed":       untrusted,
		"compose-mount-propagation-shared":         isolation,
		"compose-networks-unset":                   isolation,
		"compose-new-privileges-allowed":           privileges,
		"compose-port-on-all-interfaces":           allInterfaces,
		"compose-privileged-service":               privileges,
		"compose-root-filesystem-writable":         permissions,
		"compose-secret-in-build-arg":              unprotected,
		"compose-secret-in-environment":            hardCoded,
		"compose-security-opt-missing":             protection,
		"compose-security-profile-disabled":        protection,
		"compose-sensitive-path-mounted":           exposure,
		"compose-system-path-mounted-writable":     permissions,
		"compose-user-root":                        privileges,
		"copy-secret-file":                         inFile,
		"copy-whole-context":                       inFile,
		"debug-mode-in-env":                        debugCode,
		"debugger-in-image":                        debugCode,
		"docker-socket-in-dockerfile":              privileges,
		"dockerignore-git-not-excluded":            inFile,
		"dockerignore-missing":                     inFile,
		"dockerignore-secrets-not-excluded":        inFile,
		"download-without-checksum":                unchecked,
		"env-file-committed":                       inFile,
		"eol-base-image":                           unmaintained,
		"final-user-root":                          privileges,
		"final-user-unset":                         privileges,
		"hardcoded-secret":                         hardCoded,
		"image-registry-not-allowed":               untrusted,
		"insecure-http-download":                   cleartext,
		"k8s-capabilities-kept":                    privileges,
		"k8s-host-namespaces-shared":               isolation,
		"k8s-host-path-mounted":                    exposure,
		"k8s-privilege-escalation-allowed":         privileges,
		"k8s-privileged-container":                 privileges,
		"k8s-root-filesystem-writable":             permissions,
		"k8s-root-user-allowed":                    privileges,
		"k8s-seccomp-profile-unset":                protection,
		"k8s-secret-in-env":                        hardCoded,
		"k8s-service-account-token-mounted":        exposure,
		"package-signature-check-disabled":         signature,
		"php-xdebug-in-final":                      debugCode,
		"pip-install-without-hashes":               unchecked,
		"remote-script-piped-to-shell":             unchecked,
		"secret-in-env-or-arg":                     unprotected,
		"secret-in-run-command":                    hardCoded,
		"secret-mount-leaked":                      inFile,
		"setuid-binary":                            privileges,
		"tls-verification-disabled-by-env":         certificate,
		"tls-verification-disabled-by-flag":        certificate,
		"workflow-action-not-pinned":               untrusted,
		"workflow-secret-in-build-args":            unprotected,
		"world-writable-path":                      permissions,
	}
}
