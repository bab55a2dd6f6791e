package gobgpconf

import (
	"fmt"
	"strings"
	"unicode"

	"depeer/policies"
)

// Encode returns p as configuration in the format f, ending in a newline. It
// always defines both policies, empty or not, and each prefix entry stands on a
// line of its own. The lines of comment, one each, go to the top, where the
// format has comments. The same p and comment give the same bytes.
//
// Encode returns an error if p holds what gobgpd would misread, or if comment holds a line
// break, a control character, a direction override or a line that looks like a marker.
func Encode(p *policies.RoutingPolicy, f Format, comment []string) ([]byte, error) {
	if err := checkPolicy(p); err != nil {
		return nil, fmt.Errorf("render: %w", err)
	}
	if err := checkComment(comment); err != nil {
		return nil, fmt.Errorf("render: %w", err)
	}
	switch c := buildConfiguration(p); f {
	case TOML:
		return writeTOML(c, comment), nil
	case YAML:
		return writeYAML(c, comment), nil
	case JSON:
		return writeJSON(c), nil
	default:
		panic(fmt.Sprintf("gobgpconf: no format %d", uint8(f)))
	}
}

func checkComment(lines []string) error {
	for _, line := range lines {
		if strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }) {
			return fmt.Errorf("comment %q has unprintable characters", line)
		}
		if markerOf("# "+line) != noMarker {
			return fmt.Errorf("comment %q looks like a marker", line)
		}
	}
	return nil
}

// appendComments appends each line as a comment of TOML or YAML.
func appendComments(b []byte, lines []string) []byte {
	for _, line := range lines {
		b = append(b, strings.TrimRight("# "+line, " ")...)
		b = append(b, '\n')
	}
	return b
}
