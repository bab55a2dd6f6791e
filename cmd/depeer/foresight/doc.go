// Package foresight holds tests alone. They drive the built program on dumps of real routing tables,
// and judge what it predicts by programs that share no code with it.
package foresight
