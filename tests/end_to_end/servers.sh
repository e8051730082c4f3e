# Sourced behind lib.sh by the tests that need real servers: Postfix, Dovecot and nginx on loopback,
# on ports of their own, from folders of their own. Nothing system-wide is read or written; what is
# started is ended by its process id.

[ "$(id -u)" = 0 ] || skip "Postfix and Dovecot start as root only"
for program in postfix dovecot nginx swaks curl; do
  command -v $program >/dev/null || [ -x /usr/sbin/$program ] || skip "$program is not installed"
done
PATH=$PATH:/usr/sbin

# Sockets have short names only.
servers=$(mktemp -d /tmp/interdict-XXXXXX)
chmod 755 "$servers"
running=()
end_servers() {
  local pid
  [ ! -d "$servers/postfix" ] || postfix -c "$servers/postfix" stop >/dev/null 2>&1 || true
  for pid in "${running[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${running[@]}"; do
    for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; pause; done
    kill -KILL "$pid" 2>/dev/null || true
  done
  rm -rf "$servers" "$work"
}
trap end_servers EXIT
pause() { read -rt 0.05 <> <(:) || true; }

# free_ports N: that many, one a line.
free_ports() {
  python3 - "$1" <<'PY'
import socket, sys
held = [socket.socket() for _ in range(int(sys.argv[1]))]
for s in held:
    s.bind(("127.0.0.1", 0))
for s in held:
    print(s.getsockname()[1])
PY
}
# until_listening PORT what: or the test fails.
until_listening() {
  for _ in $(seq 400); do
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return 0
    pause
  done
  fail "$2 does not listen on $1"
}
# Our examples, with the ports of this test.
example() {
  sed -e "s/127.0.0.1:7357/127.0.0.1:$milter_port/; s/127.0.0.1:7358/127.0.0.1:$policy_port/" \
    -e "s/127.0.0.1:7359/127.0.0.1:$http_port/" "$INTERDICT_SOURCE/examples/$1"
}

# start_dovecot [more configuration]: IMAP on $imap_port, SASL for Postfix on $sasl_port, LMTP.
# Everybody's password is "secret".
start_dovecot() {
  local folder=$servers/dovecot
  mkdir -p "$folder/mail" "$folder/run" "$folder/state"
  chown -R nobody:nogroup "$folder/mail"
  for user in alice bob carol visitor; do
    echo "$user@ministry.example:{PLAIN}secret"
    echo "$user@agency.example:{PLAIN}secret"
  done >"$folder/users"
  cat >"$folder/dovecot.conf" <<CONF
base_dir = $folder/run
state_dir = $folder/state
log_path = $folder/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
first_valid_uid = 1
mail_location = maildir:$folder/mail/%u
auth_mechanisms = plain login
auth_failure_delay = 0
default_internal_user = nobody
default_login_user = nobody
default_internal_group = nogroup
passdb {
  driver = passwd-file
  args = $folder/users
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=$folder/mail/%u
}
service imap-login {
  chroot =
  inet_listener imap {
    port = $imap_port
  }
  inet_listener imaps {
    port = 0
  }
}
service auth {
  inet_listener sasl {
    address = 127.0.0.1
    port = $sasl_port
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
CONF
  printf '%s\n' "$@" >>"$folder/dovecot.conf"
  dovecot -F -c "$folder/dovecot.conf" >"$folder/said" 2>&1 &
  running+=($!)
  until_listening "$imap_port" Dovecot || cat "$folder/log" "$folder/said"
  until_listening "$sasl_port" "Dovecot's SASL"
}

# start_postfix [more of main.cf]: submission on $submission_port (SASL), relay from outside on
# $relay_port, delivery into the folder $servers/delivered by a sink on $sink_port.
start_postfix() {
  local folder=$servers/postfix
  mkdir -p "$folder" "$servers/queue" "$servers/data"
  chown postfix "$servers/data"
  cat >"$folder/main.cf" <<CONF
compatibility_level = 3.6
queue_directory = $servers/queue
data_directory = $servers/data
maillog_file = $servers/maillog
maillog_file_prefixes = $servers
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.ministry.example
mydestination =
local_recipient_maps =
mynetworks = 127.0.0.0/8
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
relayhost = [127.0.0.1]:$sink_port
alias_maps =
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_authorized_xclient_hosts = 127.0.0.0/8
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:$sasl_port
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject
CONF
  printf '%s\n' "$@" >>"$folder/main.cf"
  cat >"$folder/master.cf" <<CONF
127.0.0.1:$submission_port inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_tls_auth_only=no
  -o mynetworks=
  -o milter_macro_daemon_name=ORIGINATING
127.0.0.1:$relay_port inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
CONF
  mkdir -p "$servers/delivered" && chown nobody "$servers/delivered"
  (cd "$servers/delivered" && exec smtp-sink -u nobody -d "%M." "127.0.0.1:$sink_port" 100) >"$servers/sink" 2>&1 &
  running+=($!)
  until_listening "$sink_port" smtp-sink
  postfix -c "$folder" start >"$servers/postfix-said" 2>&1 || { cat "$servers/postfix-said" "$servers/maillog"; fail "Postfix does not start"; }
  until_listening "$submission_port" Postfix
}

# start_nginx SERVER-BLOCK: on $web_port, in front of a backend on $backend_port that always says hello.
start_nginx() {
  local folder=$servers/nginx
  mkdir -p "$folder"
  cat >"$folder/nginx.conf" <<CONF
daemon off;
pid $folder/pid;
error_log $folder/error.log;
events {}
http {
  access_log $folder/access.log;
  client_body_temp_path $folder/body;
  proxy_temp_path $folder/proxy;
  fastcgi_temp_path $folder/fastcgi;
  uwsgi_temp_path $folder/uwsgi;
  scgi_temp_path $folder/scgi;
  server {
    listen 127.0.0.1:$backend_port;
    default_type text/plain;
    location / { return 200 "the mail\n"; }
  }
  server {
    listen 127.0.0.1:$web_port;
    $1
  }
}
CONF
  nginx -c "$folder/nginx.conf" >"$folder/said" 2>&1 &
  running+=($!)
  until_listening "$web_port" nginx
}

# The ban of these tests: what each person of the ministry may do is clear on any day.
write_ban() {  # [action for iPhones, refuse by default]
  cat >"$servers/ban.toml" <<TOML
schema = 1
id = "test"
[[organisation]]
id = "ministry"
zone = "UTC"
domains = ["ministry.example"]
[[organisation]]
id = "agency"
zone = "UTC"
domains = ["agency.example"]
[[person]]
id = "alice"
organisation = "ministry"
accounts = ["alice@ministry.example"]
[[device_class]]
id = "apple-mobile"
vendor = "apple"
family = "mobile"
[[device_class]]
id = "compromised"
state = "compromised"
[[rule]]
id = "no-apple"
title = "No Apple phones for work"
organisation = "ministry"
devices = "apple-mobile"
stages = [{ from = 2023-07-17, action = "${1:-refuse}" }]
[[rule]]
id = "no-compromised"
title = "No compromised phones"
organisation = "agency"
devices = "compromised"
stages = [{ from = 2023-07-17, action = "refuse" }]
TOML
}
# start_gate [mode [more of interdict.toml]]: the daemon on this test's ports.
start_gate() {
  local mode=${1:-act}
  shift || true
  [ -e "$servers/ban.toml" ] || write_ban
  cat >"$servers/interdict.toml" <<TOML
[policy]
file = "ban.toml"
[ledger]
file = "ledger.db"
[gate]
mode = "$mode"
[milter]
listen = "127.0.0.1:$milter_port"
[postfix_policy]
listen = "127.0.0.1:$policy_port"
[http]
listen = "127.0.0.1:$http_port"
[control]
listen = "unix:$servers/control.sock"
TOML
  printf '%s\n' "$@" >>"$servers/interdict.toml"
  "$INTERDICT_BUILD/interdictd" "$servers/interdict.toml" >>"$servers/gate.log" 2>&1 &
  gate=$!
  running+=("$gate")
  until_listening "$milter_port" "the gate" || cat "$servers/gate.log"
}
stop_gate() {
  kill "${1:--TERM}" "$gate"
  wait "$gate" 2>/dev/null || true
}
# gate_says TEXT: waits until its log holds it.
gate_says() {
  for _ in $(seq 200); do grep -qs -- "$1" "$servers/gate.log" && return 0; pause; done
  cat "$servers/gate.log"
  fail "the gate never said '$1'"
}
control() { curl -sS --fail-with-body --unix-socket "$servers/control.sock" "http://gate$1" "${@:2}"; }

# Messages as clients write them: only what identifies the device differs.
iphone_message() {
  cat <<'MAIL'
Content-Type: text/plain;
	charset=us-ascii
Content-Transfer-Encoding: 7bit
From: Alice <alice@ministry.example>
Mime-Version: 1.0 (1.0)
Subject: from-an-iphone
Date: Mon, 17 Jul 2023 10:00:00 +0200
Message-Id: <A02DF93B-7D3C-4967-B4FA-0309F4F10C20@ministry.example>
To: friend@elsewhere.example
X-Mailer: iPhone Mail (20F66)

hello
MAIL
}
scrubbed_message() { iphone_message | sed '/^X-Mailer/d; s/from-an-iphone/from-a-scrubbed-one/'; }
k9_message() {
  cat <<'MAIL'
Date: Mon, 17 Jul 2023 10:00:00 +0200
From: Alice <alice@ministry.example>
To: friend@elsewhere.example
Subject: from-an-android
User-Agent: K-9 Mail for Android
Message-ID: <A02DF93B-7D3C-4967-B4FA-0309F4F10C20@ministry.example>
MIME-Version: 1.0
Content-Type: text/plain;
 charset=utf-8
Content-Transfer-Encoding: 7bit

hello
MAIL
}

all_ports() {
  mapfile -t ports < <(free_ports 10)
  milter_port=${ports[0]} policy_port=${ports[1]} http_port=${ports[2]} imap_port=${ports[3]}
  sasl_port=${ports[4]} submission_port=${ports[5]} relay_port=${ports[6]} sink_port=${ports[7]}
  web_port=${ports[8]} backend_port=${ports[9]}
}
all_ports

# submit ACCOUNT [swaks arguments]: an authenticated submission; a message on standard input is sent
# as it is. The answer is in $output, its status in $status.
submit() {
  local account=$1 status_of=0
  shift
  output=$(swaks --server "127.0.0.1:$submission_port" --auth PLAIN --auth-user "$account" --auth-password secret \
    --from "$account" --to friend@elsewhere.example --ehlo "${ehlo:-client.example}" "$@" 2>&1) || status_of=$?
  status=$status_of
}
# delivered TEXT: waits until a delivered message holds it.
delivered() {
  for _ in $(seq 200); do grep -rqs -- "$1" "$servers/delivered" && return 0; pause; done
  return 1
}
