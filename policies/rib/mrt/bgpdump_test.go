package mrt_test

import (
	"bufio"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"strings"
	"testing"

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
			asBgpdump(t, file(t, name))
		})
	}
}

// asBgpdump compares what the two read of a file.
func asBgpdump(t *testing.T, path string) {
	t.Helper()
	next, stop := iter.Pull2(bgpdump(t, path))
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
		since, theirs, more := next()
		if !more || theirs != line(p) || since != "" && since != fmt.Sprint(p.Since) {
			t.Fatalf("path %d: we read\n%s, since %d\nbgpdump reads\n%s, since %s", n, line(p), p.Since, theirs, since)
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
// with the path identifier after the prefix in those of TABLE_DUMP2_AP. bgpdump 1.6
// prints whatever is in its memory for since of TABLE_DUMP2: that is left out.
func bgpdump(t testing.TB, path string) iter.Seq2[string, string] {
	cmd := exec.Command(installed(t, "bgpdump"), "-m", "-t", "change", path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		out.Close()
		cmd.Wait()
	})
	return func(yield func(string, string) bool) {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			f := strings.Split(lines.Text(), "|")
			since, id, tail := "", "0", f[6:]
			switch f[0] {
			case "TABLE_DUMP":
				since = f[1]
			case "TABLE_DUMP2_AP":
				id, tail = f[6], f[7:]
			}
			if !yield(since, strings.Join([]string{f[3], f[4], f[5], id, tail[0], tail[1], tail[3], tail[4], tail[5]}, "|")) {
				return
			}
		}
	}
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
