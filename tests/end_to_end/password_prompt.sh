#!/usr/bin/env bash
# the password is asked for at the terminal, without echo, and a wrong one is said to be wrong
. "$(dirname "$0")/lib.sh"
samples
ask() {  # PASSWORD: types it at the prompt; the exit status and what the terminal showed
  python3 - "$1" "$interdict" examine "$phones/iphone-clean-encrypted" <<'PY'
import os, pty, sys
password, command = sys.argv[1], sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    os.execv(command[0], command)
shown, typed = b"", False
while True:
    try:
        piece = os.read(fd, 4096)
    except OSError:
        break
    if not piece:
        break
    shown += piece
    if not typed and b"password: " in shown:
        os.write(fd, password.encode() + b"\n")
        typed = True
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), typed)
print(shown.decode(errors="replace"))
PY
}
output=$(ask interdict-sample)
says "0 True" "Backup password:" "NO TRACE FOUND"
silent_about "interdict-sample"
output=$(ask not-this-one)
says "4 True" "password"
silent_about "not-this-one"
