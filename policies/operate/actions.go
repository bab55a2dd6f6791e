package operate

// How the history calls what is done.
const (
	ActionApply    = "apply"
	ActionTakeOver = "take-over" // everything of ours is taken out before a plan is applied
	ActionClear    = "clear"
	ActionRollback = "rollback"
	ActionRecover  = "recover" // of another machine's change
	ActionRepair   = "repair"  // what was applied before is put back
	ActionWatch    = "watch"   // what lists ask for, by itself
)
