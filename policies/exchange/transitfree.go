package exchange

import (
	"slices"
	"time"

	"depeer/filters"
)

// TransitFreeDate is the day of TransitFree. Its sources are the networks that operators
// publish as filtered "known transit", and the networks' own names of that day. It is data,
// and ages: transit_free adds to it.
var TransitFreeDate = filters.DayOf(time.Date(2026, time.November, 22, 0, 0, 0, 0, time.UTC))

// TransitFree returns, by ASN, the networks that are commonly said to buy no transit,
// and the older ASNs that they still route through. To match one of them anywhere
// in a path is to match a good part of the net.
func TransitFree() []Network { return slices.Clone(transitFree) }

var transitFree = []Network{
	{ASN: 174, Name: "Cogent"},
	{ASN: 209, Name: "Lumen (Qwest)"},
	{ASN: 286, Name: "GTT (KPN)"},
	{ASN: 701, Name: "Verizon (UUNET)"},
	{ASN: 702, Name: "Verizon (UUNET, Europe)"},
	{ASN: 703, Name: "Verizon (UUNET, Asia-Pacific)"},
	{ASN: 1239, Name: "Cogent (Sprint)"},
	{ASN: 1299, Name: "Arelion (Telia)"},
	{ASN: 2828, Name: "Verizon (XO)"},
	{ASN: 2914, Name: "NTT"},
	{ASN: 3257, Name: "GTT"},
	{ASN: 3320, Name: "Deutsche Telekom"},
	{ASN: 3356, Name: "Lumen (Level 3)"},
	{ASN: 3491, Name: "PCCW Global"},
	{ASN: 3549, Name: "Lumen (Global Crossing)"},
	{ASN: 3561, Name: "Lumen (Savvis)"},
	{ASN: 5511, Name: "Orange"},
	{ASN: 6453, Name: "Tata Communications"},
	{ASN: 6461, Name: "Zayo"},
	{ASN: 6762, Name: "Sparkle (Telecom Italia)"},
	{ASN: 6830, Name: "Liberty Global"},
	{ASN: 6939, Name: "Hurricane Electric"},
	{ASN: 7018, Name: "AT&T"},
	{ASN: 12956, Name: "Telxius (Telefonica)"},
}
