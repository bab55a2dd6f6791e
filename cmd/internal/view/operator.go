package view

import (
	"io"
	"strings"

	"depeer/policies/operate"
	"depeer/policies/plan"
)

// attributeText says of which attributes how many paths lack them.
func attributeText(all []operate.AttributeProof) string {
	var words []string
	for _, a := range all {
		if a.Overruled > 0 {
			words = append(words, textf("%s of %s", a.Attribute, formatNumber(a.Overruled)))
		}
	}
	return strings.Join(words, ", ")
}

// showOperator shows the statements of the operator's that undo what ours do, or act on it: a few
// of them unless all are asked for.
func showOperator(w io.Writer, prefix string, found []plan.Interference, all bool) {
	for i, f := range found {
		if i == fewLines && !all {
			writef(w, "%soperator\tand %s more (--full)\n", prefix, countOf{len(found) - fewLines, "statement"})
			return
		}
		writef(w, "%soperator\tstatement %s of your policy %s %s (%s list of %s)\n", prefix, f.Statement, f.Policy,
			f.What, f.Direction, formatAddresses(f.Members))
	}
}

// showOverruled shows the members whose routes lack what treatments, or choices, give.
func showOverruled(w io.Writer, t operate.Status) {
	for _, o := range t.Overruled {
		writef(w, "  overruled\t%s of AS%s %s: %s, by other policies behind ours\n", countOf{o.Paths, "route"},
			o.ASN, o.Address, attributeText(o.Attributes))
	}
	for _, o := range t.Untagged {
		writef(w, "  untagged\t%s of AS%s %s, by other policies behind ours: choices do nothing there\n",
			countOf{o.Paths, "route"}, o.ASN, o.Address)
	}
}
