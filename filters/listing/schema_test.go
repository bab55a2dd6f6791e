package listing_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"

	"depeer/filters/diag"
	"depeer/filters/listing"
)

// What only the reader can see: by file of testdata/bad, why.
var readerOnly = map[string]string{
	// YAML, before there is any value to look at
	"alias": "aliases are resolved", "merge-key": "", "tag": "",
	"second-document": "one document is looked at", "text-after-end": "",
	"duplicate-key": "the last one wins", "directive": "",
	// how a number is written
	"asn-octal": "8 to YAML", "asn-hex": "16 to YAML", "asn-exponent": "60000 to YAML",
	"asn-underscore": "64512 to YAML", "prefix-ge-octal": "20 to YAML",
	// arithmetic
	"expires-early": "", "host-bits": "", "max-age-long": "", "updated-day": "no such day",
	"listed-zero": "", "prefix-ge-le": "", "prefix-ge-short": "", "prefix-le-short": "",
	"prefix-le-long":     "33 is a length of IPv6",
	"prefix-host-bits-6": "", "prefix-length": "", "prefix-mapped": "", "prefix-leading-zero": "", "too-long": "",
	// registries
	"asn-private": "allow_reserved", "asn-private-32": "", "asn-documentation": "",
	"prefix-private": "", "prefix-documentation": "", "prefix-loopback": "",
	// other values
	"asn-except-itself": "", "duplicate-id": "", "duplicate-name": "", "duplicate-long-name": "",
	// characters
	"name-bidi": "", "name-nul": "", "reason-lines": "", "url": "a blank in the host",
}

func TestSchemaAgreesWithReader(t *testing.T) {
	schema := compile(t)
	for _, path := range append(files(t, "testdata/good/*.yaml"), reference) {
		if err := validate(t, schema, path); err != nil {
			t.Errorf("%s is good, and the schema says: %v", path, err)
		}
	}
	seen := 0
	for _, path := range files(t, "testdata/bad/*.yaml") {
		name := strings.TrimSuffix(filepath.Base(path), ".yaml")
		_, only := readerOnly[name]
		switch err := validate(t, schema, path); {
		case err == nil && !only:
			t.Errorf("%s is bad, and the schema does not see it", name)
		case err != nil && only:
			t.Errorf("%s is seen by the schema, too: %v", name, err)
		}
		if only {
			seen++
		}
	}
	if seen != len(readerOnly) {
		t.Errorf("%d of the %d files that only the reader refuses are there", seen, len(readerOnly))
	}
}

// What Write writes is right for an editor, too.
func TestSchemaTakesWhatIsWritten(t *testing.T) {
	schema := compile(t)
	rapid.Check(t, func(t *rapid.T) {
		var text bytes.Buffer
		listing.Write(&text, drawListing(t))
		var root yaml.Node
		if err := yaml.Unmarshal(text.Bytes(), &root); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(plain(t, root.Content[0])); err != nil {
			t.Fatalf("%v\n%s", err, text.String())
		}
	})
}

// Editors show title and description of a key.
func TestSchemaExplainsEveryKey(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(listing.Schema))
	if err != nil {
		t.Fatal(err)
	}
	keys := 0
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(path, e)
			}
		case map[string]any:
			properties, _ := v["properties"].(map[string]any)
			for key, value := range properties {
				if s, ok := value.(map[string]any); ok && v["additionalProperties"] == false {
					if keys++; s["title"] == nil || s["description"] == nil {
						t.Errorf("%s/%s has no title or no description", path, key)
					}
				}
			}
			for key, e := range v {
				walk(path+"/"+key, e)
			}
		}
	}
	walk("", doc)
	if keys < 30 {
		t.Errorf("only %d keys found", keys)
	}
}

func compile(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(listing.Schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("listing.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("listing.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t *testing.T, schema *jsonschema.Schema, path string) error {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, diags := listing.Read(path, data); (diags.Worst() == diag.Error) != strings.Contains(path, "/bad/") {
		t.Fatalf("%s: the reader says %v", path, diags)
	}
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		return err
	}
	if len(root.Content) == 0 {
		return schema.Validate(nil)
	}
	return schema.Validate(plain(t, root.Content[0]))
}

// plain makes of a node what an editor makes of it: the types of JSON, by YAML's rules.
func plain(t interface{ Fatal(...any) }, n *yaml.Node) any {
	switch n.Kind {
	case yaml.AliasNode:
		return plain(t, n.Alias)
	case yaml.MappingNode:
		m := make(map[string]any)
		for i := 0; i < len(n.Content); i += 2 {
			if n.Content[i].Tag == "!!merge" {
				continue // taken in by an editor
			}
			m[n.Content[i].Value] = plain(t, n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, c := range n.Content {
			list[i] = plain(t, c)
		}
		return list
	}
	switch n.ShortTag() {
	case "!!null", "!!bool", "!!int", "!!float":
		var v any
		if err := n.Decode(&v); err != nil {
			t.Fatal(err)
		}
		return v
	default:
		return n.Value
	}
}
