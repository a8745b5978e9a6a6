package audit

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/wire"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/terminal"
	"github.com/dockmend/dockmend/internal/text"
)

// progress says on standard error what goes on: on a terminal a line that counts, elsewhere
// lines from time to time.
type progress struct {
	w          io.Writer
	quiet      bool
	isTerminal bool
	now        func() time.Time
	host       forge.Host

	mu       sync.Mutex
	line     *terminal.Progress
	all, n   int
	findings int
	failed   int
	said     time.Time
	// until is the end of the wait that was last told.
	until time.Time
}

const (
	// sayEvery is how often a line is written: more would fill the log of a job.
	sayEvery = 10 * time.Second
	// longWait is what is told of waits; shorter ones are pauses between requests.
	longWait = 5 * time.Second
)

func (p *progress) say(format string, args ...any) {
	if !p.quiet {
		p.wipe()
		_, _ = fmt.Fprintln(p.w, "dockmend: "+report.Terminal(fmt.Sprintf(format, args...)))
	}
}

// wipe takes the line that counts away, until the next step.
func (p *progress) wipe() {
	if p.line != nil {
		p.line.End()
	}
}

// waits is a wait that tells of long ones; nil waits by the clock.
func (p *progress) waits(wait func(context.Context, time.Duration) error) func(context.Context, time.Duration) error {
	if wait == nil {
		wait = wire.Wait
	}
	return func(ctx context.Context, d time.Duration) error {
		p.mu.Lock()
		// Many wait for the same: what ends a little later is no news.
		if until := p.now().Add(d); d >= longWait && until.After(p.until.Add(longWait)) {
			p.until = until
			p.say("%s takes no more requests for now; going on at %s UTC", p.host.Name(), until.UTC().Format(time.TimeOnly))
		}
		p.mu.Unlock()
		return wait(ctx, d)
	}
}

func (p *progress) begin(plan Plan) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all, p.said = plan.Repositories-plan.Known, p.now()
	all := text.Counted(plan.Repositories, "repository")
	switch {
	case p.all == 0:
		p.say("%s, none of which changed since the last audit", all)
		return
	case plan.Known > 0:
		all += fmt.Sprintf(", of which %d did not change since the last audit", plan.Known)
	}
	wanted := int(float64(p.all) * RequestsEach)
	p.say("%s; about %d requests%s", all, wanted, p.room(wanted, plan.Budget))
	if p.isTerminal && !p.quiet {
		p.line = terminal.NewProgress(p.w, p.now, p.all, text.Plural(p.all, "repository"))
	}
}

// room says whether the limit lets so many requests through at once; it is empty where the
// platform has none to ask for.
func (p *progress) room(wanted int, b forge.Budget) string {
	if b.Most <= 0 {
		return ""
	}
	enough := "that is enough"
	if wanted > b.Left {
		enough = "so that the audit waits for the limit some " + text.Counted((wanted-b.Left)/b.Most+1, "time")
	}
	return fmt.Sprintf("; %s has %d of %d left until %s UTC, %s", p.host.Name(), b.Left, b.Most, b.Until.UTC().Format(time.TimeOnly), enough)
}

func (p *progress) done(r *Record) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n++
	p.findings += len(r.Findings)
	if r.State == Failed {
		p.failed++
		p.say("%s was not audited: %s", r.Repository, r.Reason)
	}
	if p.line != nil {
		p.line.Step()
		return
	}
	if now := p.now(); now.Sub(p.said) >= sayEvery {
		p.said = now
		p.say("%d of %d repositories, %s, %s", p.n, p.all, text.Counted(p.findings, "finding"), text.Counted(p.host.Requests(), "request"))
	}
}

func (p *progress) end() {
	failed := ""
	if p.failed > 0 {
		failed = fmt.Sprintf(", %d of which failed", p.failed)
	}
	p.say("%s looked at%s, with %s", text.Counted(p.n, "repository"), failed, text.Counted(p.host.Requests(), "request"))
}
