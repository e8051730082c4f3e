#!/usr/bin/env bash
# identify says which device it was, how sure, why and what contradicts it, in any form it is given
. "$(dirname "$0")/lib.sh"

cat >"$work/iphone.eml" <<'MAIL'
Content-Type: text/plain;
	charset=us-ascii
Content-Transfer-Encoding: 7bit
From: Alice <alice@ministry.example>
Mime-Version: 1.0 (1.0)
Subject: Budget
Date: Mon, 17 Jul 2023 09:00:00 +0200
Message-Id: <7D3C4967-B4FA-4309-84F1-0C20A02DF93B@ministry.example>
To: bob@ministry.example
X-Mailer: iPhone Mail (20F66)

X-Mailer: Apple Mail (2.1)
MAIL
run 0 "$interdict" identify "$work/iphone.eml"
says "This is an iPhone, iOS 16.5 (20F66)." "line strong" "iPhone Mail (20F66)" "content/x-mailer-iphone" "only the message itself"
silent_about "Mac" "invented"
run 0 "$interdict" identify - <"$work/iphone.eml"
says "This is an iPhone"

# A forged one is still reported, and says what gave it away.
sed 's/^Mime-Version.*/MIME-Version: 1.0/; s/^Message-Id/Message-ID/' "$work/iphone.eml" >"$work/forged.eml"
run 0 "$interdict" identify "$work/forged.eml"
says "This is an iPhone" "invented claim" "content/mime-version-spelling" "content/message-id-spelling"
# The same behind a relay proves nothing, unless we are told that it was the first hop.
{ echo "Received: from a by b; Mon, 17 Jul 2023 09:00:00 +0200"; cat "$work/forged.eml"; } >"$work/relayed.eml"
run 0 "$interdict" identify "$work/relayed.eml"
says "content/not-observable"
silent_about "invented claim"
run 0 "$interdict" identify --first-hop "$work/relayed.eml"
says "invented claim"

printf '%s\n' 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.3 Safari/605.1.15' >"$work/agent"
run 0 "$interdict" identify "$work/agent"
says "an Apple device, phone or computer" "Safari on an iPad"
printf '%s\n' '2 ID ("name" "iPhone Mail" "version" "22C161" "os" "iOS" "os-version" "18.2.1 (22C161)")' >"$work/id"
run 0 "$interdict" identify "$work/id"
says "an iPhone, iOS 18.2.1 (22C161)"
printf 'POST /Microsoft-Server-ActiveSync?Cmd=Sync&DeviceId=Appl01&DeviceType=iPhone HTTP/1.1\r\nUser-Agent: Apple-iPhone15C2/2006.66\r\n\r\n' >"$work/request"
run 0 "$interdict" identify "$work/request"
says "iPhone 14 Pro (iPhone15,2)" "ActiveSync"

# The organisation's inventory speaks about the device that the session names.
printf 'EAS Device ID,Model,OS\nappl01,SM-A515F,Android 13\n' >"$work/mdm.csv"
run 0 "$interdict" identify --inventory "$work/mdm.csv" "$work/request"
says "inventory" "across/activesync-and-inventory" "disputed"

# For machines: one object an observation, the hostile text escaped.
printf '{"user_agent":"Outlook-iOS/2.0"}\n{"ehlo":"nothing"}\n{"typo":"x"}\n' >"$work/lines"
run 0 "$interdict" identify --json "$work/lines"
says '"vendor":"apple","family":"mobile"' '"known":false' "no member is called 'typo'"
printf 'X-Mailer: iPhone Mail (20F66)\n\tx\033[31m\n\n' >"$work/hostile"
run 0 "$interdict" identify "$work/hostile"
silent_about $'\033'

# Unknown is 3, and not 0; unreadable is 4; wrong usage is 2.
echo 'something else' >"$work/unknown"
run 3 "$interdict" identify "$work/unknown"
says "Unknown device"
run 4 "$interdict" identify "$work/nowhere"
: >"$work/empty"
run 4 "$interdict" identify "$work/empty"
says "it is empty"
echo 'no field at all' >"$work/no-fields"
run 4 "$interdict" identify --as message "$work/no-fields"
says "no header field"
run 2 "$interdict" identify --as eml "$work/iphone.eml"
says "no form 'eml'"
run 2 "$interdict" identify
echo "passed"
