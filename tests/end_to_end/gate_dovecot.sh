#!/usr/bin/env bash
# dovecot: an ID before the login is refused with the text its user sees; one that comes after it is known at the next login
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/servers.sh"
mkdir -p "$servers/dovecot"
start_gate act "[dovecot]" "log = \"$servers/dovecot/log\""
mapfile -t gate_lines < <(example dovecot/interdict.conf)
start_dovecot "${gate_lines[@]}"

# imap ACCOUNT LINE…: what the server answers to these lines.
imap() {
  local account=$1
  shift
  python3 - "$imap_port" "$account" "$@" <<'PY'
import socket, sys
port, account, lines = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
s = socket.create_connection(("127.0.0.1", port), timeout=20)
f = s.makefile("rwb", buffering=0)
print(f.readline().decode(errors="replace").rstrip())
for n, line in enumerate(lines):
    line = line.replace("LOGIN", f'LOGIN "{account}" "secret"')
    f.write(f"a{n} {line}\r\n".encode())
    while True:
        answer = f.readline()
        print(answer.decode(errors="replace").rstrip())
        if not answer or answer.startswith(f"a{n} ".encode()):
            break
PY
}
iphone='ID ("name" "iPhone Mail" "version" "20F66" "os" "iOS" "os-version" "16.5 (20F66)")'
thunderbird='ID ("name" "Thunderbird" "version" "115.3.1")'

output=$(imap alice@ministry.example "$thunderbird" LOGIN LOGOUT)
says "a1 OK"
output=$(imap alice@ministry.example "$iphone" LOGIN)
says "NO" "No Apple phones for work: refuse since 2023-07-17"
output=$(imap bob@agency.example "$iphone" LOGIN LOGOUT)
says "a1 OK"

# Another person, who shows the device only once logged in, as iPhones do.
output=$(imap carol@ministry.example LOGIN "$iphone" LOGOUT)
says "a0 OK"
for _ in $(seq 40); do
  output=$(imap carol@ministry.example LOGIN LOGOUT)
  [[ $output == *"No Apple phones"* ]] && break
  pause
done
says "a0 NO" "No Apple phones for work"

# With the gate gone, logins go on.
stop_gate -KILL
output=$(imap alice@ministry.example "$iphone" LOGIN LOGOUT)
says "a1 OK"
