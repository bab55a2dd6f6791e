package testbed

import (
	"context"
	"errors"
	"io"
	"net/netip"

	api "github.com/osrg/gobgp/v3/api"
)

var unicast = []*api.Family{{Afi: api.Family_AFI_IP, Safi: api.Family_SAFI_UNICAST},
	{Afi: api.Family_AFI_IP6, Safi: api.Family_SAFI_UNICAST}}

// ListFiltered lists a member's Adj-RIB-In as the gobgp source of Alice-LG 6 does at each
// refresh, and "gobgp neighbor X accepted": with what policies filter. It changes the table
// (TestFactFilteredListingWritesBack).
func (d *Daemon) ListFiltered(member netip.Addr) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	for _, family := range unicast {
		stream, err := d.API().ListPath(ctx, &api.ListPathRequest{
			TableType: api.TableType_ADJ_IN, Name: member.String(), Family: family, EnableFiltered: true,
			SortType: api.ListPathRequest_PREFIX,
		})
		for err == nil {
			_, err = stream.Recv()
		}
		if !errors.Is(err, io.EOF) {
			d.t.Fatalf("list routes of %v, with what is filtered: %v", member, err)
		}
	}
}

// ResetSoftly makes the daemon run its policies again over the announcements that it keeps of a
// member; the member is not asked.
func (d *Daemon) ResetSoftly(member netip.Addr) {
	d.t.Helper()
	d.resetPeer(&api.ResetPeerRequest{Address: member.String(), Soft: true, Direction: api.ResetPeerRequest_IN})
}

// Reset makes the daemon end the session with a member, which opens it again.
func (d *Daemon) Reset(member netip.Addr) {
	d.t.Helper()
	d.resetPeer(&api.ResetPeerRequest{Address: member.String()})
}

func (d *Daemon) resetPeer(r *api.ResetPeerRequest) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	if _, err := d.API().ResetPeer(ctx, r); err != nil {
		d.t.Fatalf("reset %v: %v", r.Address, err)
	}
}

// AnnounceAgain makes the member send all its announcements once more.
func (m *Member) AnnounceAgain() { m.t.Helper(); m.mustRun("reload out " + session) }
