package listing_test

import (
	"os"
	"testing"

	"depeer/filters/listing"
)

func TestReferenceFile(t *testing.T) {
	data, err := os.ReadFile("../../examples/reference/listing.yaml")
	if err != nil {
		t.Fatal(err)
	}
	l, diags := listing.Read("listing.yaml", data)
	for _, d := range diags {
		t.Error(d)
	}
	t.Logf("%+v", l)
}
