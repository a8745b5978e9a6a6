package resolve

import (
	"context"

	"github.com/google/go-containerregistry/pkg/authn"
)

const githubRegistry = "ghcr.io"

// keychain has the credentials of the Docker config, and the job's token for
// ghcr.io.
type keychain struct {
	inner authn.Keychain
	token string
}

// Resolve implements authn.Keychain.
func (k *keychain) Resolve(target authn.Resource) (authn.Authenticator, error) {
	auth, err := authn.Resolve(context.Background(), k.inner, target)
	if err != nil {
		return nil, err
	}
	if auth == authn.Anonymous && k.token != "" && target.RegistryStr() == githubRegistry {
		// ghcr.io takes any name beside a token.
		return &authn.Basic{Username: "dockmend", Password: k.token}, nil
	}
	return auth, nil
}

// has reports whether there are credentials for a registry; where that is not
// clear it is true.
func (k *keychain) has(target authn.Resource) bool {
	auth, err := k.Resolve(target)
	return err != nil || auth != authn.Anonymous
}

// tokenHosts are, for a registry, further hosts whose token service may see its
// credentials (the registries' own 401 answers, as of November 2026).
func tokenHosts(registry string) []string {
	switch registry {
	case "index.docker.io":
		return []string{"auth.docker.io"}
	case "registry.gitlab.com":
		return []string{"gitlab.com"}
	}
	return nil
}
