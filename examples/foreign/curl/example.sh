#!/usr/bin/env bash
# Sends, fetches what became of it, and meets a failure code. Settings come from the environment: there is no default address.
set -euo pipefail
: "${WINNERLOOK_USER_CODE:?the login name}" "${WINNERLOOK_USER_PASS:?the login password}"
source "$(dirname "$0")/sms.sh"

login="userPass=$WINNERLOOK_USER_PASS"
echo "balance: $(plain POST GetBalanceConnect)"
echo "sent by SOAP 1.1: $(soap 1.1 SendMsg "$login" DesNo=13900000000 'Msg=您的验证码是:2345【测试】' customerUuid=order-42)"
echo "sent by SOAP 1.2: $(soap 1.2 SendMsg "$login" DesNo=13900000000 'Msg=您的验证码是:2345【测试】' customerUuid=order-43)"
echo "sent by POST: $(plain POST SendMsg DesNo=13900000000 'Msg=您的验证码是:2345【测试】' customerUuid=order-44)"
# A GET leaves the password and the text in every log on its way, and proxies repeat it: use it to poll at most.
echo "sent by GET: $(plain GET SendMsg DesNo=13900000000 'Msg=您的验证码是:2345【测试】' customerUuid=order-45)"
echo "sent each: $(plain POST SendIndividualMsg 'Msg=13900000001|~|张三您好,订单已发货【测试】|-|13900000002|~|李四您好,订单已签收【测试】')"
plaintext="$login&DesNo=13900000003&Msg=消费100元,余额=900&积分=5【测试】&smsType=101&Channel=0"
echo "sent encrypted: $(soap 1.1 sendMsgByEncrypt "submitInfo=$(encrypt "$plaintext")")"

soap 1.2 GetReport2Connect "$login" | tr '|' '\n' | while IFS=, read -r batch _ _ status uuid; do
    if [[ -n $batch ]]; then echo "report: $batch $status $uuid"; fi
done
# A reply's text is whatever somebody typed, separators and line ends included: what stands around it has to find its ends.
time='[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9:]{8}'
soap 1.1 GetMo2Connect "$login" | tr '\n' '\r' | grep -oP "\d+\|,\|.*?\|,\|$time\|,\|.*?\|,\|.*?(\|;\||\r$)" \
    | sed -E "s#^[0-9]+\|,\|(.*)\|,\|$time\|,\|.*#reply: \1#" | tr '\r' '\n' || true

# The mock refuses this number with -7.
soap 1.1 SendMsg "$login" DesNo=19900000007 'Msg=您的验证码是:2345【测试】' 2>&1 || true
