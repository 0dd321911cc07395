// How backups are told: to a person, to a program.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "deploy/backup.hpp"
#include "report/observers.hpp"

namespace nutricount::report {

/// "18 h"; "-" for the epoch, which stands for a time that is not known.
[[nodiscard]] std::string age_of(Timestamp time);

/// What was made: a verdict and what is worth knowing, or the document
/// {"backup": ID, "paths": […], "files": N, "bytes": N, "written_bytes": N, "seconds": S, …}.
void tell_made(const deploy::BackupMade& made, const Options& options);
/// A table, newest last, and what was set aside; a document {"backups": […], "set_aside": […]}.
void tell_list(const std::vector<backup::Listed>& backups,
               const std::vector<deploy::SetAside>& set_aside, const Options& options);
/// A line each, and each fault; a document {"backups": […]}. Says whether all are well.
bool tell_verified(const std::vector<deploy::Verified>& verified, const Options& options);
/// What was removed; a document {"removed": […]}.
void tell_pruned(const std::vector<std::string>& ids, const Options& options);

}  // namespace nutricount::report
