package run_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	api "github.com/osrg/gobgp/v3/api"

	"depeer/filters"
	"depeer/policies/lab/testbed"
)

// What happens in the year, one thing at a time, and what the model makes of it.

func (y *year) addProvider() {
	y.t.Helper()
	from := y.log.mark()
	y.own = append(y.own, y.provider(y.anyRoute()))
	y.writeOwn()
	y.quiet(from, "files read")
}

// dropProvider drops one of the later half: some are for good.
func (y *year) dropProvider() {
	y.t.Helper()
	from := y.log.mark()
	if i := y.rand.IntN(len(y.own)); i >= 10 {
		y.own = slices.Delete(y.own, i, i+1)
	}
	y.writeOwn()
	y.quiet(from, "files read")
}

// breakList has a file that is no list, for a while.
func (y *year) breakList() {
	y.t.Helper()
	from := y.log.mark()
	good := text("own", y.next, y.own)
	y.replace([]string{good[:len(good)-30], "", good + "unknown: key\n",
		strings.Replace(good, "20.", "20.0.", 1)}[y.rand.IntN(4)])
	y.quiet(from, "broken")
	if y.rand.IntN(2) == 0 {
		y.restartDaemon()
	}
	from = y.log.mark()
	y.writeOwn()
	y.quiet(from, "files read")
}

// shrink has most of the list gone: a guard refuses it. Then it is mended, or a person
// lets it through.
func (y *year) shrink() {
	y.t.Helper()
	from := y.log.mark()
	all := y.own
	y.own = slices.Clone(all[:1])
	y.writeOwn()
	y.settle()
	if y.refused {
		y.stands(from, "files read", "guard refuses")
		y.holds()
		if y.rand.IntN(2) == 0 {
			y.restartDaemon()
		}
	}
	if y.refused && y.rand.IntN(2) == 0 {
		y.byHand(allowShrink(y.approved.gone(on(y.day(), y.lists, y.fetched))))
		y.quiet(from)
	}
	from = y.log.mark()
	y.own = all
	y.writeOwn()
	y.quiet(from, "files read")
}

// editFeed changes what is served by one entry, from the next day on.
func (y *year) editFeed() {
	y.mu.Lock()
	defer y.mu.Unlock()
	if n := len(y.served); n > 3 || n > 2 && y.rand.IntN(2) == 0 {
		y.served = slices.Clone(y.served[:n-1])
		return
	}
	y.next++
	y.served = append(slices.Clone(y.served),
		listed{id: fmt.Sprintf("SBL%d", 100+y.next), prefix: y.anyRoute().prefix, treatment: "tag"})
}

// failFeed has the server serve something else, or what it should again.
func (y *year) failFeed() {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.answer != nil {
		y.answer = nil
		return
	}
	whole := drop(y.served)
	y.answer = []func(http.ResponseWriter){
		func(w http.ResponseWriter) { w.Write(badGateway(y.t)) },
		func(w http.ResponseWriter) { io.WriteString(w, whole[:len(whole)/2]) },
		func(w http.ResponseWriter) { io.WriteString(w, "<html><body>maintenance</body></html>") },
		func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) },
		func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
	}[y.rand.IntN(5)]
}

// badGateway is what a mirror of Spamhaus's once published.
func badGateway(t testing.TB) []byte {
	dir := os.Getenv("DEPEER_DATA")
	if dir == "" {
		dir = "../../../../shared/data"
	}
	if text, err := os.ReadFile(filepath.Join(dir, "lists/2024-05-07.drop.txt.502")); err == nil {
		return text
	}
	return []byte("error code: 502")
}

func (y *year) restartDaemon() {
	y.t.Helper()
	from := y.log.mark()
	y.x.Daemon.Kill()
	y.x.Daemon.Restart()
	for _, m := range y.x.Members {
		m.WaitEstablished()
	}
	y.quiet(from, "target reached", "repaired")
}

// reloadPolicy is SIGHUP with an edit of the operator's own policies.
func (y *year) reloadPolicy() {
	y.t.Helper()
	from := y.log.mark()
	y.next++
	y.x.Daemon.Write(fmt.Appendf(nil, "[[policy-definitions]]\nname = \"theirs-%d\"\n%s", y.next, y.x.Daemon.Config()))
	y.x.Daemon.Reload()
	y.quiet(from, "repaired")
}

// reloadNeighbor is SIGHUP with an edit of a neighbor's section: gobgpd looks at the
// first one only.
func (y *year) reloadNeighbor() {
	y.t.Helper()
	from := y.log.mark()
	y.next++
	section := regexp.MustCompile(fmt.Sprintf("peer-as = %d\n(description = .*\n)?",
		yearASN(y.rand.IntN(len(y.x.Members)))))
	y.x.Daemon.Write(section.ReplaceAllFunc(y.x.Daemon.Config(), func(old []byte) []byte {
		asn, _, _ := bytes.Cut(old, []byte("\n"))
		return fmt.Appendf(nil, "%s\ndescription = \"%d\"\n", asn, y.next)
	}))
	y.x.Daemon.Reload()
	for _, m := range y.x.Members {
		m.WaitEstablished()
	}
	y.quiet(from)
}

// takePlace is somebody who takes our place out of a client's list, over gRPC.
func (y *year) takePlace() {
	y.t.Helper()
	from := y.log.mark()
	m := y.x.Members[y.rand.IntN(len(y.x.Members))]
	_, err := y.x.Daemon.API().SetPolicyAssignment(y.t.Context(),
		&api.SetPolicyAssignmentRequest{Assignment: &api.PolicyAssignment{
			Name: m.Address.String(), Direction: api.PolicyDirection_IMPORT, DefaultAction: api.RouteAction_ACCEPT,
		}})
	if err != nil {
		y.t.Fatal(err)
	}
	y.quiet(from, "repaired")
}

func (y *year) bounce() {
	y.t.Helper()
	from := y.log.mark()
	m := y.x.Members[y.rand.IntN(len(y.x.Members))]
	_, down := y.x.Daemon.API().DisablePeer(y.t.Context(), &api.DisablePeerRequest{Address: m.Address.String()})
	m.WaitDown()
	_, up := y.x.Daemon.API().EnablePeer(y.t.Context(), &api.EnablePeerRequest{Address: m.Address.String()})
	if err := errors.Join(down, up); err != nil {
		y.t.Fatal(err)
	}
	m.WaitEstablished()
	y.quiet(from)
}

// join has one more member, by the file, without our place.
func (y *year) join() {
	y.t.Helper()
	i := len(y.x.Members)
	if i == 6 {
		return
	}
	from := y.log.mark()
	asn := yearASN(i)
	for j := range 3 {
		y.routes = append(y.routes, announced{i, private(i, j), []filters.ASN{asn, filters.ASN(65100 + 10*i + j)}})
	}
	y.x.Daemon.Write(fmt.Appendf(y.x.Daemon.Config(), `
[[neighbors]]
[neighbors.config]
neighbor-address = "%s"
peer-as = %d
[neighbors.transport.config]
passive-mode = true
[neighbors.route-server.config]
route-server-client = true
[[neighbors.afi-safis]]
[neighbors.afi-safis.config]
afi-safi-name = "ipv4-unicast"
[[neighbors.afi-safis]]
[neighbors.afi-safis.config]
afi-safi-name = "ipv6-unicast"
`, y.x.Daemon.Site.Member(i), asn))
	y.x.Daemon.Reload()
	m := testbed.Bird(y.t, y.x.Daemon, i, testbed.MemberConfig{ASN: asn, LocalPref: true, Announce: y.announcements(i)})
	m.WaitEstablished()
	y.x.Members = append(y.x.Members, m)
	y.quiet(from, "new neighbor", "repaired")
}

func (y *year) restartWatch() {
	y.t.Helper()
	y.stop()
	if y.rand.IntN(2) == 0 { // something has happened meanwhile
		y.own = append(y.own, y.provider(y.anyRoute()))
		y.writeOwn()
	}
	from := y.log.mark()
	y.start()
	y.quiet(from, "target reached", "feed asked")
}

// reannounce has a member announce a prefix along another path.
func (y *year) reannounce() {
	y.t.Helper()
	i := y.rand.IntN(len(y.routes))
	y.routes[i].path = slices.Clone(y.routes[i].path)
	y.routes[i].path[len(y.routes[i].path)-1] = filters.ASN(65100 + y.rand.IntN(60))
	y.x.Members[y.routes[i].member].Announce(testbed.Announcement{Prefix: y.routes[i].prefix,
		Path: y.routes[i].path[1:]})
	y.holds()
}

// goBack is a person who takes the last change back, and lets it through later.
func (y *year) goBack() {
	y.t.Helper()
	from := y.log.mark()
	before := y.approved
	p := y.provider(y.anyRoute())
	p.prefix, p.origin, p.until = private(90+y.next/256%100, y.next%256), 0,
		time.Time{} // nobody lists it, nor announces it
	y.own = append(y.own, p)
	y.writeOwn()
	y.quiet(from, "files read", "msg=applied")

	from = y.log.mark()
	y.rollBack()
	keeps := func(says string) {
		testbed.Eventually(y.t, testbed.Patience, func() error {
			if last := word(y.log.last("msg=state"), "state"); last != "kept-back" ||
				!strings.Contains(y.log.from(from), says) {
				return fmt.Errorf("watch says %q, and not %q", last, says)
			}
			return nil
		})
	}
	keeps("kept-back")
	y.approved = before
	y.holds()
	y.x.Daemon.Kill()
	y.x.Daemon.Restart()
	for _, m := range y.x.Members {
		m.WaitEstablished()
	}
	keeps("repaired")
	y.holds()
	y.byHand(nil)
	y.quiet(from)
}
