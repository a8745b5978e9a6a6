package resolve

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"syscall"
	"testing"
)

func TestDelay(t *testing.T) {
	answer := func(code int) *http.Response { return &http.Response{StatusCode: code, Header: http.Header{}} }
	for _, tt := range []struct {
		name string
		resp *http.Response
		err  error
		want bool
	}{
		{"broken", nil, fmt.Errorf("read: %w", io.EOF), true},
		{"reset", nil, syscall.ECONNRESET, true},
		{"refused", nil, syscall.ECONNREFUSED, false},
		{"certificate", nil, x509.UnknownAuthorityError{}, false},
		{"out of time", nil, context.DeadlineExceeded, false},
		{"not allowed", nil, &refused{"no"}, false},
		{"good", answer(200), nil, false},
		{"not found", answer(404), nil, false},
		{"bad gateway", answer(502), nil, true},
		{"too many", answer(429), nil, true},
	} {
		if _, again := delay(tt.resp, tt.err, 0); again != tt.want {
			t.Errorf("%s: again %v", tt.name, again)
		}
		if _, again := delay(tt.resp, tt.err, 3); again {
			t.Errorf("%s: a fifth attempt", tt.name)
		}
	}
}
