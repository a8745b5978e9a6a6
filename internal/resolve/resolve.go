// Package resolve knows what registries know: the digest behind a tag, the
// platforms of an index, tags, image configs. It makes no request but to the
// registries that it may ask, and none to addresses that are nobody's business
// (docs/contract.md section 6). Besides internal/forge/github it is the only package
// that opens connections.
package resolve

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/distribution/reference"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/dockmend/dockmend/internal/lint"
)

// Registries are those that may be asked unless somebody says otherwise
// (docs/contract.md section 4).
func Registries() []string {
	return []string{
		"docker.io", "ghcr.io", "quay.io", "mcr.microsoft.com", "gcr.io", "public.ecr.aws", "registry.k8s.io", "cgr.dev",
	}
}

// Options say whom a Resolver may ask, and as whom. All of them come from
// flags, inputs or the environment, never from a file of a repository.
type Options struct {
	// Allowed are the registries that may be asked, by host and port; nil stands
	// for Registries.
	Allowed []string
	// Named are further ones, that a person named: these may have a private or
	// loopback address, and on this machine speak HTTP.
	Named []string
	// Keychain has the credentials; nil for those of the Docker config.
	Keychain authn.Keychain
	// GitHubToken is the job's token. Only ghcr.io gets it, and only where the
	// keychain has nothing for it.
	GitHubToken string
	// Getenv gives HTTPS_PROXY, HTTP_PROXY, NO_PROXY and SSL_CERT_FILE; nil for
	// an empty environment.
	Getenv func(string) string
	// Version of this program, for the registries' logs.
	Version string
	// Limits bound the run; zero values stand for the usual ones.
	Limits Limits
}

// Limits bound what look-ups may cost.
type Limits struct {
	// Request is the longest that one request may take, with its answer's body.
	Request time.Duration
	// Headers is the longest wait for the head of an answer.
	Headers time.Duration
	// Waits is the sum of all waits between attempts, in a run.
	Waits time.Duration
	// Retries counts second attempts, in a run.
	Retries int
	// AtOnce counts look-ups at the same time, for each registry.
	AtOnce int
	// Answer is the size of one answer in bytes, Tags the number of a
	// repository's tags that are read.
	Answer int64
	Tags   int
	// Requests counts all of a run.
	Requests int
	// Candidates counts the tags that are tried to find a reference's version,
	// AllCandidates those of a run.
	Candidates, AllCandidates int
}

func (l Limits) orUsual() Limits {
	return Limits{
		Request: cmp.Or(l.Request, 30*time.Second), Headers: cmp.Or(l.Headers, 10*time.Second),
		Waits: cmp.Or(l.Waits, time.Minute), Retries: cmp.Or(l.Retries, 20), AtOnce: cmp.Or(l.AtOnce, 4),
		Answer: cmp.Or(l.Answer, 4<<20), Tags: cmp.Or(l.Tags, 20_000), Requests: cmp.Or(l.Requests, 5000),
		Candidates: cmp.Or(l.Candidates, 20), AllCandidates: cmp.Or(l.AllCandidates, 200),
	}
}

// Resolver answers for one run. It implements lint.Registry and is safe for
// concurrent use; the same question is asked once, however many ask it.
type Resolver struct {
	*shared

	mu sync.Mutex
	// failures are those of this resolver's questions, said has the digest of each tag that
	// it asked for, by its full name.
	failures, said map[string]string
	// isOther is set for one that another was made from, to whom the connections belong.
	isOther bool
}

// shared is what resolvers of one run have in common.
type shared struct {
	ctx     context.Context
	options Options
	limits  Limits
	// allowed has the registries by the name that requests go to.
	allowed    map[string]bool
	connect    *connector
	budget     *budget
	candidates atomic.Int64
	cut        atomic.Int64

	asked      sync.Mutex
	registries map[string]*registry

	digests   memo[string]
	settled   memo[struct{}]
	manifests memo[*manifest]
	configs   memo[lint.ImageConfig]
	tags      memo[[]string]
	versions  memo[lint.Version]
}

// Another is a resolver with the same answers and the same bounds. What it was told, and
// which of its own questions failed, follows from these questions alone, not from what
// others asked before.
func (r *Resolver) Another() *Resolver {
	return &Resolver{shared: r.shared, failures: map[string]string{}, said: map[string]string{}, isOther: true}
}

// learn takes over what another was told.
func (r *Resolver) learn(other *Resolver) {
	other.mu.Lock()
	defer other.mu.Unlock()
	if len(other.failures)+len(other.said) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	maps.Copy(r.failures, other.failures)
	maps.Copy(r.said, other.said)
}

// registry is one that was asked.
type registry struct {
	puller *remote.Puller
	slots  chan struct{}
}

// New makes a Resolver for a run. No connection is made. ctx is that of the run:
// when it ends, all look-ups do. The error names a setting that is wrong.
func New(ctx context.Context, o Options) (*Resolver, error) {
	if o.Getenv == nil {
		o.Getenv = func(string) string { return "" }
	}
	if o.Allowed == nil {
		o.Allowed = Registries()
	}
	common := &shared{ctx: ctx, options: o, limits: o.Limits.orUsual(), allowed: map[string]bool{}, registries: map[string]*registry{}}
	r := &Resolver{shared: common, failures: map[string]string{}, said: map[string]string{}}
	named := map[string]bool{}
	for _, host := range slices.Concat(o.Allowed, o.Named) {
		parsed, err := name.NewRegistry(host, name.StrictValidation)
		if err != nil || host == "" {
			return nil, fmt.Errorf("%q is not a registry; want a host, such as registry.example.com or localhost:5000", host)
		}
		r.allowed[parsed.RegistryStr()] = true
		if slices.Contains(o.Named, host) {
			named[parsed.RegistryStr()] = true
		}
	}
	var err error
	if r.connect, err = newConnector(o.Getenv, named, r.limits.Headers); err != nil {
		return nil, err
	}
	r.budget = newBudget(r.limits)
	return r, nil
}

// Requests counts the HTTP requests that were sent.
func (r *Resolver) Requests() int { return r.budget.count() }

// Searches is what the look for versions came to in a run.
type Searches struct {
	// Tried counts the tags that were tried, Most is how many may be.
	Tried, Most int
	// Cut counts the references whose search ended at a bound, theirs or the run's.
	Cut int
}

// Searches counts the tags that were tried to find versions.
func (r *Resolver) Searches() Searches {
	most := r.limits.AllCandidates
	return Searches{Tried: min(int(r.candidates.Load()), most), Most: most, Cut: int(r.cut.Load())}
}

// Failures lists the look-ups that could not be completed, a line for each
// reason, sorted: those after which nobody knows what the registry would have
// said.
func (r *Resolver) Failures() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	byReason := map[string][]string{}
	for what, reason := range r.failures {
		byReason[reason] = append(byReason[reason], what)
	}
	var lines []string
	for reason, images := range byReason {
		slices.Sort(images)
		const named = 3
		which := strings.Join(images[:min(len(images), named)], ", ")
		if more := len(images) - named; more > 0 {
			which += fmt.Sprintf(" and %d more", more)
		}
		lines = append(lines, which+": "+reason)
	}
	slices.Sort(lines)
	return lines
}

// Said implements lint.Registry.
func (r *Resolver) Said(ref string) (digest string, ok bool) {
	tag, err := name.NewTag(ref, name.WeakValidation)
	if err != nil {
		return "", false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	digest, ok = r.said[tag.Name()]
	return digest, ok
}

// parse reads a reference and refuses what may not be asked for. It is the
// first step of every look-up.
func (r *Resolver) parse(ref string) (name.Reference, error) {
	parsed, err := name.ParseReference(ref, name.WeakValidation)
	if _, strict := reference.ParseNormalizedNamed(ref); err != nil || strict != nil {
		// Docker's own grammar is the stricter one: it has no "..".
		if strings.Contains(ref, "@") { // what is before it may be a password
			return nil, &lint.Unavailable{Reason: "a text with an @ that no digest follows is not a reference to an image"}
		}
		return nil, &lint.Unavailable{Reason: fmt.Sprintf("%q is not a reference to an image", ref)}
	}
	host := parsed.Context().RegistryStr()
	if !r.allowed[host] {
		reason := host + " was not asked"
		if ip, err := netip.ParseAddr(parsed.Context().RegistryStr()); err != nil || !ip.IsLinkLocalUnicast() {
			reason += "; --online-registry " + host + " allows it"
		}
		return nil, &lint.Unavailable{Reason: reason}
	}
	return parsed, nil
}

// registry returns what is needed to ask a registry; its credentials are looked
// up once.
func (r *Resolver) registry(of name.Registry) (*registry, error) {
	r.asked.Lock()
	defer r.asked.Unlock()
	host := of.RegistryStr()
	if known := r.registries[host]; known != nil {
		return known, nil
	}
	keys := r.keychain()
	transport := &guard{
		registry: of, connect: r.connect, budget: r.budget, keys: keys,
		agent: "dockmend/" + cmp.Or(r.options.Version, "dev"),
	}
	puller, err := remote.NewPuller(
		remote.WithTransport(transport), remote.WithAuthFromKeychain(keys),
		// The guard retries, within one budget for the run.
		remote.WithRetryStatusCodes(), remote.WithRetryPredicate(func(error) bool { return false }),
		remote.WithRetryBackoff(remote.Backoff{Steps: 1}),
	)
	if err != nil {
		return nil, err
	}
	made := &registry{puller: puller, slots: make(chan struct{}, r.limits.AtOnce)}
	r.registries[host] = made
	return made, nil
}

// ask makes one look-up: it waits for a free slot of the registry, and says of
// an error what it means.
func ask[T any](r *Resolver, ref name.Reference, do func(context.Context, *remote.Puller) (T, error)) (T, error) {
	var none T
	reg, err := r.registry(ref.Context().Registry)
	if err != nil {
		return none, r.failed(ref, err)
	}
	select {
	case reg.slots <- struct{}{}:
		defer func() { <-reg.slots }()
	case <-r.ctx.Done():
		return none, r.failed(ref, r.ctx.Err())
	}
	answer, err := do(r.ctx, reg.puller)
	if err != nil {
		return none, r.failed(ref, err)
	}
	return answer, nil
}

// failed says what an error means, and remembers it where it leaves the run
// incomplete.
func (r *Resolver) failed(ref name.Reference, err error) error {
	reason, complete := explain(ref, err, func() bool { return r.keychain().has(ref.Context().Registry) })
	if !complete {
		r.mu.Lock()
		r.failures[shown(ref)] = reason
		r.mu.Unlock()
	}
	return &lint.Unavailable{Reason: reason}
}

func (r *Resolver) keychain() *keychain {
	return &keychain{inner: cmp.Or[authn.Keychain](r.options.Keychain, authn.DefaultKeychain), token: r.options.GitHubToken}
}

// Close ends all idle connections, if they are its own.
func (r *Resolver) Close() {
	if r.isOther {
		return
	}
	for _, t := range []*http.Transport{r.connect.direct, r.connect.proxied} {
		t.CloseIdleConnections()
	}
}
