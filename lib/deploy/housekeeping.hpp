// What deployments leave behind.
#pragma once

#include "deploy/observer.hpp"
#include "deploy/site.hpp"

namespace nutricount::deploy {

/// Removes what killed runs left. For the holder of the lock, once the journal is settled: nobody
/// needs it then.
void sweep(Site& site, const model::Deployments& deployments);

/// Removes the backups that expired, and sweeps. After a deployment that counts: nothing here can
/// fail it.
void prune(Site& site, Observer& observer);

/// The commits of the deployments that can be gone back to, and these, stay in the repository,
/// whatever becomes of the branch.
void protect_commits(const Site& site, const Plan& plan, const Deadline& deadline);

}  // namespace nutricount::deploy
