package listing_test

import (
	"bytes"
	"os"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"depeer/filters/diag"
	"depeer/filters/listing"
)

// Whatever the bytes, there is a listing or a reason; and a listing that was read
// can be written and read again.
func FuzzRead(f *testing.F) {
	for _, path := range append(globbed("testdata/bad/*.yaml", "testdata/good/*.yaml"), reference) {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		l, diags := listing.Read("l.yaml", data)
		if (l == nil) != (diags.Worst() == diag.Error) {
			t.Fatalf("listing %v, and %v", l, diags)
		}
		if l == nil {
			return
		}
		var text bytes.Buffer
		listing.Write(&text, l)
		again, diags := listing.Read("l.yaml", text.Bytes())
		if again == nil {
			t.Fatalf("refused: %v\n%s", diags, text.String())
		}
		if d := gocmp.Diff(l, again, equal...); d != "" {
			t.Fatalf("-first +second:\n%s\n%s", d, text.String())
		}
	})
}
