package feed_test

import (
	"fmt"
	"os"

	"depeer/filters/feed"
	"depeer/filters/listing"
)

// An exchange turns Spamhaus DROP into a listing of its own, to read it before it follows it.
func ExampleParse() {
	l, problems := feed.Parse(feed.SpamhausDrop, "drop.txt",
		[]byte(`; Spamhaus DROP List 2026/11/30 - (c) 2026 The Spamhaus Project
; Last-Modified: Mon, 30 Nov 2026 08:15:27 GMT
1.10.16.0/20 ; SBL256894
1.19.0.0/16 ; SBL434604
`), feed.Options{Treatment: "deprefer"})
	if len(problems) > 0 {
		fmt.Println(problems)
		return
	}
	if err := listing.Write(os.Stdout, l); err != nil {
		fmt.Println(err)
	}
	// Output:
	// version: 1
	// list:
	//   name: spamhaus-drop-v4
	//   publisher: "(c) 2026 The Spamhaus Project"
	//   updated: 2026-11-30T08:15:27Z
	// defaults: {treatment: deprefer}
	// providers:
	//   - name: SBL256894
	//     id: sbl256894
	//     prefixes:
	//       - 1.10.16.0/20
	//     reason: on the Spamhaus DROP list
	//     evidence:
	//       - {ref: SBL256894, url: "https://check.spamhaus.org/sbl/query/SBL256894"}
	//   - name: SBL434604
	//     id: sbl434604
	//     prefixes:
	//       - 1.19.0.0/16
	//     reason: on the Spamhaus DROP list
	//     evidence:
	//       - {ref: SBL434604, url: "https://check.spamhaus.org/sbl/query/SBL434604"}
}

// The download was cut in the middle of a line. A shorter list is not taken for the truth.
func ExampleParse_cut() {
	l, problems := feed.Parse(feed.SpamhausDrop, "drop.txt",
		[]byte(`; Spamhaus DROP List 2026/11/30 - (c) 2026 The Spamhaus Project
; Last-Modified: Mon, 30 Nov 2026 08:15:27 GMT
1.10.16.0/20 ; SBL256894
1.19.0.0/1`), feed.Options{Treatment: "deprefer"})
	fmt.Println(l == nil)
	fmt.Println(problems[0])
	// Output:
	// true
	// drop.txt:4:11: error: the feed is cut short: its last line "1.19.0.0/1" has no end (hint: fetch it again; if it is whole, end its last line with a newline) [feed-cut]
}
