// Examined phones, their owners and their marks.

#include <fmt/format.h>

#include "ledger/house.hpp"

namespace interdict::ledger {
namespace {

constexpr char kAddExamination[] =
    "INSERT INTO examinations (serial, product_type, build, verdict, examined_at, report_digest, "
    "owner) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
constexpr char kSetOwner[] =
    "INSERT INTO owners (serial, person) VALUES (?1, ?2) "
    "ON CONFLICT DO UPDATE SET person = excluded.person";

Status examination_fits(const Examination& e) {
  TRY(text_fits("serial", e.serial, kMaxId, true));
  TRY(text_fits("product type", e.product_type, kMaxModel, true));
  // It becomes a class of devices, where a star would stand for every phone.
  if (e.product_type.find('*') != e.product_type.npos) {
    return Error{Errc::malformed, "a product type holds no '*'"};
  }
  TRY(text_fits("build", e.build, kMaxWord, true));
  TRY(text_fits("digest of the report", e.report_digest, kMaxDigest, true));
  return text_fits("owner", e.owner, kMaxId, true);
}

Status withdrawal_fits(const Withdrawal& w) {
  TRY(text_fits("name of who withdraws", w.by, kMaxId, false));
  return text_fits("reason of the withdrawal", w.why, kMaxWhy, false);
}

Result<ExaminationId> insert(Database& db, const Examination& e) {
  TRY(db.run(kAddExamination, e.serial, e.product_type, e.build, name_of(e.verdict),
             e.examined_at.micros, e.report_digest, e.owner));
  return db.last_id();
}

}  // namespace

Result<ExaminationId> Ledger::add(const Examination& examination) {
  TRY(examination_fits(examination));
  return house_->writer->call([&](Database& db) { return insert(db, examination); },
                              {.changes_marks = true});
}

Status Ledger::add(const Examination& examination,
                   std::function<void(Result<ExaminationId>)> done) {
  TRY(examination_fits(examination));
  return house_->writer->post([examination](Database& db) { return insert(db, examination); },
                              std::move(done), {.changes_marks = true});
}

Status Ledger::set_owner(std::string_view serial, std::string_view person) {
  TRY(text_fits("serial", serial, kMaxId, false));
  TRY(text_fits("person", person, kMaxId, true));
  return house_->writer->call(
      [&](Database& db) -> Status {
        if (person.empty()) {
          TRY(db.run("DELETE FROM owners WHERE serial = ?1", serial));
        } else {
          TRY(db.run(kSetOwner, serial, person));
        }
        return ok();
      },
      {.changes_marks = true});
}

Status Ledger::replace_owners(std::span<const Owner> owners) {
  for (const Owner& owner : owners) {
    TRY(text_fits("serial", owner.serial, kMaxId, false));
    TRY_WITHIN(owner.serial, text_fits("person", owner.person, kMaxId, false));
  }
  return house_->writer->call(
      [&](Database& db) -> Status {
        TRY(db.run("DELETE FROM owners"));
        for (const Owner& owner : owners) TRY(db.run(kSetOwner, owner.serial, owner.person));
        return ok();
      },
      {.changes_marks = true});
}

Status Ledger::assign(ExaminationId examination, std::string_view person) {
  TRY(text_fits("person", person, kMaxId, true));
  return house_->writer->call(
      [&](Database& db) -> Status {
        if (TRY(db.run("UPDATE examinations SET owner = ?2 WHERE id = ?1", examination, person)) ==
            0) {
          return Error{Errc::not_found, fmt::format("there is no examination {}", examination)};
        }
        return ok();
      },
      {.changes_marks = true});
}

Status Ledger::withdraw(ExaminationId examination, const Withdrawal& w) {
  TRY(withdrawal_fits(w));
  return house_->writer->call(
      [&](Database& db) -> Status {
        const std::int64_t changed =
            TRY(db.run("UPDATE examinations SET withdrawn_at = ?2, withdrawn_by = ?3, "
                       "withdrawn_why = ?4 WHERE id = ?1 AND verdict = 'compromised' AND "
                       "withdrawn_at IS NULL",
                       examination, w.at.micros, w.by, w.why));
        if (changed == 0) {
          return Error{Errc::not_found,
                       fmt::format("examination {} has no mark that stands", examination)};
        }
        return ok();
      },
      {.changes_marks = true});
}

Result<std::uint64_t> Ledger::withdraw_phone(std::string_view serial, const Withdrawal& w) {
  TRY(text_fits("serial", serial, kMaxId, false));
  TRY(withdrawal_fits(w));
  return house_->writer->call(
      [&](Database& db) -> Result<std::uint64_t> {
        return static_cast<std::uint64_t>(
            TRY(db.run("UPDATE examinations SET withdrawn_at = ?2, withdrawn_by = ?3, "
                       "withdrawn_why = ?4 WHERE serial = ?1 AND verdict = 'compromised' AND "
                       "withdrawn_at IS NULL",
                       serial, w.at.micros, w.by, w.why)));
      },
      {.changes_marks = true});
}

}  // namespace interdict::ledger
