package mrt_test

import (
	"bufio"
	"bytes"
	"iter"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
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
	n, lines := 0, lines{asPaths: make(map[string]string)}
	for p, err := range mrt.NewReader(f).Paths() {
		if err != nil {
			t.Fatal(err)
		}
		n++
		when, theirs, _ := next()
		if ours := lines.of(p); !bytes.Equal(theirs, ours) || since && when != strconv.FormatUint(uint64(p.Since), 10) {
			t.Fatalf("path %d: we read\n%s, since %d\nbgpdump reads\n%s, since %s", n, ours, p.Since, theirs, when)
		}
	}
	if _, theirs, more := next(); more {
		t.Fatalf("after %d paths bgpdump reads\n%s", n, theirs)
	}
}

// lines writes paths in the words of bgpdump, and of what is read by both. Paths are
// many, and AS paths few: they are written once.
type lines struct {
	line    []byte
	asPaths map[string]string
}

func (l *lines) of(p *rib.Path) []byte {
	asPath, known := l.asPaths[string(p.ASPath)]
	if !known {
		asPath = p.ASPath.String()
		l.asPaths[string(p.ASPath)] = asPath
	}
	b := append(p.Peer.AppendTo(l.line[:0]), '|')
	b = append(strconv.AppendUint(b, uint64(p.PeerASN), 10), '|')
	b = append(p.Prefix.AppendTo(b), '|')
	b = append(strconv.AppendUint(b, uint64(p.ID), 10), '|')
	b = append(append(b, asPath...), '|')
	b = append(append(b, p.Origin.String()...), '|')
	b = append(strconv.AppendUint(b, uint64(p.LocalPref), 10), '|')
	med := uint32(0) // what is absent is 0 there
	if p.MED != nil {
		med = *p.MED
	}
	b = append(strconv.AppendUint(b, uint64(med), 10), '|')
	for i, c := range p.Communities {
		if i > 0 {
			b = append(b, ' ')
		}
		b = append(b, bgpdumpCommunity(c)...)
	}
	l.line = b
	return b
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
func bgpdump(t rapid.TB, program, path string, since bool) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
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
		var line []byte
		for printed := bufio.NewScanner(out); printed.Scan(); {
			f := strings.Split(printed.Text(), "|")
			id, tail := "0", f[6:]
			if f[0] == "TABLE_DUMP2_AP" {
				id, tail = f[6], f[7:]
			}
			line = line[:0]
			for _, field := range []string{canonical(f[3]), f[4], canonical(f[5]), id, tail[0], tail[1], tail[3],
				tail[4], tail[5]} {
				line = append(append(line, field...), '|')
			}
			if !yield(f[1], line[:len(line)-1]) {
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
