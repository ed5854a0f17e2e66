#include "notify/outbox.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "base/time.h"

namespace reeve {
namespace {

constexpr int64_t backoff_first_ms = 1'000, backoff_most_ms = 15 * 60'000;
constexpr int64_t after_most_ms = 86'400'000;
constexpr const char* kColumns = "seq, alert_id, destination, alert, came_ms, due_ms, attempts, dead, reason";

Delivery row(store::Statement& from) {
  Delivery out;
  out.seq = from.integer(0);
  out.alert_id = from.text(1);
  out.destination = from.text(2);
  out.alert = from.text(3);
  out.came_ms = from.integer(4);
  out.due_ms = from.integer(5);
  out.attempts = static_cast<int>(from.integer(6));
  out.dead = from.integer(7) != 0;
  out.reason = from.text(8);
  return out;
}

Result<std::vector<Delivery>> rows(store::Statement& select) {
  std::vector<Delivery> out;
  while (TRY(select.step())) out.push_back(row(select));
  return out;
}

}  // namespace

int64_t backoff_ms(int failures, double random) {
  const int doubled = std::clamp(failures - 1, 0, 20);
  const int64_t whole = std::min(backoff_first_ms << doubled, backoff_most_ms);
  return whole - static_cast<int64_t>(static_cast<double>(whole) / 2 * std::clamp(random, 0.0, 1.0));
}

bool after_attempt(Delivery& delivery, const Attempt& attempt, const Patience& patience, int64_t now_ms, double random) {
  ++delivery.attempts;
  if (attempt.taken == Taken::yes) return false;
  delivery.reason = attempt.reason;
  delivery.due_ms = now_ms + std::max(backoff_ms(delivery.attempts, random), attempt.after_ms);
  if (attempt.taken == Taken::never) {
    delivery.dead = true;
  } else if (delivery.attempts >= patience.attempts) {
    delivery.dead = true;
    delivery.reason += ", after " + std::to_string(delivery.attempts) + (delivery.attempts == 1 ? " attempt" : " attempts");
  } else if (now_ms - delivery.came_ms >= patience.age_ms) {
    delivery.dead = true;
    delivery.reason += ", for " + std::to_string(patience.age_ms / 86'400'000) + " days";
  }
  return true;
}

int64_t retry_after_ms(std::string_view header, int64_t now_ms) {
  header = trim(header);
  if (header.empty() || header.size() > 64) return 0;
  if (header.find_first_not_of("0123456789") == std::string_view::npos) {
    const auto seconds = parse_int(header);
    return seconds ? std::min(*seconds, after_most_ms / 1000) * 1000 : after_most_ms;
  }
  // `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that is still sent (RFC 9110 5.6.7).
  if (header.size() != 29 || header.substr(25) != " GMT" || header.substr(3, 2) != ", ") return 0;
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto month = std::find(months.begin(), months.end(), header.substr(8, 3));
  if (month == months.end()) return 0;
  const auto number = static_cast<int>(month - months.begin()) + 1;
  const std::string text = std::string(header.substr(12, 4)) + (number < 10 ? "-0" : "-") + std::to_string(number) + "-" + std::string(header.substr(5, 2)) + "T" + std::string(header.substr(17, 8)) + "Z";
  const auto time = parse_time(text);
  return time ? std::clamp<int64_t>(time->ms - now_ms, 0, after_most_ms) : 0;
}

Status Outbox::make_tables(store::Db& db) {
  return db.exec("CREATE TABLE IF NOT EXISTS outbox(seq INTEGER PRIMARY KEY, alert_id TEXT NOT NULL, destination TEXT NOT NULL, alert TEXT NOT NULL, came_ms INTEGER NOT NULL, "
                 "due_ms INTEGER NOT NULL, attempts INTEGER NOT NULL, dead INTEGER NOT NULL, reason TEXT NOT NULL, UNIQUE(alert_id, destination));"
                 "CREATE INDEX IF NOT EXISTS outbox_waiting ON outbox(destination, dead, due_ms, seq)");
}

Result<bool> Outbox::there(store::Db& db) {
  const auto found = TRY(db.value("SELECT count(*) FROM sqlite_master WHERE name = 'outbox'"));
  return std::get<int64_t>(found) > 0;
}

Result<bool> Outbox::add(store::Db& db, const Delivery& one) {
  store::Statement& insert = *TRY(db.cached("INSERT OR IGNORE INTO outbox(alert_id, destination, alert, came_ms, due_ms, attempts, dead, reason) VALUES(?1, ?2, ?3, ?4, ?5, 0, 0, '')"));
  TRY(insert.bind(1, one.alert_id).bind(2, one.destination).bind(3, one.alert).bind(4, one.came_ms).bind(5, one.due_ms).run());
  return db.changes() > 0;
}

Status Outbox::taken(store::Db& db, int64_t seq) {
  store::Statement& gone = *TRY(db.cached("DELETE FROM outbox WHERE seq = ?1"));
  return gone.bind(1, seq).run();
}

Status Outbox::keep(store::Db& db, const Delivery& one) {
  store::Statement& update = *TRY(db.cached("UPDATE outbox SET due_ms = ?2, attempts = ?3, dead = ?4, reason = ?5 WHERE seq = ?1"));
  return update.bind(1, one.seq).bind(2, one.due_ms).bind(3, int64_t{one.attempts}).bind(4, int64_t{one.dead}).bind(5, one.reason).run();
}

Result<std::vector<Delivery>> Outbox::waiting(store::Db& db, std::string_view destination, size_t most) {
  store::Statement& select = *TRY(db.cached(std::string("SELECT ") + kColumns + " FROM outbox WHERE destination = ?1 AND dead = 0 ORDER BY due_ms, seq LIMIT ?2"));
  select.bind(1, destination).bind(2, static_cast<int64_t>(most));
  return rows(select);
}

Result<std::vector<Delivery>> Outbox::all(store::Db& db, bool dead_alone) {
  store::Statement select = TRY(db.prepare(std::string("SELECT ") + kColumns + " FROM outbox WHERE dead >= ?1 ORDER BY seq"));
  select.bind(1, int64_t{dead_alone});
  return rows(select);
}

Result<std::map<std::string, OutboxDepth>> Outbox::depths(store::Db& db) {
  std::map<std::string, OutboxDepth> out;
  store::Statement& select = *TRY(db.cached("SELECT destination, dead, count(*) FROM outbox GROUP BY destination, dead"));
  while (TRY(select.step())) {
    OutboxDepth& depth = out[std::string(select.text(0))];
    (select.integer(1) ? depth.dead : depth.waiting) = static_cast<uint64_t>(select.integer(2));
  }
  return out;
}

Result<int64_t> Outbox::requeue(store::Db& db, std::string_view destination, int64_t now_ms) {
  store::Statement& update = *TRY(db.cached("UPDATE outbox SET dead = 0, attempts = 0, came_ms = ?2, due_ms = ?2 WHERE dead = 1 AND (?1 = '' OR destination = ?1)"));
  TRY(update.bind(1, destination).bind(2, now_ms).run());
  return db.changes();
}

Result<int64_t> Outbox::drop(store::Db& db, std::string_view destination) {
  store::Statement& gone = *TRY(db.cached("DELETE FROM outbox WHERE destination = ?1"));
  TRY(gone.bind(1, destination).run());
  return db.changes();
}

}  // namespace reeve
