package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"depeer/cmd/internal/cli"
	"depeer/examples"
)

// The rows of FAULTS.md that are tables, or are about what a process takes. Those that are
// stories are scripts: testdata/script/faults-*.txtar.

// listingOf is a listing of one provider, with value in place of its only ASN or prefix,
// at line 7, column 9.
func listingOf(key, value string) string {
	return "version: 1\nlist: {name: ours}\ndefaults: {treatment: depeer}\nproviders:\n" +
		"  - name: Example\n    " + key + ":\n      - " + value + "\n"
}

// refusals runs check and emit on a listing, and returns what check says of it; emit
// must say the same on stderr, and print nothing.
func refusals(t *testing.T, text string) (said string, code int) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "list.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	check := run(t, dir, "check", "list.yaml")
	emit := run(t, dir, "emit", "list.yaml")
	if emit.code != check.code {
		t.Errorf("check ends with %d, emit with %d", check.code, emit.code)
	}
	said = firstLine(check.stdout)
	if check.code != 0 && (emit.stdout != "" || firstLine(emit.stderr) != said) {
		t.Errorf("emit prints %q on stdout and %q on stderr", emit.stdout, emit.stderr)
	}
	return strings.TrimPrefix(said, "list.yaml:"), check.code
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// process is one run of the program that has ended.
type process struct {
	stdout, stderr string
	code           int
	peak           string // the file that tells its memory; see peakMemory
	took           time.Duration
}

// run runs the program itself: testscript puts it into PATH.
func run(t *testing.T, dir string, args ...string) process {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command("depeer", args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &stdout, &stderr
	peak := filepath.Join(t.TempDir(), "peak")
	cmd.Env = append(os.Environ(), peakVariable+"="+peak, "HOME="+dir, "XDG_CONFIG_HOME=", "XDG_STATE_HOME=")
	start := time.Now()
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return process{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode(), peak, time.Since(start)}
}

// Row 12: an ASN is read as it is written, or not at all.
func TestFault12(t *testing.T) {
	const syntax = ` is not an ASN (hint: a decimal number, such as 64512 or AS64512) [listing-asn-syntax]`
	for _, test := range []struct{ value, want string }{
		{"010", `leading zero in ASN "010" (hint: 10) [listing-asn-leading-zero]`},
		{"AS010", `leading zero in ASN "AS010" (hint: 10) [listing-asn-leading-zero]`},
		{"0x10", `"0x10"` + syntax},
		{"0o17", `"0o17"` + syntax},
		{"0b11", `"0b11"` + syntax},
		{"6e4", `"6e4"` + syntax},
		{"64_512", `"64_512"` + syntax},
		{"1:30", `"1:30"` + syntax},
		{"+6500", `"+6500"` + syntax},
		{"-6500", `"-6500"` + syntax},
		{".inf", `".inf"` + syntax},
		{"true", `"true"` + syntax},
		{`"６５００"`, `"６５００"` + syntax},
		{"1.10", `"1.10" is asdot notation, or a fraction (hint: 65546, if asdot was meant) [listing-asn-syntax]`},
		{"4294967296", `ASN "4294967296" is over 4294967295 [listing-asn-range]`},
		{"null", "nothing where a value belongs (hint: leave the key out) [listing-empty]"},
		{"~", "nothing where a value belongs (hint: leave the key out) [listing-empty]"},
		{"!!int 6500", "tag !!int (hint: leave the tag out) [listing-tag]"},
	} {
		t.Run(test.value, func(t *testing.T) {
			said, code := refusals(t, listingOf("asns", test.value))
			if d := cmp.Diff("7:9: error: "+test.want, said); d != "" || code != 3 {
				t.Errorf("exit code %d, (-want +got):\n%s", code, d)
			}
		})
	}
	for _, value := range []string{"6500", "AS6500", "as6500", `"6500"`, "'AS6500'"} {
		if said, code := refusals(t, listingOf("asns", value)); code != 0 {
			t.Errorf("%s: exit code %d, %s", value, code, said)
		}
	}
}

// Row 16: a prefix is read in its one right form, and that is what is said.
func TestFault16(t *testing.T) {
	const syntax = ` is not a prefix (hint: such as 192.0.2.0/24 or 2001:db8::/32) [listing-prefix-syntax]`
	for _, test := range []struct{ value, want string }{
		{"8.8.8.7/24", "host bits set in 8.8.8.7/24 (hint: 8.8.8.0/24) [listing-host-bits]"},
		{"2600::1/32", "host bits set in 2600::1/32 (hint: 2600::/32) [listing-host-bits]"},
		{"8.8.8.0", "8.8.8.0 has no length (hint: 8.8.8.0/32 for the one address) [listing-prefix-no-length]"},
		{`"2600::"`, "2600:: has no length (hint: 2600::/128 for the one address) [listing-prefix-no-length]"},
		{"::ffff:8.8.8.0/120", "::ffff:8.8.8.0/120 is an IPv4-mapped IPv6 prefix (hint: 8.8.8.0/24) " +
			"[listing-prefix-mapped]"},
		{"::ffff:808:800/120", "::ffff:808:800/120 is an IPv4-mapped IPv6 prefix (hint: 8.8.8.0/24) " +
			"[listing-prefix-mapped]"},
		{"010.0.0.0/8", "leading zero in 010.0.0.0/8 (hint: 10.0.0.0/8, if decimal was meant) " +
			"[listing-prefix-leading-zero]"},
		{"8.0.0.0/08", "leading zero in the length of 8.0.0.0/08 (hint: 8.0.0.0/8) [listing-prefix-length]"},
		{"8.8.8.0/08", "leading zero in the length of 8.8.8.0/08 (hint: 8.0.0.0/8) [listing-prefix-length]"},
		{"8.8.8.0/-0", `"-0" is not a prefix length in 8.8.8.0/-0 (hint: 0 to 32) [listing-prefix-length]`},
		{"８.8.8.0/24", `"８.8.8.0/24" is not a prefix (hint: 8.8.8.0/24) [listing-prefix-syntax]`},
		{"8.8.8.0/２４", `"8.8.8.0/２４" is not a prefix (hint: 8.8.8.0/24) [listing-prefix-syntax]`},
		{"２６００：：／３２", `"２６００：：／３２" is not a prefix (hint: 2600::/32) [listing-prefix-syntax]`},
		{"8.8.8.0/33", "length 33 in 8.8.8.0/33 is over 32 (hint: 0 to 32) [listing-prefix-length]"},
		{"8.8.8.0/+24", `"+24" is not a prefix length in 8.8.8.0/+24 (hint: 0 to 32) [listing-prefix-length]`},
		{"8.8.8.0/255.255.255.0",
			`"255.255.255.0" is not a prefix length in 8.8.8.0/255.255.255.0 (hint: 0 to 32) [listing-prefix-length]`},
		{"2600::%eth0/32", "zone in 2600::%eth0/32 (hint: 2600::/32) [listing-prefix-zone]"},
		{"8.8.8/24", `"8.8.8/24"` + syntax},
		{"134744064/24", `"134744064/24"` + syntax},
		{"8.8.8.0-8.8.8.255", `"8.8.8.0-8.8.8.255"` + syntax},
	} {
		t.Run(test.value, func(t *testing.T) {
			said, code := refusals(t, listingOf("prefixes", test.value))
			if d := cmp.Diff("7:9: error: "+test.want, said); d != "" || code != 3 {
				t.Errorf("exit code %d, (-want +got):\n%s", code, d)
			}
		})
	}
}

// Row 42: whatever bytes come, into whatever parser, there is an end, and no panic.
func TestFault42(t *testing.T) {
	dir := t.TempDir()
	seeds := map[string][]byte{
		"listing": []byte(listingOf("prefixes", "{prefix: 8.8.8.0/24, ge: 25, le: 26}")),
		"exchange": []byte("version: 1\nexchange: {name: Example-IX, asn: 64500, peering_lans: [203.0.113.0/25]}\n" +
			"lists:\n  - {file: list.yaml, treatment: depeer}\nlimits: {max_covered: {ipv4: 1%}}\n"),
		"drop": []byte("; Spamhaus DROP List 2021/01/21 - (c) 2021 The Spamhaus Project\n; Last-Modified: Thu, " +
			"21 Jan 2021 19:45:55 GMT\n1.10.16.0/20 ; SBL256894\n"),
		"json": []byte(`{"cidr":"1.10.16.0/20","sblid":"SBL256894","rir":"apnic"}` + "\n" +
			`{"type":"metadata","timestamp":1752391000,"size":58,"records":1}` + "\n"),
		"asndrop": []byte(`{"asn":6500,"rir":"arin","domain":"example.com","cc":"US","asname":"EXAMPLE"}` + "\n" +
			`{"type":"metadata","timestamp":1752391000,"size":78,"records":1}` + "\n"),
		"plain": []byte("8.8.8.0/24 # mine\nAS6500\n"),
		"plan":  []byte(`{"schema_version":1,"id":"x","made":"2026-01-01T00:00:00Z","target":"127.0.0.1:1"}`),
		"toml": []byte("[global.config]\nas = 64500\n\n[[policy-definitions]]\nname = " +
			"\"depeer\"\n[[policy-definitions]]\nname = \"depeer-export\"\n"),
	}
	dump, err := examples.Files.ReadFile("mci-2005/routes-covered.mrt")
	if err != nil {
		t.Fatal(err)
	}
	seeds["mrt"] = dump
	good := filepath.Join(dir, "list.yaml")
	write(t, good, seeds["listing"])
	file, out := filepath.Join(dir, "input"), filepath.Join(dir, "out")
	commands := []struct {
		seed string
		args []string
		keep string // a file that stays as it was unless the command succeeds
	}{
		{"listing", []string{"check", file}, ""},
		{"listing", []string{"emit", file, "-o", out}, out},
		{"exchange", []string{"check", "-c", file, good}, ""},
		{"exchange", []string{"emit", "-c", file, good, "-o", out}, out},
		{"drop", []string{"import", "spamhaus-drop", file, "-o", out}, out},
		{"json", []string{"import", "spamhaus-drop", file, "-o", out}, out},
		{"asndrop", []string{"import", "spamhaus-asndrop", file, "-o", out}, out},
		{"plain", []string{"import", "plain", file, "-o", out}, out},
		{"plan", []string{"show", file}, ""},
		{"plan", []string{"apply", file, "--yes"}, ""},
		{"toml", []string{"emit", good, "--into", file}, file},
		{"mrt", []string{"impact", good, "--rib", file}, ""},
		{"mrt", []string{"explain", "198.51.100.0/25", good, "--rib", file}, ""},
	}
	random := rand.New(rand.NewPCG(42, 0))
	for i := range 200 * len(commands) {
		c := commands[i%len(commands)]
		data := mangled(random, seeds[c.seed])
		write(t, out, []byte("what was there"))
		write(t, file, data)
		before := read(t, c.keep)

		var stdout, stderr strings.Builder
		code := cli.Run(context.Background(), cli.Streams{In: strings.NewReader(""), Out: &stdout, Err: &stderr},
			c.args)
		switch code {
		case cli.OK, cli.Invalid, cli.Guarded:
		default:
			t.Errorf("depeer %s: exit code %d for %q: %s", strings.Join(c.args, " "), code, data, stderr.String())
		}
		if code != cli.OK && (c.keep != "" && stdout.String() != "" || read(t, c.keep) != before) {
			t.Errorf("depeer %s: exit code %d and a changed file, or %q on stdout, for %q", strings.Join(c.args, " "),
				code, stdout.String(), data)
		}
		for _, r := range stdout.String() + stderr.String() {
			if r < ' ' && r != '\n' && r != '\t' || 0x7f <= r && r <= 0x9f {
				t.Fatalf("depeer %s: control character %U for %q", strings.Join(c.args, " "), r, data)
			}
		}
	}
}

// mangled returns random bytes, or seed with a few of its bytes changed, cut or doubled.
func mangled(random *rand.Rand, seed []byte) []byte {
	if random.IntN(8) == 0 {
		data := make([]byte, random.IntN(300))
		for i := range data {
			data[i] = byte(random.Uint32())
		}
		return data
	}
	const spice = "\x00\x1b\n\r\t\x80\xff\"'[]{}:,#&*!|>%@`-?;/=. 0"
	data := bytes.Clone(seed)
	for range 1 + random.IntN(4) {
		at := random.IntN(len(data) + 1)
		end := min(len(data), at+random.IntN(9))
		switch random.IntN(4) {
		case 0: // take out
			data = append(data[:at:at], data[end:]...)
		case 1: // put in twice
			data = append(data[:end:end], data[at:]...)
		case 2: // cut
			if random.IntN(4) == 0 {
				data = data[:at]
			}
		default:
			data = append(append(data[:at:at], spice[random.IntN(len(spice))]), data[at:]...)
		}
	}
	return data
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// read returns what is in a file; nothing for no name.
func read(t *testing.T, name string) string {
	t.Helper()
	if name == "" {
		return ""
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Row 11: what is made to be too much is refused before it takes a second or 256 MiB.
func TestFault11(t *testing.T) {
	const head = "version: 1\nlist: {name: ours}\ndefaults: {treatment: depeer}\nproviders:\n"
	for _, test := range []struct {
		name string
		file func() string
		want string // how what is said starts, and its code
	}{
		{"alias bomb", aliasBomb, "list.yaml:1:5: error: anchor &a0 [listing-alias]"},
		{"deep list", func() string { return strings.Repeat("[", 100_000) },
			"list.yaml:1:1: error: nested far too deep [listing-too-deep]"},
		{"deeper list", func() string { return strings.Repeat("[", 10<<20) },
			"list.yaml: error: file has more than 1048576 values [listing-too-large]"},
		{"deep map", func() string { return strings.Repeat("{a: ", 5000) + strings.Repeat("}", 5000) },
			"list.yaml:1:258: error: nested more than 64 deep [listing-too-deep]"},
		{"over 64 MiB", func() string { return head + "#" + strings.Repeat("x", 64<<20) },
			"list.yaml: error: file is over 64 MiB [input-unreadable]"},
		{"one ASN 100,000 times", func() string {
			return head + "  - {name: A, asns: [" +
				strings.Repeat("6500,", 100_000) + "]}\n"
		},
			"list.yaml:5:27: warning: AS6500 is listed twice, also at list.yaml:5:22 [listing-duplicate-asn]"},
		{"one prefix on 100,000 lines", func() string {
			return head + "  - name: A\n    prefixes:\n" + strings.Repeat("      - 8.8.8.0/24\n", 100_000)
		},
			"list.yaml:8:9: warning: 8.8.8.0/24 is listed twice, also at list.yaml:7:9 [listing-duplicate-prefix]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, "list.yaml"), []byte(test.file()))
			p := run(t, dir, "check", "list.yaml")
			if d := cmp.Diff(test.want, withoutHint(firstLine(p.stdout))); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			if want := map[bool]int{true: 3, false: 0}[strings.Contains(test.want, " error: ")]; p.code != want {
				t.Errorf("exit code %d, want %d", p.code, want)
			}
			if p.took > 30*time.Second { // a second, where nothing else runs
				t.Errorf("took %v", p.took)
			}
			if peak, ok := peakMemory(p.peak); ok && peak > 256<<20 {
				t.Errorf("took %d MiB", peak>>20)
			}
		})
	}
}

// withoutHint takes the hint out of a diagnostic.
func withoutHint(line string) string {
	before, hint, ok := strings.Cut(line, " (hint: ")
	if !ok {
		return line
	}
	return before + hint[strings.LastIndexByte(hint, ')')+1:]
}

// aliasBomb is 9^30 values in two kilobytes.
func aliasBomb() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 30; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i,
			strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), ", "))
	}
	return b.String()
}
