package strict_test

import (
	"runtime"
	"strings"
	"testing"

	"depeer/filters/diag"
	"depeer/filters/strict"
)

// hostile are files that cost yaml.v3 much, or would without a limit.
var hostile = []struct {
	name string
	text func() string
	want string // code of the one diagnostic
}{
	{"over 64 MiB", func() string { return strings.Repeat("#", strict.MaxSize+1) }, "k-too-large"},
	{"64 MiB of brackets", func() string { return strings.Repeat("[", strict.MaxSize) }, "k-too-large"},
	{"64 MiB of commas", func() string { return "a: [" + strings.Repeat("a,", 30<<20) + "]" }, "k-too-large"},
	{"64 MiB of comments", func() string { return strings.Repeat("#\n", 32<<20) }, "k-too-large"},
	{"64 MiB of directives", func() string { return strings.Repeat("%TAG !a! b\n", 5<<20) }, "k-directive"},
	{"nested in brackets", func() string { return strings.Repeat("[", 500_000) }, "k-too-deep"},
	{"more brackets", func() string { return strings.Repeat("[", 600_000) }, "k-too-large"},
	{"nested and closed", func() string {
		nest := strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000) + ",\n"
		return "[" + strings.Repeat(nest, strict.MaxValues/2/9_001) + "]"
	}, "k-too-deep"},
	{"nested in braces", func() string { return strings.Repeat("{a: ", 300_000) }, "k-too-deep"},
	{"nested in dashes", func() string {
		return strings.Repeat(strings.Repeat("- ", 9_000)+"a\n", strict.MaxValues/9_000)
	}, "k-too-deep"},
	{"nested in lines", func() string {
		var b strings.Builder
		for i := range 9_000 {
			b.WriteString(strings.Repeat(" ", i) + "a:\n")
		}
		return b.String()
	}, "k-too-deep"},
	{"alias bomb", func() string {
		return "a: &a [x,x,x,x,x,x,x,x,x]\n" +
			"b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n" +
			"c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
	}, "k-alias"},
	{"alias of itself", func() string { return "a: &a [*a]\n" }, "k-alias"},
}

// The limits keep what is refused within 256 MiB: in use at any one time is at most what
// was allocated, less what the text itself takes. Time is BenchmarkHostile's.
func TestHostileFilesAreCheap(t *testing.T) {
	for _, h := range hostile {
		t.Run(h.name, func(t *testing.T) {
			data := []byte(h.text())
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			var diags diag.List
			root, ok := strict.Read("f", "k", data, &diags)
			if ok {
				root.List()
			}
			runtime.ReadMemStats(&after)
			if len(diags) == 0 || diags[0].Code != h.want {
				t.Errorf("got %.300v, want %s", diags, h.want)
			}
			if used := after.TotalAlloc - before.TotalAlloc + uint64(len(data)); used > 256<<20 {
				t.Errorf("took %d MiB", used>>20)
			}
		})
	}
}

// BenchmarkHostile says what refusing each of them takes.
func BenchmarkHostile(b *testing.B) {
	for _, h := range hostile {
		data := []byte(h.text())
		b.Run(h.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var diags diag.List
				strict.Read("f", "k", data, &diags)
			}
		})
	}
}
