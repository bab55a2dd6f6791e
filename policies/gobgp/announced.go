package gobgp

import (
	"context"
	"fmt"
	"slices"
	"sync"

	api "github.com/osrg/gobgp/v3/api"

	"depeer/policies/plan"
	"depeer/policies/rib"
)

// Goroutines list the tables. They receive gobgpd's answers and pass them on unread. The consumer of the
// sequence decodes them, in one goroutine.

const (
	// inFlight is the number of tables listed at once. gobgpd copies tables one after another, in its
	// event loop, and encodes the copies beside it. Two at once take less time than one after another
	// (BenchmarkReceived). More would take processors that its sessions need.
	inFlight = 2
	// handful is the number of answers that are passed on together. waiting is the number of handfuls
	// that may wait to be decoded: twice what gobgpd sends at once.
	handful = 256
	waiting = 2 * batch / handful
)

// Announced yields what these clients announce, as they announce it: the paths of Received, in no order. It
// yields nothing for neighbors that are no route-server clients. ID differs only between paths of one client
// to one prefix.
//
// It is no snapshot of one instant: gobgpd copies each table in its turn. A client without a session
// announces nothing, unless its routes are kept for a graceful restart, and so are in force. A client that is
// not configured announces nothing. If one is removed meanwhile, the family being listed is as it was. Any
// other error ends the sequence. Errors and deadlines are as with Received.
func (c *Client) Announced(ctx context.Context, clients []plan.Client) rib.Source {
	return c.sourceOf(ctx, slices.DeleteFunc(slices.Clone(clients), func(n plan.Client) bool { return !n.RouteServer }))
}

// AnnouncedByOthers yields what neighbors announce that are no route-server clients. It is
// otherwise the same as Announced.
func (c *Client) AnnouncedByOthers(ctx context.Context, neighbors []plan.Client) rib.Source {
	return c.sourceOf(ctx, slices.DeleteFunc(slices.Clone(neighbors),
		func(n plan.Client) bool { return n.RouteServer }))
}

func (c *Client) sourceOf(ctx context.Context, neighbors []plan.Client) rib.Source {
	return func(yield func(*rib.Path, error) bool) {
		err := c.listAnnounced(ctx, neighbors, func(p *rib.Path) bool { return yield(p, nil) })
		if err != nil {
			yield(nil, fmt.Errorf("%s: %w", c.address, err))
		}
	}
}

// listAnnounced yields all paths. It returns nil at the end, or when yield returns false.
func (c *Client) listAnnounced(ctx context.Context, clients []plan.Client, yield func(*rib.Path) bool) error {
	own, err := c.readOwnASNs(ctx, "")
	if err != nil {
		return err
	}
	var tables []*adjIn
	for _, client := range clients {
		o, there := own[client.Address]
		for _, family := range families {
			if there {
				tables = append(tables, &adjIn{client, o, family})
			}
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	out, wait := c.gatherTables(ctx, cancel, tables)
	defer wait()
	defer cancel()
	var d decoder
	var r reading
	for some := range out {
		d.is6 = some.of.family.Afi == api.Family_AFI_IP6
		for _, message := range some.messages {
			more, err := d.readDestination(message, func(p *path) bool {
				some.of.own.correctSize(p)
				return some.of.own.hasLoop(p) || yield(r.readPath(p, &some.of.client))
			})
			if err != nil {
				return some.of.wrapError(err)
			}
			if !more {
				return nil
			}
		}
	}
	return wait()
}

// adjIn is the Adj-RIB-In of a client in one family.
type adjIn struct {
	client plan.Client
	own    ownASN
	family *api.Family
}

func (t *adjIn) wrapError(err error) error {
	return fmt.Errorf("routes of %s: %w", t.client.Address, err)
}

// answers are some answers to the listing of a table.
type answers struct {
	of       *adjIn
	messages [][]byte
}

// gatherTables lists tables. It closes the channel when all are listed, or when one fails. The function that
// it returns waits for the goroutines, and returns the error. To stop early, cancel, and wait.
func (c *Client) gatherTables(ctx context.Context, cancel context.CancelFunc, tables []*adjIn) (<-chan answers,
	func() error) {
	queue, out := make(chan *adjIn, len(tables)), make(chan answers, waiting)
	for _, t := range tables {
		queue <- t
	}
	close(queue)
	var readers sync.WaitGroup
	var first sync.Once
	var failed error
	for range inFlight {
		readers.Go(func() {
			for t := range queue {
				if err := c.handOn(ctx, t, out); err != nil {
					first.Do(func() { failed = t.wrapError(err) })
					cancel()
					return
				}
			}
		})
	}
	go func() {
		readers.Wait()
		close(out)
	}()
	return out, func() error {
		readers.Wait()
		return failed
	}
}

// handOn lists one table. The table of a client that is not configured is empty.
func (c *Client) handOn(ctx context.Context, t *adjIn, to chan<- answers) error {
	some := make([][]byte, 0, handful)
	hand := func() error {
		select {
		case to <- answers{t, some}:
			some = make([][]byte, 0, handful)
			return nil
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", plan.ErrUnreachable, ctx.Err())
		}
	}
	err := c.listAnswers(ctx, c.receivedRequest(t.client.Address, t.family), func(message []byte) (bool, error) {
		if some = append(some, message); len(some) < handful {
			return true, nil
		}
		return true, hand()
	})
	switch {
	case noNeighbor(err):
		return nil
	case err == nil && len(some) > 0:
		return hand()
	}
	return err
}

// reading is the memory of a path, reused for the next one.
type reading struct {
	rib.Path
	med uint32
}

// readPath returns p as a path that client announces.
func (r *reading) readPath(p *path, client *plan.Client) *rib.Path {
	p.fillRoute(&r.Route, &r.med)
	r.Peer, r.PeerASN = client.Address, client.ASN
	r.ID, r.ASPath, r.Origin, r.Since = p.id, p.attributes.ASPath, p.attributes.Origin, p.since
	return &r.Path
}
