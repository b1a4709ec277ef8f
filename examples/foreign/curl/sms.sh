#!/usr/bin/env bash
# The trigger interface with curl: SOAP 1.1, SOAP 1.2, GET and POST. Needs bash, curl, openssl, iconv and sha1sum.
set -euo pipefail
: "${WINNERLOOK_ENDPOINT:?for instance http://127.0.0.1:8118}"

# A send that timed out may have been carried out: never give --retry with a send.
curl=(curl --silent --show-error --fail-with-body --connect-timeout 5 --max-time 30)

xml() { sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g' <<<"$1"; }

# soap VERSION OPERATION NAME=VALUE...: the result, or status 1 where it is a failure code.
soap() {
    local version=$1 operation=$2 body namespace headers one
    shift 2
    body="<userCode>$(xml "$WINNERLOOK_USER_CODE")</userCode>"
    for one; do body+="<${one%%=*}>$(xml "${one#*=}")</${one%%=*}>"; done
    case $version in
        1.1)
            namespace=http://schemas.xmlsoap.org/soap/envelope/
            headers=(--header 'Content-Type: text/xml; charset=utf-8' --header "SOAPAction: \"http://tempuri.org/$operation\"") ;;
        1.2)
            namespace=http://www.w3.org/2003/05/soap-envelope
            headers=(--header "Content-Type: application/soap+xml; charset=utf-8; action=\"http://tempuri.org/$operation\"") ;;
    esac
    "${curl[@]}" "${headers[@]}" --data-binary @- "$WINNERLOOK_ENDPOINT/winnerrxd/api/ws/trigger" <<XML | result "${operation}Result"
<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:soap="$namespace"><soap:Body><$operation xmlns="http://tempuri.org/">$body</$operation></soap:Body></soap:Envelope>
XML
}

# plain POST|GET OPERATION NAME=VALUE...: the same with a form. The password goes through a pipe, where `ps` does not show it.
plain() {
    local method=$1 operation=$2 form=() one
    shift 2
    for one in "userCode=$WINNERLOOK_USER_CODE" "$@"; do form+=(--data-urlencode "$one"); done
    [[ $method == GET ]] && form+=(--get)
    "${curl[@]}" "${form[@]}" --data-urlencode "userPass@"<(printf %s "$WINNERLOOK_USER_PASS") \
        "$WINNERLOOK_ENDPOINT/winnerrxd/api/trigger/$operation" | result string
}

# result TAG: what stands in that element of the answer on standard input. A lone negative number is a failure code.
result() {
    local answer value
    answer=$(cat)
    value=$(tr '\n' '\r' <<<"$answer" | sed -nE "s/.*<$1[^>]*>([^<]*)<\/$1>.*/\1/p" | tr '\r' '\n' \
        | sed 's/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g')
    if [[ $value =~ ^-[0-9]+$ ]]; then
        echo "refused: $value $(meaning "$value")" >&2
        return 1
    fi
    printf '%s\n' "$value"
}

meaning() {
    case $1 in
        -1) echo 'application error: look whether the SMS went out before you send it again' ;;
        -3) echo 'wrong user name or password' ;;
        -7) echo 'balance too low: top up, then send again' ;;
        -9) echo 'invalid number: correct it, sending again will not help' ;;
        -16) echo 'called too often: wait, then call again' ;;
        -23) echo 'submitInfo cannot be decrypted: look at key, padding and charset' ;;
        *) echo "see the table of codes in the gateway's document" ;;
    esac
}

# submitInfo: DES in CBC mode, the text in GBK, key and IV the first 8 characters of the password's SHA-1 in upper-case hex.
encrypt() {
    local key
    key=$(printf %s "$WINNERLOOK_USER_PASS" | sha1sum | tr a-f A-F | head -c 8 | hex)
    # OpenSSL 3 has put DES aside; triple DES with the same key three times is DES.
    printf %s "$1" | iconv -f UTF-8 -t GBK | openssl enc -des-ede3-cbc -K "$key$key$key" -iv "$key" | hex
}

hex() { od -An -v -tx1 | tr -d ' \n' | tr a-f A-F; }
