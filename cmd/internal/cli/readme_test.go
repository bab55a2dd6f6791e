package cli_test

import (
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/cmd/internal/cli"
	"depeer/filters/listing"
)

// block returns what the README shows between ```kind and ```, the first of that kind.
func block(t *testing.T, kind string) string {
	t.Helper()
	text, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, begun := strings.Cut(string(text), "\n```"+kind+"\n")
	shown, _, ended := strings.Cut(rest, "\n```\n")
	if !begun || !ended {
		t.Fatalf("README.md has no block of the kind %q", kind)
	}
	return shown + "\n"
}

// TestReadmeShowsLab: what the README shows as the output of lab is its output.
func TestReadmeShowsLab(t *testing.T) {
	var out strings.Builder
	if code := cli.Run(t.Context(), cli.Streams{Out: &out, Err: io.Discard}, []string{"lab"}); code != cli.OK {
		t.Fatalf("exit code %d", code)
	}
	if d := cmp.Diff(out.String(), block(t, "")); d != "" {
		t.Errorf("README.md (-lab +README):\n%s", d)
	}
}

// TestReadmeList: the list that the README shows is one.
func TestReadmeList(t *testing.T) {
	if _, diags := listing.Read("README.md", []byte(block(t, "yaml"))); len(diags) != 0 {
		t.Error(diags)
	}
}
