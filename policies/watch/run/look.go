package run

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/exchange"
	"depeer/policies/journal"
	"depeer/policies/operate"
	"depeer/policies/plan"
	"depeer/policies/rib"
	"depeer/policies/watch"
	"depeer/policies/watch/sources"
)

// look reads the target and its history, and tells what was found.
func (k *keeper) look(ctx context.Context) {
	finding, err := k.find(ctx)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		k.lost(err.Error())
	default:
		k.brain.Looked(time.Now(), finding)
		k.log.Debug("looked", "lists", finding.Lists, "state", k.brain.State().String())
	}
}

func (k *keeper) find(ctx context.Context) (watch.Finding, error) {
	f := watch.Finding{}
	var err error
	if f.Pulse, err = k.ask(ctx); err != nil {
		return f, err
	}
	state, err := k.client.State(ctx)
	if err != nil {
		return f, err
	}
	state = k.recall(state)
	k.found = looked{state: state}
	if k.found.stamp, err = k.Store.Stamp(k.target.Address); err != nil {
		return f, err
	}
	k.meet(state)
	k.numbers.Looked(state)
	if err := k.history(&f); err != nil {
		return f, err
	}
	k.keepInMemory(&f)
	k.heedMarks(&f, state)
	k.obstacles(&f, state)
	if err := k.count(ctx, &f, state); err != nil {
		return f, err
	}
	state = operate.RememberSessions(state, k.found.last)
	f.Stands = k.found.last == nil || k.found.last.WayBack() || k.found.last.Holds(state) || k.isAnothers(state)
	if !f.CutOff && (f.Stands && f.InTheWay == watch.Clear || f.InTheWay == watch.Strange &&
		operate.IsUndefined(state)) {
		k.settleFile(ctx, f.Pulse, state)
	}
	k.asked(state)
	if w := k.want; w != nil {
		f.Lists, f.Unfit = w.version, w.policy == nil
		f.Listed = w.policy != nil && plan.To(state, w.policy, "watch").Empty()
		f.Newer = w.policy != nil && k.found.last != nil && k.found.last.Wanted().Digest() != w.policy.Digest()
		if f.Listed && f.Newer && len(state.Strange) == 0 && !k.found.last.Holds(state) {
			// It holds what lists ask for, and history expected something else: nothing is put
			// back, and a change that has nothing to do records it.
			f.Stands, f.Listed = true, false
		}
	}
	return f, nil
}

// count counts routes, as the daemon does: none is listed. Those of a session that is
// kept down, or is to be, do not come back: they count neither now nor before.
func (k *keeper) count(ctx context.Context, f *watch.Finding, state *plan.State) error {
	f.Shut = shut(state, k.found.last)
	if p := k.found.judged; p != nil && p.Foreseen != nil {
		for _, m := range p.Foreseen.Members {
			if !slices.Contains(f.Shut, m.Address) {
				f.RoutesBefore += m.Accepted
			}
		}
	}
	for _, c := range state.Clients {
		if !c.RouteServer || slices.Contains(f.Shut, c.Address) {
			continue
		}
		f.Members++
		f.Routes += c.Accepted
		if c.Up {
			f.Up++
		}
	}
	if f.RoutesBefore > 0 {
		return nil
	}
	since, err := k.client.LongestUp(ctx)
	f.Aged = since > k.Pace.Fill
	return err
}

// shut returns the clients that are kept down, by whomever, and those that what was
// applied last keeps down: a restart has let them in until it is put back.
func shut(state *plan.State, last *plan.Plan) []netip.Addr {
	var out []netip.Addr
	for _, c := range state.Clients {
		ours := func(s policies.Session) bool {
			return s.Address == c.Address || !s.Address.IsValid() &&
				s.ASN == c.ASN
		}
		if c.RouteServer && (c.AdminDown || last != nil && slices.ContainsFunc(last.Wanted().Sessions, ours)) {
			out = append(out, c.Address)
		}
	}
	return out
}

// meet notes who the neighbors are.
func (k *keeper) meet(state *plan.State) {
	first := k.members == nil
	members := map[netip.Addr]bool{}
	for _, c := range state.Clients {
		members[c.Address] = true
		if !first && !k.members[c.Address] {
			k.log.Info("new neighbor", "member", c.Address, "asn", c.ASN, "name", k.nameOf(c.Address, c.ASN), "up",
				c.Up)
		}
	}
	for a := range k.members {
		if !members[a] {
			k.log.Info("neighbor is gone", "member", a)
		}
	}
	k.members = members
	k.tellReach(state.OutOfReach())
}

// tellReach names the neighbors that are no route-server clients, when these are others
// than before.
func (k *keeper) tellReach(clients []plan.Client) {
	beyond := map[netip.Addr]bool{}
	for _, c := range clients {
		beyond[c.Address] = true
		if !k.beyond[c.Address] {
			k.log.Warn("neighbor is no route-server client: nothing of its routes is treated", "member", c.Address,
				"asn", c.ASN, "name", k.nameOf(c.Address, c.ASN))
		}
	}
	k.beyond = beyond
}

// nameOf is what the exchange file calls a neighbor.
func (k *keeper) nameOf(address netip.Addr, asn filters.ASN) string {
	if x := k.exchange(); x != nil {
		return operate.FindMemberName(x, rib.Peer{Address: address, ASN: asn})
	}
	return ""
}

func (k *keeper) exchange() *exchange.Exchange {
	if r := k.sources.Current(); r != nil {
		return r.Exchange
	}
	return nil
}

// history finds what was done last, and whether it came to an end.
func (k *keeper) history(f *watch.Finding) error {
	newest := true
	for record, err := range k.Store.Backward(k.target.Address) {
		if err != nil {
			return err
		}
		if record.Unread != nil {
			k.unknown(f, record, record.Unread)
			break
		}
		if newest && !record.Finished() {
			k.unfinished(f, record)
		}
		newest = false
		if !operate.TookEffect(record) {
			continue
		}
		p, err := record.Plan()
		if err != nil {
			k.unknown(f, record, err)
			break
		}
		if operate.NotConfirmed(record) {
			k.unknown(f, record, fmt.Errorf("%s was %s", record.ID, operate.Unconfirmed))
			break // and was not taken back, either
		}
		if k.found.last == nil {
			k.found.last = p
		}
		if record.Begun.Action == operate.ActionRepair {
			continue // it repeats what was decided before
		}
		k.found.byPerson = record.Begun.Action != operate.ActionWatch && record.Begun.Action != operate.ActionRecover
		if record.Begun.Action == "rollback" || record.Begun.Action == "clear" {
			f.Kept = true
			k.found.kept = fmt.Sprintf("%s by %s at %s", record.Begun.Action, record.By.By,
				record.To.UTC().Format(time.RFC3339))
		}
		f.Last, k.found.judged = record.ID, p
		break
	}
	w, err := operate.ReadWaits(k.Store.Pending(k.target.Address))
	if err != nil {
		return err
	}
	if w.Anything() && f.InTheWay == watch.Clear {
		f.InTheWay, k.found.why = watch.Pending, w.String()
		if pending := w.Pending; pending != nil && pending.Left() <= 0 {
			k.found.why = pending.Entry + ": its confirmation is overdue"
		}
	}
	return nil
}

// unknown notes that what was done before, and not repeated since, cannot be read. It may
// be a person's going back or clearing, so nothing is put in until a person has applied.
func (k *keeper) unknown(f *watch.Finding, record *journal.Record, unread error) {
	f.Kept, k.found.kept, f.Last = true, unread.Error(), record.ID
}

// unfinished finds out whether somebody is at work on an entry without an end, or it
// was cut off.
func (k *keeper) unfinished(f *watch.Finding, record *journal.Record) {
	lock, err := k.Store.Lock(k.target.Address, k.Operator.By)
	if err != nil {
		f.InTheWay, k.found.why, k.found.locked = watch.Locked, err.Error(), errors.Is(err, journal.ErrLocked)
		return
	}
	defer lock.Unlock()
	if cut, err := lock.Unfinished(); err == nil && len(cut) > 0 {
		f.CutOff, k.found.why = true, fmt.Sprintf("%s of %s was cut off", record.ID, record.By)
	}
}

// obstacles finds out what the target itself has against being changed.
func (k *keeper) obstacles(f *watch.Finding, state *plan.State) {
	if f.CutOff && len(state.LostLists())+len(state.Rejected()) > 0 {
		f.CutOff = false // nothing is changed until that is settled, be it only to an end
	}
	if f.CutOff {
		if err := operate.CheckHolders(k.target.Address, state, k.ours()...); err != nil {
			f.CutOff, f.InTheWay, k.found.why = false, watch.Locked, err.Error()
		}
		return
	}
	obstacles := append(state.Obstacles(), state.ReachObstacles()...)
	if last := k.found.last; last != nil { // what would be put back
		obstacles = append(obstacles, plan.ChoiceObstacles(state, last.Wanted())...)
	}
	for _, o := range obstacles {
		if o.Code == plan.Locked || o.Code == plan.CutOff {
			f.InTheWay = watch.Locked
		} else if f.InTheWay == watch.Clear {
			f.InTheWay = watch.Strange
		}
	}
	if len(obstacles) > 0 {
		k.found.why = operate.DescribeObstacles(obstacles)
	}
}

// ours returns who holds the daemon's lock for what was cut off here.
func (k *keeper) ours() []string {
	for record, err := range k.Store.Backward(k.target.Address) {
		if err != nil || record.Finished() || record.Unread != nil {
			return nil
		}
		return []string{record.Begun.Plan, record.Begun.Holder}
	}
	return nil
}

// asked finds out what lists ask of the target.
func (k *keeper) asked(state *plan.State) {
	r := k.sources.Current()
	if r.Input == nil {
		k.want = nil
		return
	}
	facts := operate.CollectFacts(k.target, state)
	if k.want != nil && k.want.version == r.Version && k.want.facts.Equal(facts) {
		return
	}
	in := *r.Input
	in.Good = nil
	in.Diagnostics = slices.Clip(in.Diagnostics)
	w := &asking{version: r.Version, facts: facts, in: &in}
	err := operate.CompileFor(&in, k.Clock(), k.target, state)
	if !errors.As(err, &w.failure) {
		w.failure = operate.Verdict(in.Diagnostics)
	}
	if w.failure == nil {
		w.policy = in.Policy()
	}
	known := k.want != nil && k.want.version == r.Version && k.want.says(in.Diagnostics)
	k.want = w
	k.numbers.Guards(refusing(operate.ListGuards(&in)), !known)
	if w.failure != nil && !known {
		for _, d := range in.Diagnostics {
			k.log.Warn("lists refused", "lists", sources.DescribeLists(&in), "file", d.Position.String(), "code", d.Code,
				"problem", d.Message)
		}
	}
}

var errStale = errors.New("it has changed since it was looked at")
