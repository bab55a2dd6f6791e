// Package cmdline reads a command line where urfave/cli v2 does not read it as its users mean it: flags
// stand before or after files, none is given twice, none is empty, and a wrong line is answered with a
// right one. It also answers the completion scripts of shells. It knows no command.
package cmdline
