// A password crossing from the parent, which can ask a person, to the worker, which needs it. It is
// never copied into memory that is not wiped.

#pragma once

#include "base/result.hpp"
#include "crypto/secret.hpp"

namespace interdict::examine {

/// The parent's side: sends the password, or why there is none.
Status hand_over(int socket, const Result<crypto::Secret>& password);
/// The worker's side, after it said WorkerSays::need_password. Waits.
Result<crypto::Secret> take_over(int socket);

}  // namespace interdict::examine
