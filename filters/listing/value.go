package listing

import (
	"net/url"
	"time"

	"depeer/filters"
	"depeer/filters/strict"
)

// readSpan reads a span of time that is not empty: 0 would mean that none was given.
func readSpan(n strict.Node) time.Duration {
	d, ok := strict.Value(n, filters.ParseSpan)
	if ok && d == 0 {
		n.Errorf("span-range", "leave the key out for none", "a span of no time")
	}
	return d
}

// readURL reads a URL that a browser can open.
func readURL(n strict.Node) string {
	s, ok := n.Text()
	if !ok {
		return ""
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Hostname() == "" && u.Scheme != "":
		n.Errorf("url", "such as https://www.example.net/listed", "%q is not a URL", s)
	case u.Scheme != "http" && u.Scheme != "https":
		n.Errorf("url", "https://...", "%q is not a URL of the web", s)
	default:
		return s
	}
	return ""
}
