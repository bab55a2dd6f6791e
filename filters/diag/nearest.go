package diag

import "strings"

// Nearest returns the candidate that word most likely means: one that starts with word, or one at
// most two letters away (fewer for short words). It returns "" where none is near.
func Nearest(word string, candidates []string) string {
	word = strings.ToLower(strings.ReplaceAll(word, "_", "-"))
	best, closest := "", 3
	for _, c := range candidates {
		plain := strings.ReplaceAll(c, "_", "-")
		if len(word) > 1 && strings.HasPrefix(plain, word) {
			return c
		}
		if d := editDistance(word, plain); d < closest && d < len(word) && d <= len(plain)/2 {
			best, closest = c, d
		}
	}
	return best
}

// editDistance returns the Levenshtein distance of two short words, in bytes.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
