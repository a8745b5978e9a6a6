// Package wire has the manners of requests to any platform: answers are bounded, the token
// goes to one host alone, what only reads is asked again where the server wants that, and a
// run makes so many requests.
package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

const (
	// CallTime bounds one request, its answer included.
	CallTime = 30 * time.Second
	// MaxAnswer bounds an answer in bytes: a page of 100 files with patches stays far below.
	MaxAnswer = 50 << 20
	// MaxFile bounds a file that is read through the API.
	MaxFile = 10 << 20
	// LongestWait bounds how long a run waits because a platform asks it to.
	LongestWait = time.Minute
	// readTries is how often a request that only reads is made.
	readTries = 3
)

// Budget counts the requests of a run. It is safe for concurrent use.
type Budget struct {
	forge       string
	most        int
	calls, room atomic.Int64
}

// NewBudget allows so many requests of a platform.
func NewBudget(forge string, most int) *Budget {
	b := &Budget{forge: forge, most: most}
	b.room.Store(int64(most))
	return b
}

// Calls is how many requests were made, Left how many more may be.
func (b *Budget) Calls() int { return int(b.calls.Load()) }
func (b *Budget) Left() int  { return int(b.room.Load() - b.calls.Load()) } //nolint:revive // see Calls

// Allow gives the run n more requests.
func (b *Budget) Allow(n int) { b.room.Add(int64(n)) }

// Exhausted ends a run's requests.
type Exhausted struct {
	Forge string
	Most  int
}

func (e *Exhausted) Error() string {
	return fmt.Sprintf("the run has made its %d calls of %s's API", e.Most, e.Forge)
}

// Transport counts requests, bounds answers, and gives the token to the API's host alone: a
// redirect to another one goes without it.
type Transport struct {
	Host string
	// Header has the token, with what stands before it; both are empty without one.
	Header, Value string
	Budget        *Budget
	Wait          func(context.Context, time.Duration) error
}

// tokenHeaders are those in which platforms take tokens.
var tokenHeaders = [...]string{"Authorization", "Private-Token", "Job-Token"}

// RoundTrip repeats what only reads where the server or its limit asks for it.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	for _, name := range tokenHeaders {
		r.Header.Del(name)
	}
	if t.Header != "" && r.URL.Host == t.Host {
		r.Header.Set(t.Header, t.Value)
	}
	for try := 1; ; try++ {
		if t.Budget.Left() <= 0 {
			return nil, &Exhausted{t.Budget.forge, t.Budget.most}
		}
		t.Budget.calls.Add(1)
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		pause, again := Retryable(answer)
		if r.Method != http.MethodGet || !again || try == readTries {
			answer.Body = Bounded(answer.Body)
			return answer, nil
		}
		_ = answer.Body.Close() // nothing of it is wanted
		if err := t.Wait(r.Context(), pause); err != nil {
			return nil, err
		}
	}
}

// Retryable reports whether an answer asks to come again, and after how long. A pause that
// is too long for a job is none.
func Retryable(answer *http.Response) (pause time.Duration, ok bool) {
	switch {
	case IsDown(answer.StatusCode):
		return time.Second, true
	case answer.StatusCode == http.StatusForbidden, answer.StatusCode == http.StatusTooManyRequests:
		pause, ok = RetryAfter(answer.Header)
		return max(pause, time.Second), ok && pause <= LongestWait
	}
	return 0, false
}

// IsDown reports whether a status says that the platform fails, perhaps only now.
func IsDown(status int) bool {
	switch status {
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// RetryAfter is how long an answer asks to wait, in seconds, if it does.
func RetryAfter(header http.Header) (pause time.Duration, ok bool) {
	seconds, err := strconv.Atoi(header.Get("Retry-After"))
	return time.Duration(seconds) * time.Second, err == nil && seconds >= 0
}

// ErrTooLong is wrapped by the error for an answer that is too long.
var ErrTooLong = errors.New("the answer is too long")

// Bounded fails, rather than ends, after MaxAnswer bytes.
func Bounded(body io.ReadCloser) io.ReadCloser { return &boundedBody{body, MaxAnswer} }

type boundedBody struct {
	io.ReadCloser
	left int
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("%w: more than %d bytes", ErrTooLong, MaxAnswer)
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// Wait waits, or returns the context's error.
func Wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Escaped is a path with each of its parts escaped.
func Escaped(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return strings.Join(parts, "/")
}

// Failure is what an error of a call means for what to do next.
type Failure uint8

// The failures.
const (
	None    Failure = iota
	Refused         // the token may not, or the resource is not there
	Invalid         // what was sent is not accepted
	Limited         // too many requests: later
	Unclear         // it may have been done, or not
)

// FailureOf classes an answer that is none of success, with the pause before a second try.
func FailureOf(answer *http.Response) (Failure, time.Duration) {
	pause, again := Retryable(answer)
	switch code := answer.StatusCode; {
	case code == http.StatusTooManyRequests && !again:
		return Limited, LongestWait
	case code == http.StatusTooManyRequests, code == http.StatusForbidden && again:
		return Limited, pause
	case code == http.StatusUnprocessableEntity:
		return Invalid, 0
	case code >= http.StatusInternalServerError:
		return Unclear, time.Second
	}
	return Refused, 0
}
