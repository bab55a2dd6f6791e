package view

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"depeer/policies/impact"
	"depeer/policies/operate"
)

// showDetails shows every route that is treated, where they were asked for.
func (v *textView) showDetails(w io.Writer, i operate.Impact) {
	if i.Report == nil || i.Report.Details == nil {
		return
	}
	fmt.Fprintln(w)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	defer table.Flush()
	fmt.Fprintln(table, "prefix\tof member\t\tis\tby\tAS path\tpaths left")
	for _, d := range i.Report.Details {
		by := d.Provider
		if d.Entry != "" {
			by += ", " + d.Entry
		}
		is := d.Verdict
		if d.Verdict == "changed" {
			is += " (" + d.Effect + ")"
		}
		writef(table, "%s\tAS%s\t%s\t%s\t%s\t%s\t%d\n", d.Prefix, d.ASN, d.Name, is,
			by, d.ASPath, d.Left)
	}
	if len(i.Report.Details) == 0 {
		fmt.Fprintln(table, "none")
	}
}

// csvView shows routes that are treated as CSV (RFC 4180), and all else as another view does.
type csvView struct {
	View
	out io.Writer
}

// NewCSV returns a view that shows, of plans and impacts, the routes that are treated and nothing
// else, as CSV.
func NewCSV(v View, out io.Writer) View { return &csvView{v, out} }

var csvHeader = []string{"target", "prefix", "member", "asn", "name", "provider", "list", "entry", "as_path", "verdict",
	"effect", "left"}

func (v *csvView) Impact(i operate.Impact) error {
	target := ""
	if i.Server != nil {
		target = i.Server.Address
	}
	return v.writeRoutes([]string{target}, []operate.Impact{i})
}

func (v *csvView) Plan(p operate.Draft) error {
	return v.writeRoutes([]string{p.Plan.Target}, []operate.Impact{p.Impact})
}

func (v *csvView) Plans(all operate.Drafts) error {
	var targets []string
	var impacts []operate.Impact
	for _, p := range all.Targets {
		targets, impacts = append(targets, p.Plan.Target), append(impacts, p.Impact)
	}
	return v.writeRoutes(targets, impacts)
}

func (v *csvView) writeRoutes(targets []string, all []operate.Impact) error {
	w := csv.NewWriter(v.out)
	w.UseCRLF = true
	w.Write(csvHeader)
	for i, one := range all {
		v.Warnings(one.Diagnostics)
		if one.Report == nil {
			continue
		}
		for _, d := range one.Report.Details {
			w.Write(csvRow(targets[i], d))
		}
	}
	w.Flush()
	return w.Error()
}

func csvRow(target string, d impact.Detail) []string {
	row := []string{target, d.Prefix.String(), d.Member.String(), d.ASN.String(), d.Name, d.Provider, d.List, d.Entry,
		d.ASPath, d.Verdict, d.Effect, strconv.Itoa(d.Left)}
	for i, cell := range row {
		row[i] = plainCell(cell)
	}
	return row
}

// plainCell keeps a spreadsheet from taking a name for a formula.
func plainCell(s string) string {
	s = Escape(s)
	if s != "" && strings.ContainsRune("=+-@", rune(s[0])) {
		return "'" + s
	}
	return s
}
