package view

import (
	"encoding/json"
	"fmt"
	"io"

	"depeer/filters/diag"
)

// jsonView shows results as JSON: one object each.
type jsonView struct{ Options }

func (v *jsonView) Note(string, ...any) {}

// Warnings are part of each result here.
func (v *jsonView) Warnings(diag.List) {}

func (v *jsonView) Failure(f Failure) {
	body := map[string]any{"code": f.Code, "message": f.Message, "exit": f.Exit}
	if f.Hint != "" {
		body["hint"] = f.Hint
	}
	if f.Detail != "" {
		body["detail"] = f.Detail
	}
	if len(f.Targets) != 0 {
		body["targets"] = f.Targets
	}
	if len(f.Diagnostics) != 0 {
		body["diagnostics"] = buildDiagnostics(f.Diagnostics)
	}
	// Without stderr there is no way to report it.
	_ = writeObject(v.Err, map[string]any{"error": body})
}

func (v *jsonView) Check(c Check) error {
	return writeObject(v.Out, struct {
		SchemaVersion int              `json:"schema_version"`
		Diagnostics   []diagnosticJSON `json:"diagnostics"`
		Lists         int              `json:"lists"`
		Providers     int              `json:"providers"`
		Prefixes      int              `json:"prefixes"`
		ASNs          int              `json:"asns"`
	}{SchemaVersion, buildDiagnostics(c.Diagnostics), c.Lists, c.Providers, c.Prefixes, c.ASNs})
}

func (v *jsonView) Emit(e Emit) error {
	return writeObject(v.Out, struct {
		SchemaVersion int              `json:"schema_version"`
		Format        string           `json:"format"`
		Configuration string           `json:"configuration,omitempty"`
		File          string           `json:"file,omitempty"`
		Changed       bool             `json:"changed"`
		Diagnostics   []diagnosticJSON `json:"diagnostics"`
	}{SchemaVersion, e.Format, unlessWritten(e.File, e.Configuration), e.File, e.Changed,
		buildDiagnostics(e.Diagnostics)})
}

func (v *jsonView) Import(i Import) error {
	return writeObject(v.Out, struct {
		SchemaVersion int              `json:"schema_version"`
		Name          string           `json:"name"`
		Providers     int              `json:"providers"`
		Prefixes      int              `json:"prefixes"`
		ASNs          int              `json:"asns"`
		Listing       string           `json:"listing,omitempty"`
		File          string           `json:"file,omitempty"`
		Diagnostics   []diagnosticJSON `json:"diagnostics"`
	}{SchemaVersion, i.Name, i.Providers, i.Prefixes, i.ASNs, unlessWritten(i.File, i.Listing), i.File,
		buildDiagnostics(i.Diagnostics)})
}

func (v *jsonView) Version(ver Version) error {
	return writeObject(v.Out, struct {
		SchemaVersion int `json:"schema_version"`
		Version
	}{SchemaVersion, ver})
}

func unlessWritten(file string, content []byte) string {
	if file != "" {
		return ""
	}
	return string(content)
}

type diagnosticJSON struct {
	File     string `json:"file"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Severity string `json:"severity"`
	Code     string `json:"code"`
	Message  string `json:"message"`
	Hint     string `json:"hint"`
}

// buildDiagnostics returns diagnostics for JSON: never null, so that a program can count them.
func buildDiagnostics(l diag.List) []diagnosticJSON {
	out := make([]diagnosticJSON, 0, len(l))
	for _, d := range l {
		out = append(out, diagnosticJSON{d.Position.File, d.Position.Line, d.Position.Column, d.Severity.String(),
			d.Code,
			d.Message, d.Hint})
	}
	return out
}

// writeObject writes v as one line.
func writeObject(w io.Writer, v any) error {
	enc := json.NewEncoder(EscapeJSON(w))
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	return nil
}
