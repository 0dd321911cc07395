#include "service/libsystemd.hpp"

#include "os/library.hpp"

namespace nutricount::service {
namespace {
Systemd load() {
  const os::Library library("libsystemd.so.0", "libsystemd0");
  Systemd loaded{};
  library.find("sd_bus_call_method", loaded.bus_call_method);
  library.find("sd_bus_error_free", loaded.bus_error_free);
  library.find("sd_bus_flush_close_unref", loaded.bus_flush_close_unref);
  library.find("sd_bus_get_events", loaded.bus_get_events);
  library.find("sd_bus_get_fd", loaded.bus_get_fd);
  library.find("sd_bus_get_property_string", loaded.bus_get_property_string);
  library.find("sd_bus_get_property_trivial", loaded.bus_get_property_trivial);
  library.find("sd_bus_get_timeout", loaded.bus_get_timeout);
  library.find("sd_bus_match_signal", loaded.bus_match_signal);
  library.find("sd_bus_message_read", loaded.bus_message_read);
  library.find("sd_bus_message_unref", loaded.bus_message_unref);
  library.find("sd_bus_open_system", loaded.bus_open_system);
  library.find("sd_bus_process", loaded.bus_process);
  library.find("sd_bus_slot_unref", loaded.bus_slot_unref);
  library.find("sd_journal_add_match", loaded.journal_add_match);
  library.find("sd_journal_close", loaded.journal_close);
  library.find("sd_journal_get_data", loaded.journal_get_data);
  library.find("sd_journal_get_realtime_usec", loaded.journal_get_realtime_usec);
  library.find("sd_journal_open", loaded.journal_open);
  library.find("sd_journal_previous", loaded.journal_previous);
  library.find("sd_journal_seek_tail", loaded.journal_seek_tail);
  return loaded;
}
}  // namespace

const Systemd& systemd() {
  static const Systemd loaded = load();
  return loaded;
}

}  // namespace nutricount::service
