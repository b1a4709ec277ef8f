#!/usr/bin/env bash
# A test without any framework, over the control API. Needs jq besides what sms.sh needs.
set -euo pipefail
source "$(dirname "$0")/sms.sh"

# api METHOD PATH [BODY]: the answer's JSON. A mock that does not listen on loopback wants its token.
api() {
    "${curl[@]}" --request "$1" --header 'Content-Type: application/json' ${3:+--data "$3"} \
        ${WINNERLOOK_MOCK_TOKEN:+--header "Authorization: Bearer $WINNERLOOK_MOCK_TOKEN"} "$WINNERLOOK_ENDPOINT/_mock/api/v1$2"
}

expect() { [[ $2 == "$3" ]] || { echo "not ok: $1: expected $3, found $2" >&2; exit 1; }; }

# An account of the test's own.
account=$(api POST /accounts '{"settings": {"balance_interval": 0}}')
WINNERLOOK_USER_CODE=$(jq -r .user_code <<<"$account")
WINNERLOOK_USER_PASS=$(jq -r .user_pass <<<"$account")
trap 'api DELETE "/accounts/$WINNERLOOK_USER_CODE"' EXIT

batch=$(plain POST SendMsg DesNo=13900000000 'Msg=您的验证码是:2345【测试】' customerUuid=order-42)
message=$(api GET "/wait?account=$WINNERLOOK_USER_CODE&to=13900000000&timeout=5")
expect 'code' "$(jq -r .otp <<<"$message")" 2345
expect 'batch number' "$(jq -r .batch_number <<<"$message")" "$batch"

api POST /faults "{\"kind\": \"code\", \"code\": -7, \"account\": \"$WINNERLOOK_USER_CODE\", \"operation\": \"SendMsg\", \"times\": 1}" >/dev/null
refused=$(plain POST SendMsg DesNo=13900000000 'Msg=您的验证码是:2345【测试】' 2>&1) || true
expect 'refusal' "$refused" 'refused: -7 balance too low: top up, then send again'

expect 'warnings' "$(api GET "/journal?q=account:$WINNERLOOK_USER_CODE+has:warning" | jq -c '[.entries[].notes[]]')" '[]'
echo ok
