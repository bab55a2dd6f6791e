package exchange_test

import (
	"bytes"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"depeer/filters/diag"
	"depeer/policies/exchange"
)

// onlyReader are the bad files in which a schema sees nothing: references,
// repetition, order, numbers inside texts, and YAML itself.
var onlyReader = map[string]string{
	"asn-leading-zero":           "to a schema, a number",
	"except-twice":               "repetition",
	"feed-every-short":           "how long",
	"hidden-character":           "what a text hides",
	"lan-host-bits":              "arithmetic",
	"ladder-hours":               "how long",
	"ladder-name-treatment":      "reference",
	"ladder-of-ladders":          "reference",
	"ladder-order":               "order",
	"ladder-same-day":            "order",
	"ladder-treatment-unknown":   "reference",
	"ladder-twice":               "repetition",
	"list-glob":                  "syntax of patterns",
	"list-treatment-unknown":     "reference",
	"member-choice-no-treatment": "reference",
	"member-choice-nothing":      "reference",
	"member-choice-order":        "reference",
	"member-choice-refuses":      "reference",
	"member-address":             "leading zero",
	"member-address-mapped":      "arithmetic",
	"member-address-twice":       "repetition, written in two ways",
	"member-address-unspecified": "what an address is for",
	"protect-asn-twice":          "repetition, written in two ways",
	"reason-no-number":           "reference",
	"reason-twice":               "repetition",
	"reasons-scratch":            "what a number is for",
	"reasons-taken":              "a number in a text",
	"scratch-community":          "reference",
	"scratch-community-no-asn":   "reference",
	"tag-community":              "a number in a text",
	"tag-community-foreign":      "a number in a text",
	"tag-community-no-asn":       "a number in a text",
	"target-address-twice":       "repetition",
	"target-after-itself":        "reference",
	"target-after-unknown":       "reference",
	"target-circle":              "reference",
	"target-host":                "leading zero",
	"target-name-twice":          "repetition",
	"target-no-port-ipv6":        "which colon",
	"target-persist-remote":      "whether a host is this machine",
	"target-persist-twice":       "repetition",
	"target-port":                "a number in a text",
	"treatment-twice":            "repetition",
}

// TestSchemaAgrees holds that schema and reader say the same of every file, but for
// those that only the reader can tell.
func TestSchemaAgrees(t *testing.T) {
	schema := compile(t)
	good := append(files(t, "testdata/good/*.yaml"), reference)
	for _, file := range append(files(t, "testdata/bad/*.yaml"), good...) {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			data := load(t, file)
			_, diags := exchange.Read(file, data)
			bad := diags.Worst() == diag.Error
			value, ok := generic(data)
			if !ok {
				if !bad {
					t.Error("yaml.v3 refuses what the reader reads")
				}
				return
			}
			err := schema.Validate(value)
			_, excused := onlyReader[name]
			switch {
			case !bad && err != nil:
				t.Errorf("the reader accepts it, the schema says: %v", err)
			case bad && err == nil && !excused:
				t.Errorf("the schema accepts it, the reader says: %v", diags)
			case excused && (err != nil || !bad):
				t.Error("stands in onlyReader for nothing")
			}
		})
	}
}

func compile(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(exchange.Schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// generic returns what an editor's schema validator sees of a file: the JSON value of
// its YAML. It is false for what is no single document of YAML, or has a key twice.
func generic(data []byte) (any, bool) {
	var second yaml.Node
	var root yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	if dec.Decode(&root) != nil || dec.Decode(&second) == nil {
		return nil, false
	}
	return value(root.Content[0])
}

func value(n *yaml.Node) (any, bool) {
	switch n.Kind {
	case yaml.MappingNode:
		m := make(map[string]any)
		for i := 0; i < len(n.Content); i += 2 {
			v, ok := value(n.Content[i+1])
			if _, twice := m[n.Content[i].Value]; twice || !ok {
				return nil, false
			}
			m[n.Content[i].Value] = v
		}
		return m, true
	case yaml.SequenceNode:
		list := []any{}
		for _, c := range n.Content {
			v, ok := value(c)
			if !ok {
				return nil, false
			}
			list = append(list, v)
		}
		return list, true
	}
	switch n.Tag {
	case "!!null":
		return nil, true
	case "!!bool":
		return n.Value == "true", true
	case "!!int", "!!float":
		if f, err := strconv.ParseFloat(n.Value, 64); err == nil {
			return f, true
		}
	}
	return n.Value, true
}

// TestSchemaDescribes holds that every key has a description, and stands in the
// reference file with a comment.
func TestSchemaDescribes(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(exchange.Schema))
	if err != nil {
		t.Fatal(err)
	}
	commented := make(map[string]bool)
	above := false
	for line := range strings.Lines(string(load(t, reference))) {
		key, _, isKey := strings.Cut(strings.TrimLeft(line, " -"), ":")
		if isKey && !strings.HasPrefix(key, "#") {
			commented[key] = commented[key] || above || strings.Contains(line, "#")
		}
		above = strings.HasPrefix(strings.TrimSpace(line), "#")
	}
	keys := 0
	var walk func(path string, schema map[string]any)
	walk = func(path string, schema map[string]any) {
		if items, ok := schema["items"].(map[string]any); ok {
			walk(path+"[]", items)
		}
		properties, _ := schema["properties"].(map[string]any)
		for key, p := range properties {
			p := p.(map[string]any)
			keys++
			if text, _ := p["description"].(string); len(text) < 5 {
				t.Errorf("%s.%s has no description", path, key)
			}
			if !commented[key] {
				t.Errorf("%s.%s has no comment in the reference file", path, key)
			}
			walk(path+"."+key, p)
		}
	}
	walk("", doc.(map[string]any))
	if keys < 50 {
		t.Errorf("the schema has %d keys only", keys)
	}
}
