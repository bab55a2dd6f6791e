package gobgpconf_test

import (
	"bytes"
	"testing"

	"depeer/filters/diag"
	"depeer/policies/gobgpconf"
)

// Whatever is in a file: an error or a result, never a panic, and a result is not
// changed by doing it again.
func FuzzInto(f *testing.F) {
	for _, text := range files(f, "into") {
		f.Add(text)
	}
	for _, text := range files(f, "bad") {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, old []byte) {
		got, l := gobgpconf.ReplacePart("gobgpd.conf", old, marks(), nil)
		if refused := l.Worst() == diag.Error; refused != (got == nil) {
			t.Fatalf("got %d bytes and\n%s", len(got), said(l))
		}
		if got == nil {
			return
		}
		again, l := gobgpconf.ReplacePart("gobgpd.conf", got, marks(), nil)
		if !bytes.Equal(got, again) {
			t.Fatalf("done twice, the file differs:\n%q\n%q\n%s", got, again, said(l))
		}
	})
}
