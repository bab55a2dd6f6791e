package judge_test

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"depeer/filters/diag"
	"depeer/policies/persist/judge"
)

// What cannot be judged is an error, and not a file that is right.
func TestUnjudged(t *testing.T) {
	file := []byte("[global.config]\nas = 64500\nrouter-id = \"192.0.2.1\"\n")
	late := newJudge(t)
	late.Within = time.Nanosecond
	deaf := judge.Judge{Command: []string{"/bin/false"}}
	for name, j := range map[string]judge.Judge{"late": late, "deaf": deaf, "none": {},
		"missing": {Command: []string{"/no/such/program"}}} {
		if _, err := j.Ask(t.Context(), judge.Question{File: file}); !errors.Is(err, judge.ErrUnjudged) {
			t.Errorf("%s: %v", name, err)
		}
		l, err := j.Diagnose(t.Context(), "gobgpd.conf", file, file)
		if err != nil || l.Worst() != diag.Error || l[0].Code != "gobgpd-unjudged" {
			t.Errorf("%s: %v, %v", name, l, err)
		}
	}
	if l, err := newJudge(t).Diagnose(t.Context(), "gobgpd.conf", file, file); err != nil || len(l) != 0 {
		t.Errorf("a file that is right: %v, %v", l, err)
	}
}

// A process that is asked does not ask on: a program that is no judge would start itself
// without end.
func TestAskedAsksNobody(t *testing.T) {
	t.Setenv("DEPEER_JUDGE", "1")
	if _, err := newJudge(t).Ask(t.Context(), judge.Question{}); !errors.Is(err, judge.ErrUnjudged) {
		t.Errorf("got %v", err)
	}
}

// Whatever the file names, nothing is listened on, and nothing is dialed.
func TestNoNetwork(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	at := l.Addr().(*net.TCPAddr)
	file := fmt.Sprintf(`[global.config]
as = 64500
router-id = "192.0.2.1"
port = %[1]d # is taken: a server that listened would not start
local-address-list = ["127.0.0.1"]
[[neighbors]]
config = {neighbor-address = "127.0.0.1", peer-as = 1}
transport.config.remote-port = %[1]d
timers.config.connect-retry = 1
[[rpki-servers]]
config = {address = "127.0.0.1", port = %[1]d}
[[bmp-servers]]
config = {address = "127.0.0.1", port = %[1]d}
[zebra.config]
enabled = true
url = "tcp:127.0.0.1:%[1]d"
[[mrt-dump]]
config = {dump-type = "updates", file-name = "/no/such/folder/file"}
`, at.Port)
	a := ask(t, judge.Question{File: []byte(file)})
	if len(a.Start.Problems) > 0 || a.Start.State == nil || len(a.Start.State.Clients) != 1 {
		t.Fatalf("judged as %+v", a.Start)
	}
	l.(*net.TCPListener).SetDeadline(time.Now())
	if conn, err := l.Accept(); err == nil {
		t.Errorf("%v was dialed from %v", at, conn.RemoteAddr())
	}
}

// large is a file of 1,000 clients and 100,000 prefixes.
func large() []byte {
	var b strings.Builder
	b.WriteString("[global.config]\nas = 64500\nrouter-id = \"192.0.2.1\"\n[[policy-definitions]]\nname = " +
		"\"in\"\n[[policy-definitions.statements]]\nname = \"s\"\nconditions.match-prefix-set.prefix-set = \"nets\"\n")
	for i := range 1000 {
		fmt.Fprintf(&b, "[[neighbors]]\nconfig = {neighbor-address = \"10.0.%d.%d\", peer-as = "+
			"%d}\nroute-server.config.route-server-client = true\napply-policy.config.import-policy-list = [\"in\"]\n",
			i/250, i%250+1, i+1)
	}
	b.WriteString("[[defined-sets.prefix-sets]]\nprefix-set-name = \"nets\"\nprefix-list = [\n")
	for i := range 100_000 {
		fmt.Fprintf(&b, "{ip-prefix = \"%d.%d.%d.0/24\", masklength-range = \"24..32\"},\n", 20+i/65536, i/256%256,
			i%256)
	}
	b.WriteString("]\n")
	return []byte(b.String())
}

// A file as large as any is judged within the deadline, and the bound on memory.
func TestLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("loads 100,000 prefixes twice")
	}
	t.Parallel()
	j := newJudge(t)
	j.Within = 5 * time.Minute // with all other tests beside it
	a, err := j.Ask(t.Context(), judge.Question{File: large()})
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Start.Problems) > 0 || len(a.Start.State.Clients) != 1000 || a.Clients != 1000 {
		t.Errorf("got %d clients, %+v", len(a.Start.State.Clients), a.Start.Problems)
	}
}

func BenchmarkAsk(b *testing.B) {
	for name, file := range map[string][]byte{"small": []byte(fmt.Sprintf(operators, "192.0.2.1", 179, "192.0.2.10",
		"192.0.2.11")), "large": large()} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				ask(b, judge.Question{File: file})
			}
		})
	}
}
