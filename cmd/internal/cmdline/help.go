package cmdline

import "github.com/urfave/cli/v2"

// ArrangeHelp gives the program and its commands a help of one kind: commands by their groups, flags
// with what they are set to by default, but for those that are off.
func ArrangeHelp(app *cli.App) {
	app.CustomAppHelpTemplate = appHelp
	app.HideHelpCommand = true
	turnOffDefaults(app.Flags)
	for _, c := range app.Commands {
		c.CustomHelpTemplate = commandHelp
		c.HideHelpCommand = true // "depeer check help" is about a file of that name
		turnOffDefaults(c.Flags)
	}
}

// turnOffDefaults has the help not say of each switch that it is off by default.
func turnOffDefaults(flags []cli.Flag) {
	for _, flag := range flags {
		if f, ok := flag.(*cli.BoolFlag); ok {
			f.DisableDefaultText = true
		}
	}
}

const appHelp = `{{.Name}} {{.Usage}}

  {{.UsageText}}
{{$group := ""}}{{range .VisibleCommands}}{{if ne .Category $group}}{{$group = .Category}}
{{$group}}
{{end}}  {{.Name}}{{"\t"}}{{.Usage}}
{{end}}
Flags of every command; each has a variable, too, as DEPEER_JSON is --json
{{range .VisibleFlags}}  {{.}}
{{end}}
{{.Name}} COMMAND --help says more of one. Flags may stand before or after files.
`

const commandHelp = `{{.HelpName}} {{.Usage}}

  {{.HelpName}}{{with .ArgsUsage}}{{if ne . " "}} {{.}}{{end}}{{end}}{{if .VisibleFlags}} [flags]{{end}}
{{if .Description}}
{{.Description}}
{{end}}
{{range .VisibleFlags}}  {{.}}
{{end}}`
