package cli

import (
	"os"
	"os/exec"
	"strings"

	"golang.org/x/term"

	"depeer/cmd/internal/view"
)

// findScreen returns the terminal that results go to, and $PAGER for what is longer than it.
func (s *session) findScreen() view.Screen {
	f, ok := s.Out.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return view.Screen{}
	}
	width, height, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return view.Screen{}
	}
	screen := view.Screen{Width: width, Height: height}
	if pager := os.Getenv("PAGER"); pager != "" {
		screen.Page = func(text string) error { return s.page(pager, text) }
	}
	return screen
}

// page shows a text through a pager. One that cannot be started shows nothing: the text is written
// as it is.
func (s *session) page(pager, text string) error {
	c := exec.CommandContext(s.ctx, "sh", "-c", pager)
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(text), s.Out, s.Err
	c.Env = append(os.Environ(), "LESS=FRX")
	if err := c.Run(); err == nil || c.ProcessState != nil && c.ProcessState.ExitCode() < 126 {
		return nil
	}
	_, err := s.Out.Write([]byte(text))
	return err
}
