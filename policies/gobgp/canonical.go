package gobgp

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"depeer/policies/plan"
)

// digestLines returns the SHA-256 of lines.
func digestLines(lines ...string) string {
	h := sha256.New()
	for _, line := range lines {
		fmt.Fprintf(h, "%q\n", line)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// canonicalText returns the whole content of a message as text, in the order of its fields' numbers.
// (protojson and prototext vary between builds, on purpose.)
func canonicalText(m proto.Message) string {
	var b strings.Builder
	writeMessage(&b, m.ProtoReflect())
	return b.String()
}

func writeMessage(w io.Writer, m protoreflect.Message) {
	var fields []protoreflect.FieldDescriptor
	m.Range(func(f protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		fields = append(fields, f)
		return true
	})
	slices.SortFunc(fields, func(a, b protoreflect.FieldDescriptor) int { return cmp.Compare(a.Number(), b.Number()) })
	fmt.Fprint(w, "{")
	for _, f := range fields {
		fmt.Fprintf(w, "%s:", f.Name())
		if !f.IsList() {
			writeValue(w, f, m.Get(f))
			continue
		}
		list := m.Get(f).List()
		for i := range list.Len() {
			writeValue(w, f, list.Get(i))
		}
	}
	fmt.Fprint(w, "}")
}

func writeValue(w io.Writer, f protoreflect.FieldDescriptor, v protoreflect.Value) {
	if f.Kind() == protoreflect.MessageKind {
		writeMessage(w, v.Message())
		return
	}
	fmt.Fprintf(w, "%q,", v.String())
}

func compareObjects(a, b plan.Object) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
}
