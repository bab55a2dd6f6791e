package main

import (
	"encoding/json"
	"runtime/debug"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMakeBill(t *testing.T) {
	info := &debug.BuildInfo{
		GoVersion: "go1.26.8",
		Main:      debug.Module{Path: "depeer", Version: "v1.2.0"},
		Deps: []*debug.Module{
			{Path: "github.com/osrg/gobgp/v3", Version: "v3.37.0", Sum: "h1:abc="},
			{Path: "example.net/old", Version: "v2.0.0+incompatible"},
			{Path: "example.net/broken", Version: "v1.0.0",
				Replace: &debug.Module{Path: "example.net/mended", Version: "v1.0.1"}},
		},
		Settings: []debug.BuildSetting{
			{Key: "-compiler", Value: "gc"},
			{Key: "GOARCH", Value: "arm64"},
			{Key: "vcs.revision", Value: "c0ffee"},
			{Key: "vcs.time", Value: "2026-11-30T19:00:03Z"},
		},
	}
	got, err := json.MarshalIndent(makeBill(info, "00ff"), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want := `{
  "bomFormat": "CycloneDX",
  "specVersion": "1.6",
  "version": 1,
  "metadata": {
    "timestamp": "2026-11-30T19:00:03Z",
    "component": {
      "type": "application",
      "bom-ref": "pkg:golang/depeer@v1.2.0",
      "name": "depeer",
      "version": "v1.2.0",
      "hashes": [
        {
          "alg": "SHA-256",
          "content": "00ff"
        }
      ],
      "licenses": [
        {
          "license": {
            "id": "Apache-2.0"
          }
        }
      ],
      "purl": "pkg:golang/depeer@v1.2.0",
      "properties": [
        {
          "name": "go:GOARCH",
          "value": "arm64"
        },
        {
          "name": "go:vcs.revision",
          "value": "c0ffee"
        }
      ]
    }
  },
  "components": [
    {
      "type": "library",
      "bom-ref": "pkg:golang/stdlib@1.26.8",
      "name": "stdlib",
      "version": "1.26.8",
      "purl": "pkg:golang/stdlib@1.26.8"
    },
    {
      "type": "library",
      "bom-ref": "pkg:golang/github.com/osrg/gobgp/v3@v3.37.0",
      "name": "github.com/osrg/gobgp/v3",
      "version": "v3.37.0",
      "purl": "pkg:golang/github.com/osrg/gobgp/v3@v3.37.0",
      "properties": [
        {
          "name": "go:sum",
          "value": "h1:abc="
        }
      ]
    },
    {
      "type": "library",
      "bom-ref": "pkg:golang/example.net/old@v2.0.0%2Bincompatible",
      "name": "example.net/old",
      "version": "v2.0.0+incompatible",
      "purl": "pkg:golang/example.net/old@v2.0.0%2Bincompatible"
    },
    {
      "type": "library",
      "bom-ref": "pkg:golang/example.net/mended@v1.0.1",
      "name": "example.net/mended",
      "version": "v1.0.1",
      "purl": "pkg:golang/example.net/mended@v1.0.1"
    }
  ]
}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
