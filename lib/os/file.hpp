// Files that are either there whole and on disk, or not there.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "os/fd.hpp"
#include "os/owner.hpp"

namespace nutricount::os {

/// The whole file; nothing when it does not exist. Throws above `limit` bytes, and for what is no
/// regular file.
[[nodiscard]] std::optional<std::string> read_file(const std::filesystem::path& path,
                                                   std::uint64_t limit = 64U << 20U);

/// write(2) until everything is written; throws with the path.
void write_all(int fd, std::string_view bytes, const std::filesystem::path& path);

/// Replaces a file in one step: a temporary beside it, fsync, rename, fsync of the directory. After
/// a power cut there is the old content or the new. Given to `owner` before it gets its name, where
/// one is named.
void write_durably(const std::filesystem::path& path, std::string_view content, mode_t mode = 0644,
                   const Owner* owner = nullptr);
/// Appends and fsyncs (the directory too where the file is new). Takes back what it wrote of a
/// content that it could not write whole.
void append_durably(const std::filesystem::path& path, std::string_view content,
                    mode_t mode = 0644);
/// unlink(2) and fsync of the directory; a file that is not there is fine. What a write_durably
/// that was killed left of it goes, too.
void remove_durably(const std::filesystem::path& path);
/// rename(2); the order of renames in a directory is the order in which they come to be on disk.
void rename_file(const std::filesystem::path& from, const std::filesystem::path& to);
/// rename_file and fsync of both directories.
void rename_durably(const std::filesystem::path& from, const std::filesystem::path& to);
/// Two names of one file system change places in one step. Not durable before sync_directory().
void exchange_files(const std::filesystem::path& one, const std::filesystem::path& other);
/// Removes a file, or a directory with all that is in it; one that is not there is fine.
void remove_tree(const std::filesystem::path& path);
void sync_directory(const std::filesystem::path& directory);
/// syncfs(2) of the file system that holds `path`.
void sync_file_system(const std::filesystem::path& path);
/// The same by an open file or directory, which `path` is in errors: an error of any write back
/// since it was opened is reported.
void sync_file_system(const Fd& open, const std::filesystem::path& path);

/// lstat(2); nothing when there is nothing.
[[nodiscard]] std::optional<struct stat> look_at(const std::filesystem::path& path);

/// Bytes that this process may still write to the file system of `path` (or its nearest existing
/// parent).
[[nodiscard]] std::uint64_t free_bytes(const std::filesystem::path& path);
/// Bytes that are taken on the file system of `path`.
[[nodiscard]] std::uint64_t used_bytes(const std::filesystem::path& path);

}  // namespace nutricount::os
