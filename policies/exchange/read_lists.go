package exchange

import (
	"net/url"
	"path"
	"time"

	"depeer/filters"
	"depeer/filters/feed"
	"depeer/filters/strict"
)

// listReader is one entry of lists in the making.
type listReader struct {
	List
	r                      *reader
	file, feed, url, every *strict.Node
	name                   *strict.Node
}

var listFields = []strict.Field[listReader]{
	{Key: "file", Read: func(l *listReader, n strict.Node) { l.file = &n; readGlob(n, &l.File) }},
	{Key: "feed", Read: func(l *listReader, n strict.Node) {
		l.feed = &n
		l.Feed, _ = readWord(n, feed.Formats()...)
	}},
	{Key: "url", Read: func(l *listReader, n strict.Node) { l.url = &n; readURL(n, &l.URL) }},
	{Key: "every", Read: func(l *listReader, n strict.Node) { l.every = &n; readEvery(n, &l.Every) }},
	{Key: "name", Read: func(l *listReader, n strict.Node) { l.name = &n; readSlug(n, &l.Name) }},
	{Key: "treatment", Read: func(l *listReader, n strict.Node) { l.r.readFollows(n, &l.Treatment) }},
	{Key: "max_age", Read: func(l *listReader, n strict.Node) { l.MaxAge, _ = strict.Value(n, filters.ParseSpan) }},
}

func readLists(r *reader, n strict.Node) {
	readEach(n, func(n strict.Node) {
		l := listReader{r: r}
		l.Source = n.Position()
		if !strict.Map(n, listFields, &l) {
			return
		}
		switch {
		case l.file == nil && l.feed == nil:
			n.Errorf("list-source", "file: listings/*.yaml, or feed: spamhaus-drop with its url",
				"a list is either a file or a feed; this is neither")
		case l.file != nil && l.feed != nil:
			l.feed.Errorf("list-source", "two entries", "a list is either a file or a feed; this is both")
		case l.file != nil:
			for _, f := range []struct {
				key string
				at  *strict.Node
			}{{"url", l.url}, {"every", l.every}, {"name", l.name}} {
				if f.at != nil {
					f.at.Errorf("list-source", "leave it out", "%s goes with a feed, not with a file", f.key)
				}
			}
		case l.url == nil:
			n.Errorf("missing-key", "url: ...", "%q is missing", "url")
		}
		r.ex.Lists = append(r.ex.Lists, l.List)
	})
}

func readGlob(n strict.Node, into *string) {
	s, ok := n.Text()
	if !ok {
		return
	}
	if _, err := path.Match(s, ""); err != nil {
		n.Errorf("glob", `such as "listings/*.yaml"`, "%q is not a pattern for file names", s)
		return
	}
	*into = s
}

func readURL(n strict.Node, into *string) {
	s, ok := n.Text()
	if !ok {
		return
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		n.Errorf("url", "such as https://www.example.net/list.txt", "%q is not a URL", s)
	case u.Scheme != "https":
		n.Errorf("url", "https://...", "a feed is fetched by https only, not by %s", u.Scheme)
	case u.User != nil:
		n.Errorf("url", "", "a name or password in the URL of a feed")
	default:
		*into = s
	}
}

// readEvery reads how often a feed is fetched. Spamhaus asks for once an hour at most.
func readEvery(n strict.Node, into *time.Duration) {
	every, ok := strict.Value(n, filters.ParseSpan)
	if !ok {
		return
	}
	if every < time.Hour {
		n.Errorf("every", "1h, or longer", "feeds are not fetched more than once an hour")
		return
	}
	*into = every
}

var exceptFields = []strict.Field[filters.Exception]{
	{Key: "list", Required: true, Read: func(e *filters.Exception, n strict.Node) { readSlug(n, &e.List) }},
	{Key: "provider", Required: true, Read: func(e *filters.Exception, n strict.Node) { readSlug(n, &e.Provider) }},
	{Key: "until", Read: func(e *filters.Exception, n strict.Node) { e.Until, _ = strict.Value(n, filters.ParseDay) }},
	{Key: "reason", Read: func(e *filters.Exception, n strict.Node) { readText(n, &e.Reason) }},
}

func readExcept(r *reader, n strict.Node) {
	type key struct{ list, provider string }
	seen := make(seenValues[key])
	readEach(n, func(n strict.Node) {
		e := filters.Exception{Source: n.Position()}
		if !strict.Map(n, exceptFields, &e) || e.List == "" || e.Provider == "" {
			return
		}
		if seen.addNew(n, key{e.List, e.Provider}, "the exception for "+e.Provider+" of "+e.List) {
			r.ex.Except = append(r.ex.Except, e)
		}
	})
}
