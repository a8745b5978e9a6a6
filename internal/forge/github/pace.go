package github

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/wire"
)

// GitHub's limits (docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api):
// requests an hour, which each answer counts down, and secondary ones: 100 at once, 900
// points a minute for REST and 2,000 for GraphQL, where a request that only reads is one.
// Who is refused waits as long as the answer says, or else a minute, and longer each time.
const (
	requestsAtOnce = 20
	restEvery      = time.Minute / 900
	graphqlEvery   = time.Minute / 2000
	// limitTries is how often a request is made that limits refuse, failTries one that
	// fails; the first pauses are limitPause and failPause.
	limitTries = 8
	failTries  = 5
	limitPause = time.Minute
	failPause  = time.Second
	// resetSlack is for clocks that are not the same.
	resetSlack = time.Second
)

// resource is what GitHub counts requests by.
type resource uint8

const (
	rest resource = iota
	graphQL
	resources
)

// pace makes requests within GitHub's limits. It is safe for concurrent use.
type pace struct {
	client *http.Client
	token  string
	host   string
	now    func() time.Time
	wait   func(context.Context, time.Duration) error
	slots  chan struct{}

	mu       sync.Mutex
	requests int
	// until is when anybody may ask again.
	until time.Time
	lanes [resources]lane
}

// lane is one of the resources.
type lane struct {
	next time.Time
	// left is what the last answer said; known is false before one.
	left  int
	known bool
	reset time.Time
}

func newPace(s Server, host string) *pace {
	p := &pace{token: s.Token, host: host, now: s.Now, wait: s.Wait, slots: make(chan struct{}, requestsAtOnce)}
	p.client = &http.Client{Timeout: wire.CallTime}
	if s.Timeout > 0 {
		p.client.Timeout = s.Timeout
	}
	if p.now == nil {
		p.now = time.Now
	}
	if p.wait == nil {
		p.wait = wire.Wait
	}
	p.client.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if r.URL.Host != host { // with the token
			return fmt.Errorf("GitHub redirects to another host, %s", r.URL.Host)
		}
		if len(via) > 3 { //nolint:mnd // a repository that was renamed takes one
			return errors.New("GitHub redirects too often")
		}
		return nil
	}
	return p
}

// count is how many requests were made.
func (p *pace) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.requests
}

// reply is an answer, read to its end.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// do makes a request until it is answered: with 2xx, or with a refusal that no limit is the
// reason of.
func (p *pace) do(ctx context.Context, of resource, method, url string, body []byte, accept string) (*reply, error) {
	p.slots <- struct{}{}
	defer func() { <-p.slots }()
	limits, fails := 0, 0
	for {
		if err := p.turn(ctx, of); err != nil {
			return nil, err
		}
		r, err := p.once(ctx, method, url, body, accept)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil, wire.IsDown(r.status):
			if fails++; fails == failTries {
				return nil, givenUp(r, err)
			}
			if err := p.wait(ctx, failPause<<(fails-1)); err != nil {
				return nil, err
			}
			continue
		}
		pause, limited := p.note(of, r, limits)
		if !limited {
			return r, nil
		}
		if limits++; limits == limitTries {
			return nil, &forge.Limited{Forge: platform().Name, Answer: strconv.Itoa(r.status), Until: p.now().Add(pause)}
		}
		p.hold(pause)
	}
}

func givenUp(r *reply, err error) error {
	if err == nil {
		err = fmt.Errorf("GitHub answered %d", r.status)
	}
	return fmt.Errorf("%w, %d times", err, failTries)
}

// turn waits until a request may be made.
func (p *pace) turn(ctx context.Context, of resource) error {
	every := restEvery
	if of == graphQL {
		every = graphqlEvery
	}
	for {
		p.mu.Lock()
		now := p.now()
		l := &p.lanes[of]
		at := p.until
		if l.known && l.left <= 0 && l.reset.After(at) {
			at = l.reset
		}
		if !at.After(now) {
			if l.known && l.left <= 0 {
				l.known = false // there is room again, nobody knows how much
			}
			pause := l.next.Sub(now)
			l.next = now.Add(max(pause, 0) + every)
			l.left--
			p.requests++
			p.mu.Unlock()
			if pause <= 0 {
				return ctx.Err()
			}
			return p.wait(ctx, pause)
		}
		p.mu.Unlock()
		if err := p.wait(ctx, at.Sub(now)); err != nil {
			return err
		}
	}
}

// hold keeps everybody from asking for a while.
func (p *pace) hold(pause time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := p.now().Add(pause); until.After(p.until) {
		p.until = until
	}
}

// note reads what an answer says of the limits. limited says that they refuse it, and pause
// for how long.
func (p *pace) note(of resource, r *reply, before int) (pause time.Duration, limited bool) {
	left, leftErr := strconv.Atoi(r.header.Get("X-RateLimit-Remaining"))
	reset, resetErr := strconv.ParseInt(r.header.Get("X-RateLimit-Reset"), 10, 64)
	p.mu.Lock()
	if leftErr == nil && resetErr == nil {
		l := &p.lanes[of]
		at := time.Unix(reset, 0).Add(resetSlack)
		// Answers come in another order than requests: the lowest of a window counts.
		if !l.known || at.After(l.reset) || left < l.left {
			l.left, l.reset = left, at
		}
		l.known = true
	}
	p.mu.Unlock()
	switch r.status {
	case http.StatusForbidden, http.StatusTooManyRequests:
	case http.StatusOK:
		if !isRateLimited(r.body) {
			return 0, false
		}
	default:
		return 0, false
	}
	if pause, ok := wire.RetryAfter(r.header); ok {
		return pause + resetSlack, true
	}
	if leftErr == nil && resetErr == nil && left == 0 {
		return max(time.Unix(reset, 0).Add(resetSlack).Sub(p.now()), time.Second), true
	}
	words := strings.ToLower(string(r.body[:min(len(r.body), 4096)]))
	if r.status == http.StatusForbidden && !strings.Contains(words, "rate limit") && !strings.Contains(words, "abuse") {
		return 0, false
	}
	return limitPause << before, true
}

// isRateLimited reports whether GraphQL refuses, which it does with the status 200.
func isRateLimited(body []byte) bool {
	return len(body) < 4096 && bytes.Contains(body, []byte(`"RATE_LIMITED"`))
}

func (p *pace) once(ctx context.Context, method, url string, body []byte, accept string) (*reply, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", accept)
	request.Header.Set("User-Agent", "dockmend")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if p.token != "" && request.URL.Host == p.host {
		request.Header.Set("Authorization", "Bearer "+p.token)
	}
	answer, err := p.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }() // it was only read from
	content, err := io.ReadAll(wire.Bounded(answer.Body))
	if err != nil {
		return nil, err
	}
	return &reply{answer.StatusCode, answer.Header, content}, nil
}
