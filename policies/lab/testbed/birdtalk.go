package testbed

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"time"
)

// sendCommand sends one command to the member's BIRD, over the socket that birdc uses,
// and returns the lines of its answer without their codes.
//
// A line is "1007-text" where more follow and "0003 text" where it is the last;
// " text" goes on under the code before. Codes from 8000 on are errors.
func (m *Member) sendCommand(command string) (string, error) {
	conn, err := net.Dial("unix", m.controlSocket())
	if err != nil {
		return "", err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(Patience))
	lines := bufio.NewReader(conn)
	if _, err := readAnswer(lines); err != nil { // the greeting
		return "", err
	}
	if _, err := fmt.Fprintln(conn, command); err != nil {
		return "", err
	}
	text, err := readAnswer(lines)
	if err != nil {
		return "", fmt.Errorf("%s: %w", command, err)
	}
	return text, nil
}

// readAnswer reads up to the last line of an answer.
func readAnswer(lines *bufio.Reader) (string, error) {
	var text strings.Builder
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return "", err
		}
		if rest, ok := strings.CutPrefix(line, " "); ok {
			text.WriteString(rest)
			continue
		}
		if len(line) < 6 {
			return "", fmt.Errorf("BIRD says %q", line)
		}
		text.WriteString(line[5:])
		switch {
		case line[0] == '8' || line[0] == '9':
			return "", fmt.Errorf("BIRD says %q", line)
		case line[4] == ' ':
			return text.String(), nil
		}
	}
}
