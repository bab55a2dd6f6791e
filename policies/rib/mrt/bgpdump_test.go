package mrt_test

import (
	"bufio"
	"fmt"
	"iter"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"depeer/policies"
	"depeer/policies/rib"
	"depeer/policies/rib/mrt"
)

// Path by path what bgpdump reads, a reader that shares nothing with ours.
func TestAsBgpdumpReads(t *testing.T) {
	for _, name := range []string{
		"mrt/rrc06-20100701.tdv2.mrt.gz",
		"mrt/bview.20020722.2337.gz",
		"mrt/bview.ipv4_unicast_add_path.gz",
		"mrt/bview.ipv6_unicast_add_path.gz",
		"ix/six-seattle-20151023.tdv2.mrt.gz",
		"ix/jpix-tokyo-20151023.tdv2.mrt.gz",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asBgpdump(t, installed(t, "bgpdump"), file(t, name), name == "mrt/bview.20020722.2337.gz")
		})
	}
}

// asBgpdump compares what the two read of a file, since when included or not.
func asBgpdump(t rapid.TB, program, path string, since bool) {
	t.Helper()
	next, stop := iter.Pull2(bgpdump(t, program, path, since))
	defer stop()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for p, err := range mrt.NewReader(f).Paths() {
		if err != nil {
			t.Fatal(err)
		}
		n++
		when, theirs, more := next()
		if !more || theirs != line(p) || since && when != fmt.Sprint(p.Since) {
			t.Fatalf("path %d: we read\n%s, since %d\nbgpdump reads\n%s, since %s", n, line(p), p.Since, theirs, when)
		}
	}
	if _, theirs, more := next(); more {
		t.Fatalf("after %d paths bgpdump reads\n%s", n, theirs)
	}
}

// line is a path in the words of bgpdump, of what is read by both. What is absent is 0
// there.
func line(p *rib.Path) string {
	med := uint32(0)
	if p.MED != nil {
		med = *p.MED
	}
	var communities []string
	for _, c := range p.Communities {
		communities = append(communities, bgpdumpCommunity(c))
	}
	return fmt.Sprintf("%v|%v|%v|%d|%v|%v|%d|%d|%s",
		p.Peer, p.PeerASN, p.Prefix, p.ID, p.ASPath, p.Origin, p.LocalPref, med, strings.Join(communities, " "))
}

func bgpdumpCommunity(c policies.Community) string {
	switch c {
	case 0xffffff01:
		return "no-export"
	case 0xffffff02:
		return "no-advertise"
	case 0xffffff03:
		return "local-AS"
	default:
		return c.String()
	}
}

// bgpdump yields what bgpdump reads of a file, since when and what. Its lines are
//
//	TABLE_DUMP|since|B|peer|ASN|prefix|path|ORIGIN|next hop|local-pref|MED|communities|...
//
// with the path identifier after the prefix in those of TABLE_DUMP2_AP. Since when is
// asked for where all is TABLE_DUMP only: of TABLE_DUMP2, bgpdump 1.6 prints whatever is
// in its memory, and dies of it now and then.
func bgpdump(t rapid.TB, program, path string, since bool) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		cmd := exec.Command(program, "-m", path)
		if since {
			cmd.Args = []string{program, "-m", "-t", "change", path}
		}
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Errorf("bgpdump: %v", err)
			return
		}
		defer cmd.Wait()
		defer out.Close()
		for lines := bufio.NewScanner(out); lines.Scan(); {
			f := strings.Split(lines.Text(), "|")
			id, tail := "0", f[6:]
			if f[0] == "TABLE_DUMP2_AP" {
				id, tail = f[6], f[7:]
			}
			if !yield(f[1], strings.Join([]string{canonical(f[3]), f[4], canonical(f[5]), id, tail[0], tail[1], tail[3], tail[4], tail[5]}, "|")) {
				return
			}
		}
	}
}

// canonical is an address or a prefix as netip writes it. bgpdump writes host bits as
// they stand, and :: for a single group of zeros.
func canonical(s string) string {
	if p, err := netip.ParsePrefix(s); err == nil {
		return p.Masked().String()
	}
	if a, err := netip.ParseAddr(s); err == nil {
		return a.String()
	}
	return s
}

// installed returns a program that a test compares with. Without it the test is
// skipped; where CI=true it fails.
func installed(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatalf("%s is needed: %v", name, err)
	default:
		t.Skipf("%s is needed: %v", name, err)
	}
	return path
}
