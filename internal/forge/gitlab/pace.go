package gitlab

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/wire"
)

// agent is how requests say who asks.
const agent = "dockmend"

// GitLab's limits are those of its administrator
// (docs.gitlab.com/administration/settings/user_and_ip_rate_limits): so many requests a minute,
// which answers count down where the limit is on. Who is refused waits as long as the
// answer says, or else a minute, and longer each time.
const (
	requestsAtOnce = 10
	// limitTries is how often a request is made that limits refuse, failTries one that
	// fails; the first pauses are limitPause and failPause.
	limitTries = 8
	failTries  = 5
	limitPause = time.Minute
	failPause  = time.Second
	// resetSlack is for clocks that are not the same.
	resetSlack = time.Second
)

// pace makes requests that only read within GitLab's limits, and again where they fail. It
// is safe for concurrent use.
type pace struct {
	client      *http.Client
	token, host string
	now         func() time.Time
	wait        func(context.Context, time.Duration) error
	slots       chan struct{}

	mu       sync.Mutex
	requests int
	// until is when anybody may ask again.
	until time.Time
}

func newPace(s Server, host string) *pace {
	p := &pace{token: s.Token, host: host, now: s.Now, wait: s.Wait, slots: make(chan struct{}, requestsAtOnce)}
	p.client = &http.Client{Timeout: cmp.Or(s.Timeout, wire.CallTime), CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		return fmt.Errorf("GitLab redirects to %s", r.URL.Host) // a project that was moved is listed where it is
	}}
	if p.now == nil {
		p.now = time.Now
	}
	if p.wait == nil {
		p.wait = wire.Wait
	}
	return p
}

// count is how many requests were made.
func (p *pace) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.requests
}

// errHost is the error for a request to another host than the API's.
var errHost = errors.New("a request to another host than GitLab's")

// RoundTrip makes a request until it is answered: with 2xx, or with a refusal that no limit
// is the reason of. Answers are whole.
func (p *pace) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != p.host {
		return nil, errHost
	}
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		_ = r.Body.Close() // it was only read from
	}
	p.slots <- struct{}{}
	defer func() { <-p.slots }()
	limits, fails := 0, 0
	for {
		if err := p.turn(r.Context()); err != nil {
			return nil, err
		}
		answer, err := p.once(r, body)
		if r.Context().Err() != nil {
			return nil, r.Context().Err()
		}
		if err != nil || wire.IsDown(answer.StatusCode) {
			if fails++; fails == failTries || errors.Is(err, wire.ErrTooLong) {
				return answer, err
			}
			if err := p.wait(r.Context(), failPause<<(fails-1)); err != nil {
				return nil, err
			}
			continue
		}
		pause, limited := p.note(answer, limits)
		if !limited {
			return answer, nil
		}
		if limits++; limits == limitTries {
			return nil, &forge.Limited{Forge: platform().Name, Answer: strconv.Itoa(answer.StatusCode), Until: p.now().Add(pause)}
		}
		p.hold(p.now().Add(pause))
	}
}

// once makes a request and reads its answer to the end.
func (p *pace) once(r *http.Request, body []byte) (*http.Response, error) {
	again := r.Clone(r.Context())
	again.RequestURI = ""
	again.Body, again.GetBody = http.NoBody, nil
	if len(body) > 0 {
		again.Body = io.NopCloser(bytes.NewReader(body))
	}
	// A token of any kind is taken there, by REST as by GraphQL.
	again.Header.Del("Private-Token")
	if p.token != "" {
		again.Header.Set("Authorization", "Bearer "+p.token)
	}
	answer, err := p.client.Do(again) //nolint:gosec // RoundTrip has refused all hosts but the API's
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }() // it was only read from
	content, err := io.ReadAll(wire.Bounded(answer.Body))
	if err != nil {
		return nil, err
	}
	answer.Body = io.NopCloser(bytes.NewReader(content))
	return answer, nil
}

// turn waits until a request may be made.
func (p *pace) turn(ctx context.Context) error {
	for {
		p.mu.Lock()
		pause := p.until.Sub(p.now())
		if pause <= 0 {
			p.requests++
			p.mu.Unlock()
			return ctx.Err()
		}
		p.mu.Unlock()
		if err := p.wait(ctx, pause); err != nil {
			return err
		}
	}
}

// hold keeps everybody from asking until a time.
func (p *pace) hold(until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until.After(p.until) {
		p.until = until
	}
}

// note reads what an answer says of the limits. limited says that they refuse it, and pause
// for how long.
func (p *pace) note(answer *http.Response, before int) (pause time.Duration, limited bool) {
	left, leftErr := strconv.Atoi(answer.Header.Get("RateLimit-Remaining"))
	reset, resetErr := strconv.ParseInt(answer.Header.Get("RateLimit-Reset"), 10, 64)
	known := leftErr == nil && resetErr == nil
	at := time.Unix(reset, 0).Add(resetSlack)
	if answer.StatusCode != http.StatusTooManyRequests {
		if known && left < requestsAtOnce && at.Sub(p.now()) < time.Hour {
			p.hold(at) // those that are under way use up the rest
		}
		return 0, false
	}
	if pause, ok := wire.RetryAfter(answer.Header); ok {
		return pause + resetSlack, true
	}
	if known && left == 0 {
		return max(at.Sub(p.now()), time.Second), true
	}
	return limitPause << before, true
}
