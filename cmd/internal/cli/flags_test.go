package cli_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"depeer/cmd/internal/cli"
)

// A flag and the field that it sets are declared together: a flag that sets no field would be
// read by its name, and a wrong name is silently zero.
func TestEveryFlagIsBoundToAField(t *testing.T) {
	for name, f := range cli.Flags() {
		value := reflect.ValueOf(f).Elem()
		bound := value.FieldByName("Destination")
		if value.Type().Name() == "GenericFlag" {
			bound = value.FieldByName("Value")
		}
		if !bound.IsValid() || bound.IsNil() {
			t.Errorf("%s sets no field", name)
		}
	}
}

func TestNoFlagIsReadByItsName(t *testing.T) {
	readers := []string{"String", "Bool", "Duration", "StringSlice", "Int", "Generic", "IsSet", "Value", "Path"}
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			if s, ok := call.Fun.(*ast.SelectorExpr); ok && slices.Contains(readers, s.Sel.Name) {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "c" {
					t.Errorf("%s: c.%s reads a flag by its name", set.Position(call.Pos()), s.Sel.Name)
				}
			}
			return true
		})
	}
}
