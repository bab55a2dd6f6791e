package gobgpconf

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"
	"unicode"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"depeer/filters/diag"
)

// document is a gobgpd.conf: what it says, and which bytes say it.
//
// A path names what is said where, such as neighbors[2].config.peer-as: the
// elements of an array of tables ([[neighbors]]) have their number. Elements of an
// array in brackets have none of their own; what is asked for in there is placed
// at the key that the array belongs to.
type document struct {
	file        string
	text        []byte
	values      map[string]any
	expressions []expression
	places      map[string]int // path to offset
}

// expression is a header, a key with its value, or a comment on lines of its own.
type expression struct {
	kind       unstable.Kind
	start, end int    // whole lines; what is blank before and behind is not included
	table      string // path of the table that it opens or stands in
	path       string // of the key, or of the table
	marker     marker
}

// parseDocument reads a file. It returns nil if anything is wrong with it, and says so in l.
func parseDocument(file string, text []byte, l *diag.List) *document {
	d := &document{file: file, text: text, values: map[string]any{}, places: map[string]int{}}
	if format := formatByName(file); format != "" {
		l.Errorf(diag.Position{File: file}, "gobgpd-format", "gobgpd.conf in TOML",
			"gobgpd reads a file of this name as %s, and depeer reads and writes TOML only", format)
		return nil
	}
	if offset := findTooDeep(text); offset >= 0 {
		d.reportTooDeep(offset, l)
		return nil
	}
	w := walker{document: d, count: map[string]int{}, deepest: -1}
	w.parser.KeepComments = true
	w.parser.Reset(text)
	for w.parser.NextExpression() && w.deepest < 0 {
		w.addExpression(w.parser.Expression())
	}
	if w.deepest >= 0 {
		d.reportTooDeep(w.deepest, l)
		return nil
	}
	err := toml.Unmarshal(text, &d.values)
	if e := (*toml.DecodeError)(nil); errors.As(err, &e) {
		p := diag.Position{File: file}
		p.Line, p.Column = e.Position()
		d.reportSyntax(p, err, l)
		return nil
	}
	switch {
	case w.parser.Error() != nil:
		d.reportSyntax(diag.Position{File: file}, w.parser.Error(), l)
		return nil
	case err != nil: // without a position: what is there twice, or as two things
		d.reportSyntax(w.again, err, l)
		return nil
	}
	if w.refuseOddKeys(l); l.Worst() == diag.Error {
		return nil
	}
	w.findEnds()
	return d
}

func (d *document) reportSyntax(p diag.Position, err error, l *diag.List) {
	if format := formatByLook(d.text); format != "" {
		l.Errorf(p, "gobgpd-syntax", "gobgpd.conf in TOML",
			"not TOML: it looks like %s, and depeer reads and writes TOML only", format)
		return
	}
	message := HideSecrets(strings.TrimPrefix(err.Error(), "toml: "), d.text)
	if lines := bytes.Split(d.text, []byte("\n")); p.Line > 0 && p.Line <= len(lines) && secretWord.Match(lines[p.Line-1]) {
		message = quotedCharacter.ReplaceAllString(message, "") // it may be one of a password
	}
	l.Errorf(p, "gobgpd-syntax", "", "not TOML: %s", replaceUnprintable(message))
}

// quotedCharacter matches how the parser quotes the character that it stops at.
var quotedCharacter = regexp.MustCompile(` U\+[0-9A-F]+( '.*')?`)

// FormatOf returns the format of a gobgpd.conf: the one that gobgpd takes it for by its name,
// or else the one that it looks like.
func FormatOf(file string, text []byte) Format {
	switch cmp.Or(formatByName(file), formatByLook(text)) {
	case "YAML":
		return YAML
	case "JSON":
		return JSON
	default:
		return TOML
	}
}

// formatByName returns the format that gobgpd takes a file for by its name; "" for TOML.
func formatByName(file string) string {
	switch strings.ToLower(path.Ext(file)) {
	case ".yaml", ".yml":
		return "YAML"
	case ".json":
		return "JSON"
	default:
		return ""
	}
}

// yamlKey matches the first line of a configuration in YAML.
var yamlKey = regexp.MustCompile(`^(---|[A-Za-z-]+:(\s|$))`)

// formatByLook returns the format that the first lines of a text look like; "" for TOML.
func formatByLook(text []byte) string {
	for line := range bytes.Lines(text) {
		switch line = bytes.TrimSpace(line); {
		case len(line) == 0 || line[0] == '#':
		case line[0] == '{':
			return "JSON"
		case yamlKey.Match(line):
			return "YAML"
		default:
			return ""
		}
	}
	return ""
}

// maxDepth is how deep brackets, or the parts of a key, may be nested. gobgpd needs eight;
// go-toml 2.0.8 follows them by recursion, until the stack of the process overflows.
const maxDepth = 256

// findTooDeep returns where brackets are nested too deep, or -1. Those in strings and
// comments count, too; they come in pairs, or are few.
func findTooDeep(text []byte) int {
	depth := 0
	for i, c := range text {
		switch c {
		case '[', '{':
			if depth++; depth > maxDepth {
				return i
			}
		case ']', '}':
			depth = max(0, depth-1)
		}
	}
	return -1
}

func (d *document) reportTooDeep(offset int, l *diag.List) {
	l.Errorf(d.positionOf(offset), "gobgpd-too-deep", "", "nested more than %d deep", maxDepth)
}

// replaceUnprintable returns s with the characters replaced that a terminal must not get.
func replaceUnprintable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}

// walker is a parser under way.
type walker struct {
	*document
	parser unstable.Parser
	count  map[string]int // elements of an array of tables so far, by its path
	table  string         // path of the open table
	odd    []oddKey
	again  diag.Position // of the first path that was there before

	deepest int // where a key has too many parts; -1
}

// oddKey is a key that gobgpd reads in another way than TOML does. gobgpd reads several
// formats alike: it ignores case, and takes "a.b" in quotes for two keys.
type oddKey struct {
	offset int
	key    string
}

func (w *walker) addExpression(n *unstable.Node) {
	e := expression{kind: n.Kind}
	if n.Kind == unstable.Comment {
		e.start = int(n.Raw.Offset)
		e.marker = markerOf(string(n.Data))
	} else {
		keys, start := w.readKeys(n)
		e.start = start
		switch n.Kind {
		case unstable.Table, unstable.ArrayTable:
			w.table = w.openTable(keys, n.Kind == unstable.ArrayTable)
			e.path = w.table
		case unstable.KeyValue:
			e.path = joinPath(w.table, strings.Join(keys, "."))
			w.noteKeysWithin(n.Value())
		default:
			panic(fmt.Sprintf("gobgpconf: TOML expression of kind %v", n.Kind))
		}
	}
	e.table = w.table
	e.start = bytes.LastIndexByte(w.text[:e.start], '\n') + 1
	w.expressions = append(w.expressions, e)
	if n.Kind == unstable.Comment {
		return
	}
	line := w.text[e.start:]
	offset := e.start + len(line) - len(bytes.TrimLeft(line, " \t"))
	if _, ok := w.places[e.path]; !ok {
		w.places[e.path] = offset
	} else if w.again == (diag.Position{}) {
		w.again = w.positionOf(offset)
	}
}

// openTable returns the path that a header opens. [a.b] continues the last element
// of [[a]]; [[a]] begins another element.
func (w *walker) openTable(keys []string, element bool) string {
	path := ""
	for i, k := range keys {
		path = joinPath(path, k)
		if element && i == len(keys)-1 {
			w.count[path]++
		}
		if n := w.count[path]; n > 0 {
			path = fmt.Sprintf("%s[%d]", path, n-1)
		}
	}
	return path
}

// readKeys returns the parts of an expression's key, and where it starts.
func (w *walker) readKeys(n *unstable.Node) (keys []string, start int) {
	for it := n.Key(); it.Next(); {
		offset := int(it.Node().Raw.Offset)
		if len(keys) == 0 {
			start = offset
		}
		if len(keys) == maxDepth {
			w.deepest = offset
			break
		}
		keys = append(keys, w.readKey(it.Node()))
	}
	return keys, start
}

// readKey returns a key, and notes it if it is odd.
func (w *walker) readKey(n *unstable.Node) string {
	key := string(n.Data)
	if key == "" || strings.Trim(key, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		w.odd = append(w.odd, oddKey{int(n.Raw.Offset), key})
	}
	return key
}

// noteKeysWithin notes odd keys within a value.
func (w *walker) noteKeysWithin(n *unstable.Node) {
	switch n.Kind {
	case unstable.KeyValue:
		w.readKeys(n)
		w.noteKeysWithin(n.Value())
	case unstable.Array, unstable.InlineTable:
		for it := n.Children(); it.Next(); {
			w.noteKeysWithin(it.Node())
		}
	}
}

// refuseOddKeys refuses odd keys. gobgpd has none, so none is needed.
func (w *walker) refuseOddKeys(l *diag.List) {
	for _, o := range w.odd {
		hint := ""
		if low := strings.ToLower(o.key); low != o.key {
			hint = low
		}
		l.Errorf(w.positionOf(o.offset), "gobgpd-key", hint, "gobgpd would read the key %q in its own way", o.key)
	}
}

// findEnds finds the end of each expression. The parser tells only its start; all that is
// not blank before the next start belongs to it.
func (w *walker) findEnds() {
	for i := range w.expressions {
		next := len(w.text)
		if i+1 < len(w.expressions) {
			next = w.expressions[i+1].start
		}
		e := &w.expressions[i]
		e.end = e.start + len(bytes.TrimRight(w.text[e.start:next], " \t\r\n"))
		if n := bytes.IndexByte(w.text[e.end:next], '\n'); n >= 0 {
			e.end += n + 1
		} else {
			e.end = next
		}
	}
}

// positionOf returns the position of an offset in the text.
func (d *document) positionOf(offset int) diag.Position {
	before := d.text[:offset]
	return diag.Position{File: d.file, Line: bytes.Count(before, []byte("\n")) + 1,
		Column: offset - bytes.LastIndexByte(before, '\n')}
}

// locatePath returns where path is written, or else the table that it is part of.
func (d *document) locatePath(path string) diag.Position {
	for path != "" {
		for _, p := range []string{path, path + "[0]"} {
			if offset, ok := d.places[p]; ok {
				return d.positionOf(offset)
			}
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return diag.Position{File: d.file}
}

func joinPath(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
