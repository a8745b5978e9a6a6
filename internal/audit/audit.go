package audit

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/remote"
	"github.com/dockmend/dockmend/internal/run"
)

// Options say what an audit looks at, and how.
type Options struct {
	Selection forge.Selection
	// Shard is the part of the repositories that is looked at, from 1 to Shards; 0 for all.
	Shard, Shards int
	// Jobs is how many repositories are looked at at once.
	Jobs int
	// Env and Run are those of the run over each repository. Run.Rules.AsOf is the day;
	// empty for that of an audit that was interrupted, else today.
	Env *run.Env
	Run run.Options
	// Memory keeps what is known from run to run.
	Memory *Memory
	// Version is that of this program.
	Version string
	// Begin is called once it is known what there is to do, Done for each repository that
	// was looked at. They may be nil; Done is called by several at once.
	Begin func(plan Plan)
	Done  func(r *Record)
}

// Plan is what an audit is about to do.
type Plan struct {
	// Repositories are all of the audit, Known those of which the record holds.
	Repositories, Known int
	Budget              forge.Budget
}

// RequestsEach is about how many requests a repository takes: one for the list of its files,
// and for most one or two for files.
const RequestsEach = 2.5

// Auditor looks at the repositories of a platform.
type Auditor struct {
	host    forge.Host
	options Options
	// lead asks registries for all of them; nil offline.
	lead *run.Workspace
	key  string
}

// New makes an auditor.
func New(host forge.Host, options Options) *Auditor { return &Auditor{host: host, options: options} }

// Run looks at the repositories. What goes wrong with one of them is in its record; the
// error is that of the audit as a whole.
func (a *Auditor) Run(ctx context.Context) (*Report, error) {
	all, err := a.list(ctx)
	if err != nil {
		return nil, err
	}
	a.options.Memory.Trim()
	settings, err := a.begin(ctx)
	if err != nil {
		return nil, err
	}
	if a.lead != nil {
		defer a.lead.Close()
	}
	var todo []forge.Repository
	for _, r := range all {
		if !a.holds(r) {
			todo = append(todo, r)
		}
	}
	if a.options.Begin != nil {
		plan := Plan{Repositories: len(all), Known: len(all) - len(todo)}
		if len(todo) > 0 {
			if plan.Budget, err = a.host.Budget(ctx); err != nil {
				return nil, err
			}
		}
		a.options.Begin(plan)
	}
	if err := a.lookAtAll(ctx, todo); err != nil {
		return nil, err
	}
	day := a.options.Run.Rules.AsOf
	if err := a.options.Memory.setMeta(meta{AsOf: day, Settings: settings, Finished: true}); err != nil {
		return nil, err
	}
	return a.report(all), nil
}

// report is that of the records of some repositories.
func (a *Auditor) report(all []forge.Repository) *Report {
	names := make([]string, len(all))
	for i, r := range all {
		names[i] = r.Name
	}
	o := &a.options
	header := Header{
		Version: reportVersion, Kind: reportKind, Tool: Tool{"dockmend", o.Version}, AsOf: o.Run.Rules.AsOf, Key: a.key, Of: words(o.Selection),
	}
	if o.Shards > 0 {
		header.Shard = &Shard{o.Shard, o.Shards}
	}
	return &Report{Header: header, records: func(yield func(*Record) error) error {
		for _, name := range names {
			k := o.Memory.load(name)
			if k == nil {
				return fmt.Errorf("the record of %s is gone from the folder of the audit", name)
			}
			if err := yield(k.Record); err != nil {
				return err
			}
		}
		return nil
	}}
}

// words are a selection's.
func words(s forge.Selection) string {
	all := []string{}
	switch {
	case s.Org != "":
		all = append(all, "organisation "+s.Org)
	case s.Group != "":
		all = append(all, "group "+s.Group)
	default:
		all = append(all, "a list of repositories")
	}
	for _, x := range []struct {
		is   bool
		word string
	}{{s.Topic != "", "topic " + s.Topic}, {s.Forks, "with forks"}, {s.Archived, "with archived ones"}} {
		if x.is {
			all = append(all, x.word)
		}
	}
	return strings.Join(all, ", ")
}

// list are the repositories of this shard with the commits of their default branches, in
// the order of their names.
func (a *Auditor) list(ctx context.Context) ([]forge.Repository, error) {
	all, err := a.host.List(ctx, a.options.Selection)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(x, y forge.Repository) int { return cmp.Compare(x.Name, y.Name) })
	all = slices.CompactFunc(all, func(x, y forge.Repository) bool { return x.Name == y.Name })
	if len(all) > limits.AuditRepositories {
		return nil, fmt.Errorf("%d repositories, and an audit has at most %d", len(all), limits.AuditRepositories)
	}
	if n := a.options.Shards; n > 0 {
		all = slices.DeleteFunc(all, func(r forge.Repository) bool { return ShardOf(r.Name, n) != a.options.Shard })
	}
	return all, a.host.Heads(ctx, all)
}

// ShardOf is the shard, from 1 to shards, that a repository belongs to. It follows from the
// name alone, so that shards that list the repositories at different times agree.
func ShardOf(name string, shards int) int {
	sum := sha256.Sum256([]byte(name))
	return int(binary.BigEndian.Uint64(sum[:8])%uint64(shards)) + 1 //nolint:gosec // shards is small
}

// begin settles the day and what records depend on.
func (a *Auditor) begin(ctx context.Context) (settings string, err error) {
	o := &a.options
	rules := o.Run.Rules
	rules.AsOf, rules.DefaultAsOf = "", ""
	digest := ""
	if o.Run.Policy != nil {
		digest = o.Run.Policy.Digest
	}
	src, err := json.Marshal([]any{o.Version, rules, o.Run.Online, o.Run.ShellCheck, digest, o.Selection})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(src)
	settings = hex.EncodeToString(sum[:16])
	before := o.Memory.meta()
	if o.Run.Rules.AsOf == "" && !before.Finished && before.Settings == settings {
		o.Run.Rules.AsOf = before.AsOf // the day of what is resumed
	}
	if o.Run.Rules.AsOf == "" {
		if o.Run.Rules.AsOf, err = o.Env.Today(); err != nil {
			return "", err
		}
	}
	a.key = settings + "-" + o.Run.Rules.AsOf
	if o.Run.Online {
		if a.lead, err = run.OpenTree(ctx, o.Env, &o.Run, remote.New(nil, nil, nil)); err != nil {
			return "", err
		}
		if err := a.lead.GoOnlineForMany(ctx); err != nil {
			return "", err
		}
	}
	return settings, o.Memory.setMeta(meta{AsOf: o.Run.Rules.AsOf, Settings: settings})
}

// holds reports whether the record of a repository says what a new one would.
func (a *Auditor) holds(r forge.Repository) bool {
	kept := a.options.Memory.load(r.Name)
	if kept == nil || kept.Key != a.key || kept.Again || r.Err != nil {
		return false
	}
	if kept.Commit != r.Commit || kept.URL != r.URL || kept.Branch != r.Branch {
		return false
	}
	if r.Skip != "" {
		return kept.State == Skipped && kept.Reason == r.Skip
	}
	return kept.State != Skipped
}

// lookAtAll looks at repositories, some at once.
func (a *Auditor) lookAtAll(ctx context.Context, todo []forge.Repository) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	next := make(chan forge.Repository)
	var workers sync.WaitGroup
	for range min(max(a.options.Jobs, 1), len(todo)) {
		workers.Go(func() {
			for r := range next {
				if err := a.one(ctx, r); err != nil {
					stop(err)
				}
			}
		})
	}
	for _, r := range todo {
		select {
		case next <- r:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
	}
	close(next)
	workers.Wait()
	return context.Cause(ctx)
}

// one looks at a repository and keeps its record. The error is one that concerns all.
func (a *Auditor) one(ctx context.Context, r forge.Repository) error {
	record := a.empty(r)
	again := false
	switch {
	case r.Skip != "":
		record.State, record.Reason = Skipped, r.Skip
	case r.Err != nil:
		record.State, record.Reason = Failed, r.Err.Error()
	default:
		if crash := engine.Recover(engine.StepFind, func() { again = a.look(ctx, r, record) }); crash != nil {
			record = a.empty(r)
			record.State, record.Reason = Failed, crash.Problem("").Message
		}
	}
	if ctx.Err() != nil {
		return ctx.Err() // what was stopped is no record
	}
	if err := a.options.Memory.save(&kept{record, again}); err != nil {
		return err
	}
	if a.options.Done != nil {
		a.options.Done(record)
	}
	return nil
}

// empty is a record in which nothing was found yet.
func (a *Auditor) empty(r forge.Repository) *Record {
	return &Record{Repository: r.Name, URL: r.URL, Branch: r.Branch, Commit: r.Commit, State: Audited, Key: a.key, Findings: []Finding{}}
}

// look fills in what is found. again says that another run may find more although nothing
// changed: the platform or a registry did not answer.
func (a *Auditor) look(ctx context.Context, r forge.Repository, record *Record) (again bool) {
	fail := func(err error) {
		*record = *a.empty(r)
		record.State, record.Reason = Failed, err.Error()
	}
	entries, err := a.host.Tree(ctx, r)
	if err != nil {
		fail(err)
		return !errors.Is(err, forge.ErrTooLarge)
	}
	tree := remote.New(entries, func(wanted []remote.Entry) (map[string][]byte, error) {
		return a.host.Blobs(ctx, r, wanted)
	}, a.options.Memory)
	options := a.options.Run // each has one of its own
	options.Jobs = 1
	w, err := run.OpenTree(ctx, a.options.Env, &options, tree)
	if err = cmp.Or(tree.Err(), err); err != nil {
		fail(err)
		return tree.Err() != nil
	}
	defer w.Close()
	if a.lead != nil {
		w.GoOnlineAs(a.lead)
	}
	record.Images = imagesOf(w) // while the files are parsed
	result := w.Check(ctx)
	w.MarkOwn(result)
	record.add(result, readOwners(tree.Read).of)
	record.Refused = w.Refused()
	unanswered := w.Failures()
	switch {
	case tree.Err() != nil:
		fail(tree.Err())
		return true
	case len(unanswered) > 0:
		record.State = Incomplete
		record.Reason = "look-ups in registries failed"
	case len(result.Problems) > 0:
		record.State = Incomplete
	}
	return len(unanswered) > 0
}

// ErrShard is wrapped by the error for a shard that is none.
var ErrShard = errors.New("want a shard such as 3/8")

// ParseShard reads "K/N".
func ParseShard(text string) (k, n int, err error) {
	if _, err := fmt.Sscanf(text, "%d/%d", &k, &n); err != nil || fmt.Sprintf("%d/%d", k, n) != text {
		return 0, 0, fmt.Errorf("%q: %w", text, ErrShard)
	}
	if k < 1 || k > n || n > 256 {
		return 0, 0, fmt.Errorf("%q: %w, of at most 256", text, ErrShard)
	}
	return k, n, nil
}
