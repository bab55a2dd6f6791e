package judge

import "depeer/policies/gobgpconf"

// hideSecrets removes the passwords of files from an answer: gobgpd's messages can quote them.
func hideSecrets(a *Forecast, files ...[]byte) {
	a.Failed = gobgpconf.HideSecrets(a.Failed, files...)
	for _, list := range [][]Problem{a.Start.Problems, a.Reload.Problems, a.Warnings} {
		for i := range list {
			list[i].Why = gobgpconf.HideSecrets(list[i].Why, files...)
		}
	}
}
