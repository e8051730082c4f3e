// The messages of the sample phones and the attachments that came with them.

#include <algorithm>

#include <fmt/format.h>

#include "sample_content.hpp"
#include "schemas.hpp"

namespace interdict::test {

namespace {

constexpr std::string_view kPeople = R"(
INSERT INTO handle(id, country, service) VALUES
  ('+447700900101', 'gb', 'SMS'), ('charles@example.org', 'gb', 'iMessage'),
  ('EXAMPLEBANK', 'gb', 'SMS'), ('mary@example.net', 'gb', 'iMessage');
INSERT INTO chat(guid, style, state, chat_identifier, service_name) VALUES
  ('SMS;-;+447700900101', 45, 3, '+447700900101', 'SMS'),
  ('iMessage;-;charles@example.org', 45, 3, 'charles@example.org', 'iMessage'),
  ('SMS;-;EXAMPLEBANK', 45, 3, 'EXAMPLEBANK', 'SMS'),
  ('iMessage;-;mary@example.net', 45, 3, 'mary@example.net', 'iMessage');
INSERT INTO chat_handle_join SELECT ROWID, ROWID FROM chat;
)";

enum class Body { in_text, in_attributed_body };

struct Message {
  std::int64_t time;
  int handle;  // also its chat; 0: none
  bool from_me;
  Body body;
  std::string_view text;
};

std::vector<Message> ordinary_messages(const Life& life) {
  using enum Body;
  const std::int64_t now = life.now;
  return {
      {now - 58 * kDay, 1, false, in_text, "Are we still on for Sunday?"},
      {now - 58 * kDay + 240, 1, true, in_text, "Yes! Eleven at the station."},
      {now - 51 * kDay, 3, false, in_text, "Your code is 000000. Never tell it to anyone."},
      {now - 44 * kDay, 2, false, in_attributed_body,
       "The talk is online now: https://talks.example.org/2022/engines?id=7"},
      {now - 44 * kDay + 900, 2, true, in_attributed_body, "Merci, très bien 👍"},
      {now - 33 * kDay, 4, false, in_text, "Tickets: https://opera.example.net/t/42, row K"},
      {now - 21 * kDay, 1, false, in_text, "Photo from the walk"},
      {now - 20 * kDay, 0, false, in_text, "Welcome to the network of Example Mobile."},
      {now - 12 * kDay, 2, true, in_text, "Draft is at https://docs.example.org/d/engine-notes"},
      {now - 2 * kDay, 4, false, in_attributed_body, "See you tomorrow at http://cafe.example.org"},
  };
}

std::string insert(const Message& message, std::size_t number, std::string_view device) {
  const bool is_plain = message.body == Body::in_text;
  std::string quoted;
  for (const char c : message.text) quoted.append(c == '\'' ? 2 : 1, c);
  std::string sql = fmt::format(
      "INSERT INTO message(guid, text, handle_id, attributedBody, version, service, date, "
      "date_read,"
      " is_delivered, is_finished, is_from_me, is_read, is_sent) VALUES('{}-0000-4000-8000-{:012}',"
      " {}, {}, {}, 10, '{}', {}, {}, 1, 1, {}, 1, {});\n",
      device, number, is_plain ? "'" + quoted + "'" : "NULL", message.handle,
      is_plain ? "NULL" : "attributed_body('" + quoted + "')",
      message.handle == 2 || message.handle == 4 ? "iMessage" : "SMS",
      mac_nanoseconds(message.time), message.from_me ? 0 : mac_nanoseconds(message.time + 60),
      int{message.from_me}, int{message.from_me});
  if (message.handle != 0) {
    sql += fmt::format("INSERT INTO chat_message_join VALUES({}, {}, {});\n", message.handle,
                       number, mac_nanoseconds(message.time));
  }
  return sql;
}

/// An attachment folder whose content is gone: what the attack leaves behind.
BackupFile emptied_folder(std::string path, std::int64_t time) {
  BackupFile folder = file_at("MediaDomain", std::move(path), {}, time);
  folder.directory = true;
  folder.birth = time - 8;
  folder.changed = time + 1;
  return folder;
}

}  // namespace

std::vector<BackupFile> sample_messages(const Life& life) {
  const std::string photo = "Library/SMS/Attachments/4a/10/6B1F0000-0000-4000-8000-00000000004A/";
  const std::int64_t photo_time = life.now - 21 * kDay;
  std::vector<Message> messages = ordinary_messages(life);
  if (life.infected && !life.on_ipad) {
    // A link to a listed host; the text lies in attributedBody alone.
    messages.push_back({life.attack() - 2 * kDay, 4, false, Body::in_attributed_body,
                        "Have you seen this? https://cdn.snoweeanalytics.com/v/9f2"});
  }
  // Rows are numbered as the messages came in.
  std::stable_sort(messages.begin(), messages.end(),
                   [](const Message& a, const Message& b) { return a.time < b.time; });
  std::size_t photo_message = 0;
  std::string sql = fmt::format("{}{}", kMessagesSchema, kPeople);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    sql += insert(messages[i], i + 1, life.on_ipad ? "0A1B0000" : "5C3D0000");
    if (messages[i].time == photo_time) photo_message = i + 1;
  }
  sql += fmt::format(
      "INSERT INTO attachment(guid, created_date, filename, uti, mime_type, transfer_state,"
      " transfer_name, total_bytes) VALUES('6B1F0000-0000-4000-8000-00000000004A', {0}, "
      "'~/{1}IMG_0412.HEIC', 'public.heic', 'image/heic', 5, 'IMG_0412.HEIC', 34);\n"
      "INSERT INTO message_attachment_join VALUES({2}, 1);\n"
      "UPDATE message SET cache_has_attachments = 1 WHERE ROWID = {2};\n",
      photo_time - kSecondsFrom1970To2001, photo, photo_message);

  std::vector<BackupFile> files{
      file_at("HomeDomain", "Library/SMS/sms.db", database_from_sql(sql), life.now - 2 * kDay),
      file_at("MediaDomain", photo + "IMG_0412.HEIC", "invented picture of a walk, no HEIC",
              photo_time)};
  if (life.infected) {
    BackupFile above = emptied_folder("Library/SMS/Attachments/a1", life.now - 200 * kDay);
    above.birth = above.changed = above.modified;
    files.push_back(std::move(above));
    files.push_back(emptied_folder("Library/SMS/Attachments/a1/01", life.attack()));
    if (!life.on_ipad) {
      BackupFile second_above = emptied_folder("Library/SMS/Attachments/c7", life.now - 190 * kDay);
      second_above.birth = second_above.changed = second_above.modified;
      files.push_back(std::move(second_above));
      files.push_back(emptied_folder("Library/SMS/Attachments/c7/07", life.second_attack()));
    }
  }
  return files;
}

}  // namespace interdict::test
