// libsystemd, loaded where systemd is asked. It brings seven libraries along.
#pragma once

#include <systemd/sd-bus.h>
#include <systemd/sd-journal.h>

namespace nutricount::service {

/// The functions of libsystemd that are used here, under their own names.
struct Systemd {
  decltype(&sd_bus_call_method) bus_call_method;
  decltype(&sd_bus_error_free) bus_error_free;
  decltype(&sd_bus_flush_close_unref) bus_flush_close_unref;
  decltype(&sd_bus_get_events) bus_get_events;
  decltype(&sd_bus_get_fd) bus_get_fd;
  decltype(&sd_bus_get_property_string) bus_get_property_string;
  decltype(&sd_bus_get_property_trivial) bus_get_property_trivial;
  decltype(&sd_bus_get_timeout) bus_get_timeout;
  decltype(&sd_bus_match_signal) bus_match_signal;
  decltype(&sd_bus_message_read) bus_message_read;
  decltype(&sd_bus_message_unref) bus_message_unref;
  decltype(&sd_bus_open_system) bus_open_system;
  decltype(&sd_bus_process) bus_process;
  decltype(&sd_bus_slot_unref) bus_slot_unref;
  decltype(&sd_journal_add_match) journal_add_match;
  decltype(&sd_journal_close) journal_close;
  decltype(&sd_journal_get_data) journal_get_data;
  decltype(&sd_journal_get_realtime_usec) journal_get_realtime_usec;
  decltype(&sd_journal_open) journal_open;
  decltype(&sd_journal_previous) journal_previous;
  decltype(&sd_journal_seek_tail) journal_seek_tail;
};

/// Loads it at the first call. Throws Error where it is not installed.
[[nodiscard]] const Systemd& systemd();

}  // namespace nutricount::service
