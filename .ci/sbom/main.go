package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: sbom PROGRAM")
		os.Exit(64)
	}
	if err := printBill(os.Args[1]); err != nil {
		fmt.Fprintf(os.Stderr, "sbom: %v\n", err)
		os.Exit(1)
	}
}

func printBill(file string) error {
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	enc := json.NewEncoder(os.Stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(makeBill(info, hex.EncodeToString(sum[:])))
}

// bill is a CycloneDX document. Fields are in the order of its specification.
type bill struct {
	Format   string      `json:"bomFormat"`
	Spec     string      `json:"specVersion"`
	Version  int         `json:"version"`
	Metadata metadata    `json:"metadata"`
	Modules  []component `json:"components"`
}

type metadata struct {
	Time    string    `json:"timestamp,omitempty"` // of the commit: the time of the build would change the bytes
	Program component `json:"component"`
}

type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	Hashes     []hash     `json:"hashes,omitempty"`
	Licenses   []license  `json:"licenses,omitempty"`
	Purl       string     `json:"purl"`
	Properties []property `json:"properties,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type license struct {
	License struct {
		ID string `json:"id"`
	} `json:"license"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// makeBill describes a program from what the linker left in it and its SHA-256 sum in hexadecimal.
func makeBill(info *debug.BuildInfo, sum string) bill {
	program := describeModule("application", info.Main.Path, info.Main.Version)
	program.Hashes = []hash{{"SHA-256", sum}}
	program.Licenses = make([]license, 1)
	program.Licenses[0].License.ID = "Apache-2.0"
	b := bill{Format: "CycloneDX", Spec: "1.6", Version: 1, Metadata: metadata{Program: program}}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.time":
			b.Metadata.Time = s.Value
		case "vcs.revision", "vcs.modified", "GOOS", "GOARCH", "CGO_ENABLED", "-trimpath":
			b.Metadata.Program.Properties = append(b.Metadata.Program.Properties, property{"go:" + s.Key, s.Value})
		}
	}
	b.Modules = []component{describeModule("library", "stdlib", strings.TrimPrefix(info.GoVersion, "go"))}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		c := describeModule("library", m.Path, m.Version)
		if m.Sum != "" { // as in go.sum: it is the sum of a list of files, not of one file
			c.Properties = []property{{"go:sum", m.Sum}}
		}
		b.Modules = append(b.Modules, c)
	}
	return b
}

func describeModule(kind, path, version string) component {
	purl := "pkg:golang/" + path + "@" + strings.ReplaceAll(version, "+", "%2B")
	return component{Type: kind, Ref: purl, Name: path, Version: version, Purl: purl}
}
