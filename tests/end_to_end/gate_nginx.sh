#!/usr/bin/env bash
# nginx: ActiveSync in both forms, DAV and webmail are asked about in front of the backend; a gate that is down lets pass
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/servers.sh"
start_gate act
guard='auth_request /_interdict; auth_request_set $interdict_text $upstream_http_x_idict_text; error_page 403 = @interdict_refused; error_page 500 = @open;'
backend="proxy_pass http://127.0.0.1:$backend_port;"
start_nginx "$(example nginx/interdict.conf)
location /Microsoft-Server-ActiveSync { $guard $backend }
location /dav { $guard $backend }
location /webmail { $guard $backend }
location /public { $backend }
location @open { $backend }"
ask() { output=$(curl -s -w ' %{http_code}' -u "$1:secret" -A "$2" "http://127.0.0.1:$web_port$3"); }

ask alice@ministry.example "Apple-iPhone15C2/2006.66" "/Microsoft-Server-ActiveSync?User=alice&DeviceId=O8S9&DeviceType=iPhone&Cmd=Sync"
says "No Apple phones for work: refuse since 2023-07-17" " 403"
# Protocol 14.1, Sync, English, a device id, no policy key, "iPhone": one base64 blob.
blob=$(printf '\x8d\x00\x09\x04\x04O8S9\x00\x06iPhone' | base64 -w0)
ask alice@ministry.example "Apple-iPhone15C2/2006.66" "/Microsoft-Server-ActiveSync?$blob"
says " 403"
ask alice@ministry.example "Android-SAMSUNG-SM-A515F/101.10" "/Microsoft-Server-ActiveSync?User=alice&DeviceId=SEC1&DeviceType=SAMSUNGSMA515F&Cmd=Sync"
says "the mail" " 200"
ask bob@agency.example "Apple-iPhone15C2/2006.66" "/Microsoft-Server-ActiveSync?User=bob&DeviceId=O8S9&DeviceType=iPhone&Cmd=Sync"
says " 200"
ask alice@ministry.example "iOS/16.5 (20F66) dataaccessd/1.0" "/dav/calendars"
says " 403"
ask alice@ministry.example "macOS/13.4 (22F66) dataaccessd/1.0" "/dav/calendars"
says " 200"
ask alice@ministry.example "Mozilla/5.0 (iPhone; CPU iPhone OS 17_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.3 Mobile/15E148 Safari/604.1" "/webmail/"
says " 403"
# Somebody private on the same server, and a page that is nobody's.
ask somebody@consumer.example "Mozilla/5.0 (iPhone; CPU iPhone OS 17_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.3 Mobile/15E148 Safari/604.1" "/webmail/"
says " 200"
ask alice@ministry.example "Apple-iPhone15C2/2006.66" "/public"
says " 200"

# The same question without a server in between, its body written over several lines.
run 0 curl -sS --fail-with-body "http://127.0.0.1:$http_port/v1/decide" --data '{
  "account": "alice@ministry.example",
  "channel": "sync",
  "at": "2023-07-17T00:00:00Z",
  "user_agent": "iOS/16.5 (20F66) dataaccessd/1.0"
}'
says '"refuse"' '"no-apple"'
run 0 curl -sS --fail-with-body "http://127.0.0.1:$http_port/v1/identify" --data '{"ehlo": "smtpclient.apple"}'
says '"vendor":"apple"' '"line":"unknown"'

stop_gate -KILL
ask alice@ministry.example "iOS/16.5 (20F66) dataaccessd/1.0" "/dav/calendars"
says "the mail" " 200"
