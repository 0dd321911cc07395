// Runs the steps of a plan; takes them back when one fails.
#pragma once

#include "deploy/run.hpp"

namespace nutricount::deploy {

/// Carries out a plan whose journal has begun. Every step with an undo is in the journal, on disk,
/// before it begins. Ends in one of three ways: updated; rolled back (everything is as it was);
/// failed (hands are needed). Writes the history and removes the journal. Never throws for what a
/// step does.
[[nodiscard]] Outcome execute(Run& run, bool no_rollback, const Lock& lock);

/// Takes back what was begun, newest first. For `execute` and for recovery.
[[nodiscard]] Outcome put_back(Run& run, const UndoRecord& why);

/// How one ends well.
[[nodiscard]] Result result_of(Kind kind);
/// What an outcome says of the plan.
[[nodiscard]] Outcome outcome_of(const Plan& plan);
/// Writes the history entry and ends the deployment; what cannot be written is noted. One whose
/// undo could not be finished stays in the journal: whatever was in the way, the next command tries
/// again.
void conclude(Run& run, const Outcome& outcome);

}  // namespace nutricount::deploy
