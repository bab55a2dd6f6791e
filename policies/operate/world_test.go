package operate_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/policies"
	"depeer/policies/exchange"
	"depeer/policies/journal"
	"depeer/policies/operate"
	"depeer/policies/operate/wanted"
	"depeer/policies/persist/judge"
	"depeer/policies/plan"
	"depeer/policies/plan/plantest"
	"depeer/policies/rib"
)

// world is a modelled route server, and an operator beside it with a history of its own.
type world struct {
	*operate.Operator
	t      *testing.T
	server *plantest.Model
	target operate.Target
	dir    string
	away   error    // not nil: the route server does not answer
	said   []string // by Note and Warnings
}

var (
	memberA = netip.MustParseAddr("192.0.2.11")
	memberB = netip.MustParseAddr("192.0.2.12")
)

// newWorld returns a route server with two members, whose lists have our policies; each
// announces a prefix of its own, by 64999 and by 64998.
func newWorld(t *testing.T) *world {
	w := &world{t: t, dir: t.TempDir(), target: operate.Target{Name: "rs1", Address: "127.0.0.1:50051",
		MaxAddedBytes: 7}}
	w.server = plantest.New(plan.Server{RouterID: netip.MustParseAddr("192.0.2.1"), ASN: 64500})
	w.server.Load(&policies.RoutingPolicy{})
	for i, a := range []netip.Addr{memberA, memberB} {
		client := plan.Client{Address: a, ASN: filters.ASN(64496 + i), RouteServer: true, Up: true, IPv4: true,
			Accepted: 1}
		client.Import = plan.Assignment{Policies: []string{policies.ImportPolicy}, Default: plan.Accept}
		client.Export = plan.Assignment{Policies: []string{policies.ExportPolicy}, Default: plan.Accept}
		w.server.AddClient(client)
		w.server.Announce(a, policies.Route{Peer: a, Prefix: netip.MustParsePrefix(fmt.Sprintf("20.0.%d.0/24", i)),
			Path: []filters.ASN{client.ASN, filters.ASN(64999 - i)}, LocalPref: 100})
	}
	w.Operator = w.operatorIn("state")
	return w
}

// operatorIn returns an operator with the history in a directory of that name.
func (w *world) operatorIn(state string) *operate.Operator {
	return &operate.Operator{
		Reporter: w, Log: slog.New(slog.DiscardHandler), Judge: noJudge{}, Now: time.Now(), By: "noc@rs1", Tool: "test",
		Dial: func(context.Context, operate.Target) (operate.Daemon, error) {
			return daemon{w.server}, w.away
		},
		Store:         func() (*journal.Store, error) { return journal.Open(filepath.Join(w.dir, state)) },
		Exchange:      func() *exchange.Exchange { return nil },
		StartGuardian: func(operate.Target, string) error { return nil },
	}
}

// lists returns what listings ask for that list these ASNs.
func (w *world) lists(asns ...int) *wanted.Input {
	w.t.Helper()
	text := "version: 1\nlist: {name: test}\ndefaults: {treatment: depeer}\nproviders:\n"
	for _, asn := range asns {
		text += fmt.Sprintf("  - {name: as%d, asns: [%d], allow_reserved: true}\n", asn, asn)
	}
	exchangeFile := filepath.Join(w.dir, "depeer.yaml")
	list := filepath.Join(w.dir, "list.yaml")
	limits := "version: 1\nexchange: {name: Test, asn: 64500}\nlimits: {max_routes: 100%, max_member_routes: 100%}\n"
	for name, text := range map[string]string{exchangeFile: limits, list: text} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
	r := wanted.Reader{Files: wanted.NewFiles(w.t.Context(), nil), Config: exchangeFile, Now: w.Now, Note: w.Note}
	in, err := r.Load(w.t.Context(), []string{list})
	if err != nil || operate.Verdict(in.Diagnostics) != nil {
		w.t.Fatal(err, in.Diagnostics)
	}
	return in
}

// apply plans and applies what lists ask for.
func (w *world) apply(asns ...int) operate.Result {
	w.t.Helper()
	draft, err := w.Draft(w.t.Context(), w.lists(asns...), w.target, operate.DraftOptions{})
	if err == nil {
		err = operate.CheckGuards(draft.Guards)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	result, err := w.Apply(w.t.Context(), w.target, draft.Plan, operate.ApplyOptions{Action: operate.ActionApply})
	if err != nil {
		w.t.Fatal(err)
	}
	return result
}

// refused counts what is refused of members' two routes.
func (w *world) refused() int {
	n := 0
	for i, a := range []netip.Addr{memberA, memberB} {
		_, kept := w.server.Treat(a, policies.Route{Peer: a,
			Prefix: netip.MustParsePrefix(fmt.Sprintf("20.0.%d.0/24", i)),
			Path:   []filters.ASN{filters.ASN(64496 + i), filters.ASN(64999 - i)}, LocalPref: 100})
		if !kept {
			n++
		}
	}
	return n
}

func (w *world) Note(format string, args ...any) {
	w.said = append(w.said, fmt.Sprintf(format, args...))
}
func (w *world) Progress(string)                      {}
func (w *world) Warnings(l diag.List)                 { w.said = append(w.said, fmt.Sprint(l)) }
func (w *world) PassOver(unread *journal.UnreadError) { w.said = append(w.said, unread.Error()) }
func (w *world) KeepText(string, []byte)              {}

// daemon makes the model an operate.Daemon.
type daemon struct{ *plantest.Model }

// Passages says that all pass: the model has no policies of the operator's that refuse any.
func (d daemon) Passages(context.Context, []plan.Client) rib.Passages {
	return func(paths []*rib.Path) ([]rib.Passage, error) {
		return slices.Repeat([]rib.Passage{rib.Passed}, len(paths)), nil
	}
}

func (d daemon) AnnouncedByOthers(context.Context, []plan.Client) rib.Source {
	return func(func(*rib.Path, error) bool) {}
}

func (d daemon) Announced(ctx context.Context, clients []plan.Client) rib.Source {
	return func(yield func(*rib.Path, error) bool) {
		for _, c := range clients {
			for r, err := range d.Received(ctx, c.Address) {
				p := rib.Path{Route: r, PeerASN: c.ASN}
				p.Peer = c.Address
				if !yield(&p, err) {
					return
				}
			}
		}
	}
}

func (d daemon) Close() error                                     { return nil }
func (d daemon) Pulse(context.Context) (string, error)            { return d.String(), nil }
func (d daemon) LongestUp(context.Context) (time.Duration, error) { return time.Hour, nil }
func (d daemon) Peers(context.Context) iter.Seq2[plan.PeerEvent, error] {
	return func(func(plan.PeerEvent, error) bool) {}
}

// noJudge judges nothing: no file is kept here.
type noJudge struct{}

var errNoJudge = errors.New("no judge")

func (noJudge) Ask(context.Context, judge.Question) (*judge.Forecast, error) { return nil, errNoJudge }
func (noJudge) Diagnose(context.Context, string, []byte, []byte) (diag.List, error) {
	return nil, errNoJudge
}
