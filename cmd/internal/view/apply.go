package view

import (
	"strings"

	"depeer/policies/operate"
)

// neverNil makes empty lists of nil ones: JSON has [] for them, not null.
func neverNil(a *operate.Result) {
	a.Reset, a.Sessions, a.Polluted, a.NotDelivered = nonNil(a.Reset), nonNil(a.Sessions), nonNil(a.Polluted),
		nonNil(a.NotDelivered)
	a.Attributes = nonNil(a.Attributes)
}

func (v *jsonView) Apply(a operate.Result) error {
	neverNil(&a)
	return writeObject(v.Out, struct {
		SchemaVersion int `json:"schema_version"`
		operate.Result
	}{SchemaVersion, a})
}

func (v *textView) Apply(a operate.Result) error {
	text := textf("%s: %s\n", a.Target, a.Outcome)
	if a.Why != "" {
		text = textf("%s: %s\n", a.Target, a.Why)
	}
	for _, s := range a.Sessions {
		text += textf("  session   %s\n", sessionText(s, "was"))
	}
	for _, c := range a.PolicyLists {
		text += textf("  list      %s\n", c)
	}
	if a.Outcome == "applied" && len(a.PolicyLists) > 0 {
		text += textf("  reset     %s\n", countOf{len(a.Reset), "member"})
		text += "  verified  each list and default, by reading it back; what your policies make of routes is not " +
			"looked at\n"
		text += textf("  id        %s\n", a.ID)
	} else if a.Outcome == "applied" {
		text += textf("  reset     %s\n", countOf{len(a.Reset), "member"})
		text += textf("  verified  %s\n", proofText(a))
		if less := attributeText(a.Attributes); less != "" {
			text += textf("  overruled %s, by other policies behind ours\n", less)
		}
		if a.Uncertain > 0 {
			text += textf("  unproven  %s that other policies prepend to before ours: whether they are "+
				"matched is not known\n", countOf{a.Uncertain, "route"})
		}
		if a.Already > 0 {
			text += textf("  unproven  %s treated already, or announced so: in the table, and no proof\n",
				countOf{a.Already, "route"})
		}
		if a.Unproven > 0 {
			text += textf("  unproven  %s that no route tells about: read back, and right\n",
				formatEntries(a.Unproven))
		}
		if a.Tagged+a.Untagged > 0 {
			text += textf("  expected  %s tagged for members who have chosen; what they got cannot be read "+
				"from gobgpd 3.37\n", countOf{a.Tagged, "route"})
		}
		if a.Untagged > 0 {
			text += textf("  untagged  %s, by other policies behind ours: choices do nothing there\n",
				countOf{a.Untagged, "route"})
		}
		text += lengthsText(a)
		text += textf("  id        %s\n", a.ID)
	}
	var beyond strings.Builder
	showOutOfReach(&beyond, "  ", "     ", a.OutOfReach, false)
	text += beyond.String()
	text += leftText(a)
	if a.Persist != nil {
		text += textf("  file      %s is in step with it\n", a.Persist.File)
	}
	return v.show(text, false)
}

// proofText says what the route server's own table has shown.
func proofText(a operate.Result) string {
	text := textf("%s refused, %s changed, %s as before", formatNumber(a.Refused), formatNumber(a.Changed),
		formatNumber(a.Passed))
	if a.Overruled > 0 {
		text += textf(", %s overruled by other policies", formatNumber(a.Overruled))
	}
	return text + ", by the route server's own table"
}

func formatEntries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return formatNumber(n) + " entries"
}
