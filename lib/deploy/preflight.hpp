// What must hold before a plan is carried out.
#pragma once

#include <cstdint>
#include <filesystem>

#include "deploy/observer.hpp"
#include "deploy/plan.hpp"
#include "deploy/site.hpp"

namespace nutricount::deploy {

/// Bytes that the files of a tree occupy; links are not followed.
[[nodiscard]] std::uint64_t size_of_tree(const std::filesystem::path& path);

/// Throws where `directory` has less than `needed` bytes free (and some for the rest).
void check_free(const std::filesystem::path& directory, std::uint64_t needed,
                std::string_view what);

/// Fills in what the plan needs and what is free; throws when that is not enough.
void check_space(const Site& site, Plan& plan);

/// Throws where git tracks live data that was changed here: a reset would overwrite it.
void refuse_live_data(const Site& site, const Plan& plan);

/// Throws where the commit needs something that libgit2 does not do.
void refuse_unsupported(const git::Comparison& comparison);

/// Throws where the owner may not write what the reset has to: found there, it would cost a stop.
void refuse_denied(const Site& site, const git::Comparison& comparison);

/// Throws where a program that the settings name is nowhere: it would be missed only after the
/// stop. What the commit or the new environment may bring is not looked for.
void check_programs(const Site& site, const Plan& plan);

/// Removes lock files of git processes that no longer live, and says so; throws where one lives.
void clear_git_locks(const Site& site, Observer& observer);

}  // namespace nutricount::deploy
