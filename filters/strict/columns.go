package strict

import (
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// cursor goes through a text, forwards only. Lines end where yaml.v3 ends them.
type cursor struct {
	data         []byte
	line         int // from 1
	start, place int // offsets: of the line, of the cursor
	runes        int // from start to place
}

// countBytes turns the columns of n and all nodes below it from characters, as yaml.v3 counts them,
// into bytes. Nodes come in the order of the text, so one pass is enough.
func countBytes(n *yaml.Node, data []byte) {
	c := cursor{data: data, line: 1}
	c.countNode(n)
}

func (c *cursor) countNode(n *yaml.Node) {
	for c.line < n.Line && c.place < len(c.data) {
		c.step()
	}
	for c.line == n.Line && c.runes < n.Column-1 && c.place < len(c.data) {
		c.step()
	}
	if c.line == n.Line {
		n.Column = c.place - c.start + 1
	}
	for _, child := range n.Content {
		c.countNode(child)
	}
}

// step moves on by one character.
func (c *cursor) step() {
	r, size := utf8.DecodeRune(c.data[c.place:])
	c.place += size
	c.runes++
	if r == '\r' && c.place < len(c.data) && c.data[c.place] == '\n' {
		c.place++
	}
	if r == '\n' || r == '\r' {
		c.line, c.start, c.runes = c.line+1, c.place, 0
	}
}
