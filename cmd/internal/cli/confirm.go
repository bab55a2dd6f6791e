package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/view"
	"depeer/policies/apply"
	"depeer/policies/journal"
	"depeer/policies/operate"
	"depeer/policies/plan"
)

// A change that waits for a confirmation is guarded by a process of its own, in a
// session of its own: it restores what was before when time is up, whether or not the
// terminal, and the depeer that applied, are still there. What waits is in the
// state directory; a guardian that dies leaves it there, and status says overdue.

func confirmCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "confirm",
		Usage:     "keeps a change that waits for it",
		ArgsUsage: " ",
		Flags:     targetFlags()[:1],
		Action: func(c *cli.Context) error {
			t, err := s.targetOf(c, s.exchangeOf())
			if err != nil {
				return err
			}
			store, err := s.store()
			if err != nil {
				return err
			}
			address := t.Address
			lock, err := store.Lock(address, self())
			if errors.Is(err, journal.ErrLocked) {
				return &operate.Error{Kind: operate.Held, Name: "locked", Err: err}
			} else if err != nil {
				return err
			}
			w, err := waitsOf(lock.Pending())
			gone, why := false, "confirmed"
			if err == nil {
				if gone = s.isGone(c.Context, t, store, w.pending); gone {
					why = operate.Replaced
				}
				err = s.disarm(lock, w, why)
			}
			if err = errors.Join(err, lock.Unlock()); err != nil {
				return err
			}
			if gone {
				return &operate.Error{Kind: operate.Unfit, Name: "changed-since",
					Err: fmt.Errorf("%s is %s: there is nothing to keep, and it waits no more", w.pending.Entry,
						operate.Replaced), Hint: "depeer status --target " + address}
			}
			result := view.Apply{Target: address, Outcome: "confirmed"}
			switch {
			case w.pending != nil:
				result.ID = w.pending.Entry
			case w.unread == nil:
				result.Outcome = apply.Nothing.String()
			}
			return s.view.Apply(result)
		},
	}
}

// isGone says whether what waits for a confirmation is not what the target holds any more. A
// target that does not answer is believed to hold it, and that is said.
func (s *session) isGone(ctx context.Context, t operate.Target, store *journal.Store, pending *journal.Pending) bool {
	if pending == nil {
		return false
	}
	unknown := func(err error) bool {
		s.view.Note("whether it is still in force is not known: %v", err)
		return false
	}
	record, err := store.Show(t.Address, pending.Entry)
	if err != nil {
		return unknown(err)
	}
	p, err := record.Plan()
	if err != nil {
		return unknown(err)
	}
	client, err := s.dial(ctx, t)
	if err != nil {
		return unknown(err)
	}
	defer client.Close()
	state, err := client.State(ctx)
	if err != nil {
		return unknown(err)
	}
	return state.InForce().Digest() != p.Wanted().Digest()
}

// awaitConfirm arms the way back, lets go of the lock, and waits for what comes.
func (s *session) awaitConfirm(ctx context.Context, store *journal.Store, lock *journal.Lock, t operate.Target,
	p *plan.Plan,
	entry *journal.Entry, within time.Duration) (view.Apply, error) {
	_, err := lock.Arm(entry.ID, within)
	if err == nil {
		err = s.guard(t, entry.ID)
	}
	if err = errors.Join(err, lock.Unlock()); err != nil {
		return view.Apply{}, &operate.Error{Kind: operate.Unclear, Name: "partial",
			Err:  fmt.Errorf("the change is in force, and nobody will take it back: %w", err),
			Hint: "depeer rollback --target " + p.Target}
	}
	s.view.Note("in force; to keep it, within %s: depeer confirm --target %s", within, p.Target)
	return s.watchPending(ctx, store, p, entry.ID)
}

// watchPending waits until a change is confirmed, or taken back by its guardian.
func (s *session) watchPending(ctx context.Context, store *journal.Store, p *plan.Plan, id string) (view.Apply, error) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		w, err := waitsOf(store.Pending(p.Target))
		if err != nil {
			return view.Apply{}, &operate.Error{Kind: operate.Unclear, Name: "pending",
				Err: fmt.Errorf("the change is in force, and whether it waits for a confirmation is not known: %w",
					err)}
		}
		if w.unread == nil && (w.pending == nil || w.pending.Entry != id) {
			return s.afterPending(store, p, id)
		}
		select {
		case <-ctx.Done():
			return view.Apply{}, &operate.Error{Kind: operate.Unclear, Name: "pending",
				Err:  errors.New("in force, and still waiting for a confirmation"),
				Hint: "depeer confirm --target " + p.Target}
		case <-tick.C:
		}
	}
}

// afterPending says whether what waited was kept.
func (s *session) afterPending(store *journal.Store, p *plan.Plan, id string) (view.Apply, error) {
	records, err := store.History(p.Target)
	if err != nil {
		return view.Apply{}, err
	}
	for _, r := range records {
		if r.Begun.Undoes == id && operate.TookEffect(&r) {
			return view.Apply{}, &operate.Error{Kind: operate.Restored, Name: "restored",
				Err: errors.New("not confirmed in time; what was before is in force again")}
		}
	}
	for _, r := range records {
		if r.ID == id && len(r.Events) > 0 && strings.HasSuffix(r.Events[len(r.Events)-1].Text, operate.Replaced) {
			return view.Apply{}, &operate.Error{Kind: operate.Unfit, Name: "changed-since",
				Err:  fmt.Errorf("%s is %s", id, operate.Replaced),
				Hint: "depeer status --target " + p.Target}
		}
	}
	return view.Apply{Target: p.Target, ID: id, Outcome: "confirmed"}, nil
}

// guardCommand is the guardian's own; it is not for people.
func guardCommand(s *session) *cli.Command {
	return &cli.Command{
		Name: "guard", Hidden: true,
		Flags: targetFlags(),
		Action: func(c *cli.Context) error {
			t, err := s.targetOf(c, s.exchangeOf())
			if err != nil {
				return err
			}
			store, err := s.store()
			if err != nil {
				return err
			}
			address, id := t.Address, c.Args().First()
			var known *journal.Pending
			for {
				w, err := waitsOf(store.Pending(address))
				pending := w.pending
				if w.unread != nil { // damaged meanwhile, which is no confirmation
					s.passOver(w.unread)
					pending = known
				}
				if err != nil || pending == nil || pending.Entry != id {
					return err
				}
				known = pending
				left := pending.Left()
				if left <= 0 {
					err := s.rollback(c, t, store, rollbackArgs{id: id, why: "not confirmed in time", yes: true,
						whatever: true})
					f := new(operate.Error)
					if errors.As(err, &f) && f.Name == "changed-since" {
						err = s.giveUp(c.Context, t, store, pending, err)
					}
					if !errors.As(err, &f) || f.Kind != operate.Held && f.Kind != operate.Unreached {
						return err
					}
					left = retry // somebody is at work there, or it is away: it comes back
				}
				select {
				case <-c.Context.Done():
					return c.Context.Err()
				case <-time.After(min(left, retry)):
				}
			}
		},
	}
}

// giveUp ends the waiting where what waits is not in force any more when its time is up: what
// has taken its place is not the guardian's to take back.
func (s *session) giveUp(ctx context.Context, t operate.Target, store *journal.Store, pending *journal.Pending,
	cause error) error {
	if !s.isGone(ctx, t, store, pending) {
		return cause
	}
	lock, err := store.Lock(t.Address, self())
	if errors.Is(err, journal.ErrLocked) {
		return &operate.Error{Kind: operate.Held, Name: "locked", Err: err}
	} else if err != nil {
		return errors.Join(cause, err)
	}
	return errors.Join(cause, lock.Disarm(pending.Entry, operate.Unconfirmed), lock.Unlock())
}

// retry is how long a guardian waits before it tries again.
const retry = time.Second

// guard starts the guardian of an entry.
func (s *session) guard(t operate.Target, id string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	dir, err := s.stateDir()
	if err != nil {
		return err
	}
	args := []string{"guard", id, "--state", dir, "--target", t.Address, "--timeout",
		t.Timeout.String()}
	if s.reader.Used != "" {
		args = append(args, "--config", s.reader.Used)
	}
	if t.Insecure {
		args = append(args, "--insecure")
	}
	log, err := os.OpenFile(filepath.Join(dir, "guard.log"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(self, args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Process.Release()
}
