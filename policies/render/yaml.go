package render

import (
	"bytes"
	"fmt"
	"strconv"

	"gopkg.in/yaml.v3"
)

// writeYAML writes c with two spaces of indent, and each table that holds no
// further one on a line of its own, for a readable diff.
func writeYAML(c table, comment []string) ([]byte, error) {
	b := bytes.NewBuffer(commented(nil, comment))
	e := yaml.NewEncoder(b)
	e.SetIndent(2)
	if err := e.Encode(yamlNode(c)); err != nil {
		return nil, fmt.Errorf("render: yaml: %w", err)
	}
	if err := e.Close(); err != nil {
		return nil, fmt.Errorf("render: yaml: %w", err)
	}
	return b.Bytes(), nil
}

func yamlNode(value any) *yaml.Node {
	switch v := value.(type) {
	case string:
		// Quoted, always: 64500:666:1 is a number to readers of YAML 1.1.
		return &yaml.Node{Kind: yaml.ScalarNode, Style: yaml.DoubleQuotedStyle, Value: v}
	case uint32:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.FormatUint(uint64(v), 10)}
	case []string:
		return &yaml.Node{Kind: yaml.SequenceNode, Content: each(v, func(s string) *yaml.Node { return yamlNode(s) })}
	case []table:
		return &yaml.Node{Kind: yaml.SequenceNode, Content: each(v, func(t table) *yaml.Node { return yamlNode(t) })}
	case table:
		n := &yaml.Node{Kind: yaml.MappingNode}
		if len(v) > 1 && v.flat() {
			n.Style = yaml.FlowStyle
		}
		for _, p := range v {
			n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: p.key}, yamlNode(p.value))
		}
		return n
	default:
		panic(fmt.Sprintf("render: no YAML for a %T", v))
	}
}
