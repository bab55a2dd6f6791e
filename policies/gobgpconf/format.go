package gobgpconf

import (
	"fmt"
)

// Format is a configuration format of gobgpd.
type Format uint8

const (
	TOML Format = iota
	YAML
	JSON
)

// String returns the name of the format, which is also gobgpd's --config-type
// and the extension that gobgpd knows it by.
func (f Format) String() string {
	switch f {
	case TOML:
		return "toml"
	case YAML:
		return "yaml"
	case JSON:
		return "json"
	default:
		panic(fmt.Sprintf("gobgpconf: no format %d", uint8(f)))
	}
}

// Formats returns all formats.
func Formats() []Format { return []Format{TOML, YAML, JSON} }

// ParseFormat returns the format of that name.
func ParseFormat(s string) (Format, error) {
	for _, f := range Formats() {
		if f.String() == s {
			return f, nil
		}
	}
	return 0, fmt.Errorf("no format %q: toml, yaml or json", s)
}
