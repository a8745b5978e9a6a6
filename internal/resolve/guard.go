package resolve

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
)

// guard is the transport of one registry. Every request passes it, those that
// follow a redirect or fetch a token too: it judges where they go, takes
// credentials off those for another host, counts, retries and bounds them.
type guard struct {
	registry name.Registry
	connect  *connector
	budget   *budget
	keys     *keychain
	agent    string
	// untrusted is the error about the registry's certificate, once there is one.
	untrusted atomic.Pointer[tls.CertificateVerificationError]
}

// RoundTrip implements http.RoundTripper.
func (g *guard) RoundTrip(in *http.Request) (*http.Response, error) {
	req := in.Clone(in.Context())
	req.Header.Set("User-Agent", g.agent)
	if err := g.judge(req); err != nil {
		return nil, err
	}
	way, err := g.connect.transport(req.URL)
	if err != nil {
		return nil, err
	}
	host := req.URL.Host
	for attempt := 0; ; attempt++ {
		if err := g.budget.take(host); err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(req.Context(), g.budget.limits.Request)
		resp, err := way.RoundTrip(req.WithContext(ctx))
		var untrusted *tls.CertificateVerificationError
		if errors.As(err, &untrusted) && host == g.registry.RegistryStr() {
			g.untrusted.Store(untrusted)
		}
		if err != nil {
			g.budget.failed(host, err)
		}
		wait, again := delay(resp, err, attempt)
		if !again || req.Body != nil || !g.budget.mayWait(host, wait) {
			if err != nil {
				cancel()
				return nil, err
			}
			resp.Body = &bounded{body: resp.Body, left: g.budget.limits.Answer, done: cancel, failed: func(err error) { g.budget.failed(host, err) }}
			return resp, nil
		}
		if resp != nil {
			_ = resp.Body.Close() // its answer is not wanted
		}
		cancel()
		if err := pause(req.Context(), wait); err != nil {
			return nil, err
		}
	}
}

// mostRedirects is how often an answer may send on to another.
const mostRedirects = 5

// judge refuses a request, or takes its credentials off.
func (g *guard) judge(req *http.Request) error {
	// The library follows for as long as there is somewhere to go.
	hops := 0
	for via := req; via.Response != nil && via.Response.Request != nil; via = via.Response.Request {
		if hops++; hops > mostRedirects {
			return &refused{fmt.Sprintf("%s redirects more than %d times", g.registry.RegistryStr(), mostRedirects)}
		}
	}
	own := req.URL.Host == g.registry.RegistryStr()
	switch {
	case req.URL.Scheme == "https":
	case req.URL.Scheme == "http" && own && isLoopback(req.URL.Hostname()) && g.connect.named[req.URL.Host]:
		// A registry on this machine, that a person named. In a network somebody
		// else could pose as a registry that has no certificate. One that has a
		// certificate is not asked without it.
		if untrusted := g.untrusted.Load(); untrusted != nil {
			return untrusted
		}
	default:
		return &refused{fmt.Sprintf("%s://%s was not asked, because it does not use https", req.URL.Scheme, req.URL.Host)}
	}
	if req.Method != http.MethodGet && req.Method != http.MethodHead && req.Method != http.MethodPost {
		return &refused{req.Method + " is not sent: registries are only read"}
	}
	if own || slices.Contains(tokenHosts(g.registry.RegistryStr()), req.URL.Host) {
		return nil
	}
	// Credentials stay where they belong. What is left is a token that the other
	// host itself gave for the asking, to somebody who has no credentials here.
	req.Header.Del("Cookie")
	if !strings.HasPrefix(req.Header.Get("Authorization"), "Bearer ") || g.keys.has(g.registry) {
		req.Header.Del("Authorization")
	}
	if req.Method == http.MethodPost { // the credentials are in its body
		return &refused{fmt.Sprintf("%s requested the credentials for %s, which it must not get", req.URL.Host, g.registry.RegistryStr())}
	}
	return nil
}

// longestWait is how long a registry may ask to wait before a further attempt.
const longestWait = 30 * time.Second

// delay says whether a further attempt may help, and when.
func delay(resp *http.Response, err error, attempt int) (wait time.Duration, again bool) {
	const attempts = 3
	wait = 250 * time.Millisecond << attempt
	if err != nil {
		return wait, isBroken(err) && attempt < attempts
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		if asked, ok := retryAfter(resp.Header.Get("Retry-After")); ok {
			return asked, attempt < attempts
		}
		return wait * 4, attempt < attempts
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout, http.StatusRequestTimeout:
		return wait, attempt < attempts
	}
	return 0, false
}

// isBroken reports whether a connection broke that might have held. One that was
// refused, took too long or has the wrong certificate will not be better soon.
func isBroken(err error) bool {
	for _, broken := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE} {
		if errors.Is(err, broken) {
			return true
		}
	}
	return false
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// retryAfter reads the header: seconds, or a date.
func retryAfter(value string) (time.Duration, bool) {
	if seconds, err := strconv.Atoi(value); err == nil && seconds >= 0 {
		return time.Duration(min(seconds, 1<<20)) * time.Second, true
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(time.Until(at), 0), true
	}
	return 0, false
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// budget is what all requests of a run share.
type budget struct {
	limits Limits

	mu       sync.Mutex
	requests int
	waits    time.Duration
	retries  int
	// paused says until when a host is left alone.
	paused map[string]rest
	// silences counts the requests that a host did not answer in time.
	silences map[string]int
}

// rest is a time in which a host gets no request. why is empty where it asked
// for that.
type rest struct {
	until time.Time
	why   string
}

func newBudget(l Limits) *budget {
	return &budget{limits: l, waits: l.Waits, retries: l.Retries, paused: map[string]rest{}, silences: map[string]int{}}
}

func (b *budget) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.requests
}

// take counts a request, and refuses one too many, or one to a host that asked
// to be left alone.
func (b *budget) take(host string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p := b.paused[host]; time.Until(p.until) > 0 {
		if p.why == "" {
			p.why = "it requires a wait of " + time.Until(p.until).Round(time.Second).String()
		}
		return &refused{fmt.Sprintf("%s was not asked: %s", host, p.why)}
	}
	if b.requests >= b.limits.Requests {
		return &refused{fmt.Sprintf("%s was not asked: this run has made its %d requests", host, b.limits.Requests)}
	}
	b.requests++
	return nil
}

// mayWait takes a wait off the budget. Where that is too much, the host is left
// alone for as long as it asked.
func (b *budget) mayWait(host string, wait time.Duration) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if wait > longestWait || wait > b.waits || b.retries == 0 {
		why := ""
		if wait <= longestWait {
			why = "this run has no attempts left"
		}
		b.leave(host, wait, why)
		return false
	}
	b.waits -= wait
	b.retries--
	return true
}

// mostSilences is how often a host may give no answer in time. A run is
// incomplete after the first, so that more waiting gains little: with each of
// many images it would be minutes.
const mostSilences = 3

// failed notes an error of a host, which is left alone after too many silences.
func (b *budget) failed(host string, err error) {
	if !isTimeout(err) {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.silences[host]++; b.silences[host] == mostSilences {
		const forThisRun = 24 * time.Hour
		b.leave(host, forThisRun, fmt.Sprintf("it did not answer in time, %d times", mostSilences))
	}
}

// leave lets a host alone, for no less than was said before.
func (b *budget) leave(host string, wait time.Duration, why string) {
	if until := time.Now().Add(wait); until.After(b.paused[host].until) {
		b.paused[host] = rest{until, why}
	}
}

// bounded is a body with an end.
type bounded struct {
	body io.ReadCloser
	left int64
	done context.CancelFunc
	// failed is told of an error.
	failed func(error)
}

var errTooLarge = errors.New("the answer is larger than expected")

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLarge
	}
	n, err := b.body.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if err != nil {
		b.failed(err)
	}
	return n, err
}

func (b *bounded) Close() error {
	defer b.done()
	return b.body.Close()
}
