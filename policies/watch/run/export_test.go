package run

// Outcomes are outcomes.
var Outcomes = outcomes
