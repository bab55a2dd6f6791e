package view_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/netip"
	"path/filepath"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"depeer/cmd/internal/view"
	"depeer/policies"
	"depeer/policies/guard"
	"depeer/policies/journal"
	"depeer/policies/lab/story"
	"depeer/policies/operate"
	"depeer/policies/plan"
)

// hostile is what a daemon, a certificate, a plan, a list or a file may say: it holds a mark, and then
// one character, or what is none, that a terminal obeys or is misled by.
var hostile = map[string]string{
	"escape":       "mark\x1b[31mmark",
	"bell":         "mark\amark",
	"return":       "mark\rdepeer: all is wellmark",
	"newline":      "mark\nFAKED linemark",
	"tab":          "mark\tmark",
	"backspace":    "mark\b\b\b\bmark",
	"delete":       "mark\x7fmark",
	"null":         "mark\x00mark",
	"vertical tab": "mark\v\fmark",
	"C1":           "mark\u009b31mmark",
	"next line":    "mark\u0085FAKED linemark",
	"bidi":         "mark\u202e\u2066mark",
	"invisible":    "mark\u200b\u2028FAKED linemark",
	"tag":          "mark\U000e0041mark",
	"no UTF-8":     "mark\xff\x9b31mmark",
}

// fill sets every text in v that can be set to text, and has every list, map and pointer hold something.
func fill(v reflect.Value, text string, depth int) {
	if depth > 12 || !v.CanSet() {
		return
	}
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Unix(1e9, 0)))
		return
	case netip.Addr:
		v.Set(reflect.ValueOf(netip.MustParseAddr("192.0.2.1")))
		return
	case netip.Prefix:
		v.Set(reflect.ValueOf(netip.MustParsePrefix("192.0.2.0/24")))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Int:
		v.SetInt(3)
	case reflect.Uint32, reflect.Uint64:
		v.SetUint(64500)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return // a configuration, or a listing: data
		}
		if calls, ok := v.Addr().Interface().(*[]plan.Call); ok {
			*calls = fillCalls(text)
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), text, depth+1)
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, text, depth+1)
		fill(value, text, depth+1)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), text, depth+1)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), text, depth+1)
		}
		switch a := v.Addr().Interface().(type) {
		case *guard.Result:
			a.Code = guard.MaxGrowth
		case *view.Failure:
			a.Detail = strings.Map(func(r rune) rune { // its lines are ours
				if r == '\n' || r == '\t' {
					return -1
				}
				return r
			}, a.Detail)
		case *policies.Set:
			a.Elements = policies.Prefixes{}
		case *journal.Event:
			a.Kind, a.Call = journal.Intend, &fillCalls(text)[0]
		}
	}
}

// fillCalls returns a call of each verb that has no elements.
func fillCalls(text string) (all []plan.Call) {
	for verb := plan.DeleteSet; verb <= plan.ResetOut; verb++ {
		c := plan.Call{Verb: verb, Name: text, Policy: text, Take: []string{text}, Mark: text, Holder: text, Message: text,
			Policies: []string{text}, Client: netip.MustParseAddr("192.0.2.1")}
		all = append(all, c)
	}
	return all
}

// show calls a method of a view with everything filled, also with all flags unset.
func show(t *testing.T, v reflect.Value, method reflect.Method, text string) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil { // fill has made what cannot be, such as an event of no kind
			t.Errorf("%s: %v\n%s", method.Name, r, debug.Stack())
		}
	}()
	var args []reflect.Value
	for i := range method.Type.NumIn() {
		arg := reflect.New(method.Type.In(i)).Elem()
		fill(arg, text, 0)
		args = append(args, arg)
	}
	switch method.Name {
	case "Note":
		args = []reflect.Value{reflect.ValueOf("said: %s, %v"), reflect.ValueOf(text),
			reflect.ValueOf(fmt.Errorf("%s", text))}
	case "Lab":
		args[0].Addr().Interface().(*story.Result).Members = []story.Member{{Address: text,
			Before: []story.Route{{Prefix: text, Path: text}}}}
	case "Plan", "Apply", "Status", "Show":
		fixUp(args[0])
	}
	v.MethodByName(method.Name).Call(args)
}

// fixUp replaces texts that decide what else is shown.
func fixUp(v reflect.Value) {
	switch a := v.Addr().Interface().(type) {
	case *operate.Draft:
		a.Begins = false
	case *operate.Result:
		a.Why = ""
	case *view.Status:
		for i := range a.Targets {
			a.Targets[i].Looked = true
		}
	}
}

// No view shows anything of a hostile text that a terminal would obey, in colour or without, as text, JSON
// or CSV.
func TestHostileTexts(t *testing.T) {
	methods := reflect.TypeFor[view.View]()
	for name, text := range hostile {
		shown := 0
		for i := range methods.NumMethod() {
			method := methods.Method(i)
			for _, form := range []string{"text", "JSON", "CSV"} {
				var out bytes.Buffer
				line := []byte(strings.ReplaceAll(text, "\t", "")) // what a caret stands below keeps its tabs
				v := view.New(view.Options{JSON: form == "JSON", Terminal: method.Name == "Progress", Out: &out, Err: &out,
					Source: func(string, int) ([]byte, bool) { return line, true }})
				if form == "CSV" {
					v = view.NewCSV(v, &out)
				}
				show(t, reflect.ValueOf(v), method, text)
				shown += strings.Count(out.String(), "mark")
				where := fmt.Sprintf("%s as %s, %s", method.Name, form, name)
				checkShown(t, where, out.String(), text, form)
				if form == "JSON" {
					checkJSON(t, where, out.Bytes())
				}
			}
		}
		if shown < 100 {
			t.Errorf("%s: shown %d times only: the test sees little", name, shown)
		}
	}
}

// checkShown looks for what must not be in a text.
func checkShown(t *testing.T, where, shown, text, form string) {
	t.Helper()
	shown = strings.ReplaceAll(shown, "\r\x1b[K", "") // of progress, our own
	if form == "CSV" {
		shown = strings.ReplaceAll(shown, "\r\n", "\n")
	}
	if !utf8.ValidString(shown) {
		t.Errorf("%s: no UTF-8: %q", where, shown)
	}
	for _, r := range shown {
		if r != '\n' && r != '\t' && !unicode.IsGraphic(r) {
			t.Fatalf("%s: %q is shown in %q", where, r, shown)
		}
	}
	if strings.Contains(shown, text) && (strings.Contains(text, "\n") || strings.Contains(text, "\t")) {
		t.Errorf("%s: shown as it is: %q", where, shown)
	}
	for line := range strings.Lines(shown) {
		if strings.HasPrefix(line, "FAKED") {
			t.Errorf("%s: a line that is not ours: %q", where, line)
		}
	}
}

// checkJSON looks whether escaping has left JSON.
func checkJSON(t *testing.T, where string, shown []byte) {
	t.Helper()
	for line := range bytes.Lines(shown) {
		if !json.Valid(line) {
			t.Errorf("%s: no JSON: %s", where, line)
		}
	}
}

// All texts of this package are made by writef and textf.
func TestPrinting(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || name == "escape.go" || name == "escape_json.go" {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, isCall := n.(*ast.CallExpr)
			if !isCall {
				return true
			}
			f, isSelector := call.Fun.(*ast.SelectorExpr)
			if !isSelector {
				return true
			}
			from, isName := f.X.(*ast.Ident)
			if isName && from.Name == "fmt" && slices.Contains([]string{"Sprintf", "Fprintf", "Sprint", "Sprintln", "Print",
				"Printf", "Println", "Append", "Appendf"}, f.Sel.Name) {
				t.Errorf("%s: fmt.%s: writef and textf escape", name, f.Sel.Name)
			}
			return true
		})
	}
}

// A log in JSON stays JSON, and one of text escapes.
func TestEscapingWriters(t *testing.T) {
	for name, text := range hostile {
		var out bytes.Buffer
		encoded, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(view.EscapeJSON(&out), "%s\n", encoded)
		checkShown(t, name, out.String(), text, "JSON")
		var back, plain string
		if err := json.Unmarshal(out.Bytes(), &back); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := json.Unmarshal(encoded, &plain); err != nil || back != plain {
			t.Errorf("%s: read back %q, want %q", name, back, plain)
		}
		out.Reset()
		fmt.Fprintf(view.EscapeText(&out), "%s", strings.ReplaceAll(text, "\n", ""))
		checkShown(t, name, out.String(), text, "text")
	}
}
